import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ProviderError } from '../../../src/core/errors.ts';
import { startApp } from '../../support/app/app.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import {
  endedBatch,
  followBatch,
  readItems,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import { usePostgres } from '../../support/databases/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import {
  createToyBatchVendor,
  QUICK_TIMING,
  type ToyVendorBatch,
} from '../../support/batch-vendors/toy-batch-vendor.ts';

const postgres = await usePostgres();
const engines = await findBatchEngines();

const failure = (
  providerStatus: number | null,
  code: 'PROVIDER_FAILED' | 'PROVIDER_RATE_LIMITED' = 'PROVIDER_FAILED',
) => new ProviderError(code, { provider: 'toy', providerStatus });

/** Fails the first submission, before or after the vendor has taken it. */
const failFirst = (error: Error, arrived: boolean) => {
  let failed = false;
  const taken: ToyVendorBatch[] = [];
  return {
    taken,
    before: (call: string, _signal: AbortSignal, batch?: ToyVendorBatch) => {
      if (call !== 'submit' || failed || batch === undefined) return;
      failed = true;
      if (arrived) taken.push(batch);
      throw error;
    },
  };
};

test('a submission whose answer was lost is found at the vendor and not made again', async () => {
  const lost = failFirst(failure(null), true);
  const vendor = createToyBatchVendor({
    before: (call, signal, batch) => {
      // It is listed a moment later than it is looked for.
      if (call === 'find' && vendor.calls.filter((made) => made === 'find').length === 2)
        (vendor.batches as ToyVendorBatch[]).push(...lost.taken);
      lost.before(call, signal, batch);
    },
  });
  await using app = await startApp({}, vendor.overrides);
  const id = await submitted(app, requestsOf(['a', 'b']));
  expect(await endedBatch(app, id)).toMatchObject({
    status: 'COMPLETED',
    providerBatchIds: ['vendor-1'],
    counts: { succeeded: 2 },
  });
  expect(vendor.calls.filter((call) => call === 'submit')).toHaveLength(1);
});

test.each([true, false])(
  'a submission that had not arrived is made again after a second look (key stored by the vendor: %s)',
  async (storesKey) => {
    const vendor = createToyBatchVendor({ storesKey, before: failFirst(failure(500), false).before });
    await using app = await startApp({}, vendor.overrides);
    const id = await submitted(app, requestsOf(['a']));
    expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', providerBatchIds: ['vendor-2'] });
    expect(vendor.calls.slice(0, 4)).toEqual(['submit', 'find', 'find', 'submit']);
    expect(app.logLines.map(({ message }) => message)).toContain(
      'an interrupted submission of a batch had not arrived; it is made again',
    );
  },
);

for (const { name, problem, open } of engines)
  test.skipIf(problem !== null)(
    `what another has taken over while requests were handed over is not submitted beside it, on ${name}`,
    async () => {
      await using database = await open();
      let isFirst = true;
      const vendor = createToyBatchVendor({
        onRequest: async (index) => {
          if (!isFirst || index < 1) return;
          isFirst = false;
          // As by a process that stood still meanwhile.
          await database.query('UPDATE batch_job SET fence = fence + 1, lease_until = 0');
        },
      });
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b']));
      expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 2 } });
      expect(vendor.batches).toHaveLength(1);
      expect(vendor.calls.slice(0, 4)).toEqual(['submit', 'find', 'find', 'submit']);
    },
  );

test('two batches of one size never take the same vendor batch where the vendor stores no key', async () => {
  const lost = failFirst(failure(500), false);
  const vendor = createToyBatchVendor({ storesKey: false, before: lost.before });
  await using app = await startApp({}, vendor.overrides);
  const ids = [await submitted(app, requestsOf(['a'])), await submitted(app, requestsOf(['b']))];
  const batches = await Promise.all(ids.map((id) => endedBatch(app, id)));
  expect(new Set(batches.flatMap(({ providerBatchIds }) => providerBatchIds)).size).toBe(2);
  expect(batches.map(({ counts }) => counts.succeeded)).toEqual([1, 1]);
});

test('a submission that the vendor put off is made again without a search', async () => {
  const vendor = createToyBatchVendor({
    before: failFirst(failure(429, 'PROVIDER_RATE_LIMITED'), false).before,
  });
  await using app = await startApp({}, vendor.overrides);
  const id = await submitted(app, requestsOf(['a']));
  expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED' });
  expect(vendor.calls).not.toContain('find');
});

test('a submission that the vendor refuses fails the batch with its reason', async () => {
  const refusal = new ProviderError('PROVIDER_REJECTED', {
    provider: 'toy',
    providerStatus: 400,
    vendorMessage: 'no such model',
  });
  const vendor = createToyBatchVendor({ before: failFirst(refusal, false).before });
  await using app = await startApp({}, vendor.overrides);
  const id = await submitted(app, requestsOf(['a']));
  expect(await endedBatch(app, id)).toMatchObject({
    status: 'FAILED',
    error: { code: 'PROVIDER_REJECTED', message: 'The provider rejected the request: no such model' },
    counts: { failed: 1 },
  });
  expect(vendor.calls).toEqual(['submit']);
});

