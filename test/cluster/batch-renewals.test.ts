import { toKeyPrincipal } from '../../src/core/principal.ts';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { AppOverrides } from '../../src/app.ts';
import type { Batch } from '../../src/core/batch.ts';
import { isTerminalBatch } from '../../src/core/batch-states.ts';
import type { Db } from '../../src/stores/db/db.ts';
import { StoreUnavailable } from '../../src/core/store-errors.ts';
import { queryPostgres, until } from '../support/databases/batch-database.ts';
import { type BatchNode, openBatchNode } from '../support/app/open-batch-node.ts';
import { toyInput } from '../support/app/toy-input.ts';
import { createToyBatchVendor, type ToyVendorBatch } from '../support/batch-vendors/toy-batch-vendor.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { named, postgres } from './nodes.ts';

/** A quarter of it is what a busy machine has for abandoning the work while the lease lasts. */
const LEASE_MS = 6_000;

/** A database that does everything but hold leases for longer, from when it is told so until it is told otherwise. */
const withoutRenewals = ({ isOut = true } = {}) => {
  let refused = 0;
  return {
    refused: () => refused,
    breakDown: () => {
      isOut = true;
    },
    mend: () => {
      isOut = false;
    },
    wrap: (db: Db): Db => ({
      engine: db.engine,
      query: (sql, values) => {
        if (isOut && /UPDATE batch_job SET lease_until = NOW_MS/.test(sql)) {
          refused += 1;
          return Promise.reject(new StoreUnavailable(new Error('no renewals')));
        }
        return db.query(sql, values);
      },
      transaction: (work, options) => db.transaction(work, options),
      notify: (channel, payload) => db.notify(channel, payload),
      listen: (channel, handle, options) => db.listen(channel, handle, options),
      isUp: () => db.isUp(),
      onAvailability: (handle) => db.onAvailability(handle),
      close: () => db.close(),
    }),
  };
};

const submit = async ({ batches }: BatchNode, customIds: readonly string[]): Promise<string> => {
  const { id } = await batches.service.submit({
    principal: toKeyPrincipal('me'),
    displayName: null,
    metadata: null,
    idempotencyKey: null,
    source: 'requests',
    signal: new AbortController().signal,
    requests: (async function* () {
      for (const customId of customIds) yield { customId, input: toyInput(customId) };
    })(),
  });
  return id;
};

const ended = async ({ batches }: BatchNode, id: string): Promise<Batch> => {
  for await (const batch of await batches.service.updates(
    id,
    toKeyPrincipal('me'),
    new AbortController().signal,
  ))
    if (isTerminalBatch(batch.status)) return batch;
  throw new Error('the batch is gone');
};

/** How long the lease on the only job still lasts, by the database's clock, in milliseconds. */
const leaseLeftMs = async (url: string): Promise<number> => {
  const [row] = await queryPostgres(
    url,
    'SELECT lease_until - cast(extract(epoch from clock_timestamp()) * 1000 as bigint) AS left_ms FROM batch_job',
  );
  return Number(row?.['left_ms']);
};

const openNode = (url: string, overrides: AppOverrides, wrap?: (db: Db) => Db): Promise<BatchNode> =>
  openBatchNode(url, overrides, { leaseMs: LEASE_MS, batchConcurrency: 2, ...(wrap && { wrap }) });

describe.skipIf(postgres.problem !== null)(
  named('a node that cannot renew its leases'),
  // At the same time: most of each is a lease that has to run out.
  { timeout: 120_000, concurrent: true },
  () => {
    test.each(['submit', 'poll', 'results'] as const)(
      'drops the "%s" it has under way while the lease is still its own, and another goes on',
      async (call) => {
        const dropped = Promise.withResolvers<number>();
        const begun = Promise.withResolvers<void>();
        const renewals = withoutRenewals({ isOut: false });
        await using database = await postgres.createDatabase();
        const taken: ToyVendorBatch[] = [];
        const vendor = createToyBatchVendor({
          before: async (made, signal, batch) => {
            if (made !== call || taken.length > 0 || batch === undefined) return;
            taken.push(batch);
            // The vendor has it, and never says so.
            if (call === 'submit') (vendor.batches as ToyVendorBatch[]).push(batch);
            renewals.breakDown();
            begun.resolve();
            await once(signal, 'abort');
            dropped.resolve(await leaseLeftMs(database.url));
            throw signal.reason;
          },
        });
        await using one = await openNode(database.url, vendor.overrides, renewals.wrap);
        await one.batches.start();
        const id = await submit(one, ['a', 'b']);
        await begun.promise;
        await using two = await openNode(database.url, vendor.overrides);
        await two.batches.start();
        expect(await dropped.promise).toBeGreaterThan(0);
        expect(await ended(two, id)).toMatchObject({
          status: 'completed',
          providerBatchIds: ['vendor-1'],
          counts: { total: 2, pending: 0, succeeded: 2 },
          usage: { inputTokens: 200, outputTokens: 20 },
        });
        expect(vendor.batches).toHaveLength(1);
        expect(vendor.calls.filter((made) => made === 'submit')).toHaveLength(1);
      },
    );

    test('does not take its own work anew, so that alone it asks no model twice', async () => {
      const mayAnswer = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const toy = createToy(async function* () {
        if (toy.calls.length === 2) asked.resolve();
        await mayAnswer.promise;
        yield textDelta('Hi');
        yield finishEvent();
      });
      await using database = await postgres.createDatabase();
      const renewals = withoutRenewals();
      await using node = await openNode(database.url, toyOverrides(toy), renewals.wrap);
      await node.batches.start();
      const id = await submit(node, ['a', 'b', 'c', 'd']);
      await asked.promise;
      // Its lease runs out, and it goes on looking for work.
      await until(async () => (await leaseLeftMs(database.url)) < 0);
      const before = renewals.refused();
      await until(async () => {
        await leaseLeftMs(database.url);
        return renewals.refused() > before + 3;
      });
      expect(toy.calls).toHaveLength(2);
      renewals.mend();
      mayAnswer.resolve();
      expect(await ended(node, id)).toMatchObject({
        status: 'completed',
        counts: { total: 4, pending: 0, succeeded: 4 },
      });
      expect(toy.calls).toHaveLength(4);
    });
  },
);