test('polls that fail are made again until the vendor answers', async () => {
  let polls = 0;
  const vendor = createToyBatchVendor({
    before: (call) => {
      if (call !== 'poll') return;
      polls += 1;
      if (polls < 4) throw failure(503);
    },
  });
  await using app = await startApp({}, vendor.overrides);
  const id = await submitted(app, requestsOf(['a']));
  expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED' });
  expect(polls).toBe(4);
});

test('a server that is stopped in the middle of a batch goes on with it when it is started again', async () => {
  await using folder = temporaryFolder();
  let mayEnd = false;
  const vendor = createToyBatchVendor({
    onSubmit: (batch) => (batch.state = 'running'),
    before: (call, _signal, batch) => {
      if (call === 'poll' && mayEnd && batch !== undefined) batch.state = 'ended';
    },
  });
  const first = await startApp({ dataDirectory: folder.path }, vendor.overrides);
  const id = await submitted(first, requestsOf(['a', 'b']));
  await followBatch(first, id, ({ status }) => status === 'RUNNING');
  await first.close();
  mayEnd = true;
  await using second = await startApp({ dataDirectory: folder.path }, vendor.overrides);
  expect(await endedBatch(second, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 2 } });
  expect(vendor.batches).toHaveLength(1);
});

test.skipIf(postgres.problem !== null)(
  'of two nodes on one database each vendor batch is handed over, polled and read by one',
  async () => {
    await using database = await postgres.createDatabase();
    let active = 0;
    let most = 0;
    const underWay = new Map<string, number>();
    const vendor = createToyBatchVendor({
      onSubmit: (batch) => (batch.state = 'running'),
      before: async (_call, _signal, batch) => {
        if (batch === undefined) return;
        const now = (underWay.get(batch.key) ?? 0) + 1;
        underWay.set(batch.key, now);
        active += 1;
        most = Math.max(most, now);
        await new Promise(setImmediate);
        if (batch.polls > 3) batch.state = 'ended';
        underWay.set(batch.key, now - 1);
        active -= 1;
      },
    });
    const settings = { databaseUrl: database.url };
    await using one = await startApp(settings, vendor.overrides);
    await using two = await startApp(settings, vendor.overrides);
    const ids = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        submitted(index % 2 === 0 ? one : two, requestsOf(['a', 'b'])),
      ),
    );
    const batches = await Promise.all(ids.map((id, index) => endedBatch(index % 3 === 0 ? one : two, id)));
    expect(batches.map(({ status, counts }) => [status, counts.succeeded])).toEqual(
      ids.map(() => ['COMPLETED', 2]),
    );
    expect(vendor.batches).toHaveLength(12);
    expect(vendor.calls.filter((call) => call === 'results')).toHaveLength(12);
    expect({ most, active }).toEqual({ most: 1, active: 0 });
  },
);

test.skipIf(postgres.problem !== null)(
  'what a node had under way when it went silent is done by another, and it writes nothing any more',
  async () => {
    await using database = await postgres.createDatabase();
    const stuck = Promise.withResolvers<void>();
    const polled = Promise.withResolvers<void>();
    let polls = 0;
    const vendor = createToyBatchVendor({
      before: async (call) => {
        if (call !== 'results') return;
        polls += 1;
        if (polls > 1) return;
        polled.resolve();
        await stuck.promise;
      },
    });
    const overrides = {
      ...vendor.overrides,
      batchTiming: { ...QUICK_TIMING, leaseMs: 300 },
    };
    await using one = await startApp({ databaseUrl: database.url }, overrides);
    const id = await submitted(one, requestsOf(['a']));
    await polled.promise;
    // Another node takes the lease: as if the first had not been heard of for its length.
    const { default: pg } = await import('pg');
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query('UPDATE batch_job SET lease_until = 0, fence = fence + 1, lease_owner = NULL');
    await client.end();
    await using two = await startApp({ databaseUrl: database.url }, overrides);
    expect(await endedBatch(two, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 1 } });
    stuck.resolve();
    expect(await readItems(one, id)).toMatchObject([{ status: 'SUCCEEDED' }]);
  },
);

test('an upload to a vendor is dropped when the server shuts down, and taken up at the next start', async () => {
  await using folder = temporaryFolder();
  const begun = Promise.withResolvers<void>();
  let isFirst = true;
  const vendor = createToyBatchVendor({
    before: async (call, signal) => {
      if (call !== 'submit' || !isFirst) return;
      isFirst = false;
      begun.resolve();
      await once(signal, 'abort');
      throw signal.reason;
    },
  });
  const first = await startApp({ dataDirectory: folder.path }, vendor.overrides);
  const id = await submitted(first, requestsOf(['a']));
  await begun.promise;
  await first.close();
  await using second = await startApp({ dataDirectory: folder.path }, vendor.overrides);
  expect(await endedBatch(second, id)).toMatchObject({ status: 'COMPLETED' });
  expect(vendor.batches).toHaveLength(1);
  expect(vendor.calls.filter((call) => call === 'find').length).toBeGreaterThanOrEqual(2);
});
