import { toKeyPrincipal } from '../../src/core/principal.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppOverrides } from '../../src/app.ts';
import { usageOf } from '../services/generations/run/run-harness.ts';
import { collectOverSse, request, startApp, type TestApp } from '../support/app/app.ts';
import { queryPostgres, until } from '../support/databases/batch-database.ts';
import {
  endedBatch,
  followBatch,
  readBatch,
  readItems,
  requestsOf,
  submitBatch,
  submitted,
} from '../support/app/batch-requests.ts';
import { toResult } from '../support/batch-vendors/batch-results.ts';
import { openBatchNode } from '../support/app/open-batch-node.ts';
import { toyInput } from '../support/app/toy-input.ts';
import { type PostgresServer, startPostgres } from '../support/databases/postgres-server.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../support/batch-vendors/toy-batch-vendor.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { flatPricing } from '../support/app/flat-pricing.ts';
import { named, postgres, TIMING } from './nodes.ts';

const PRICING = flatPricing(100, 1_000);

const BATCH_TIMING = { ...QUICK_TIMING, leaseMs: 2_000 };

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `item-${index}`);

/** Follows a batch to its end, from a state of it that has come by the time this resolves. */
const startFollowing = async (app: TestApp, id: string) => {
  const first = Promise.withResolvers<void>();
  const states = followBatch(app, id, () => {
    first.resolve();
    return false;
  });
  await Promise.race([first.promise, states]);
  return { end: states.then((all) => all.at(-1) as unknown) };
};

/** The work waits for the store; where stopping the database takes longer than the lease lasts, it was abandoned before. */
const WAITS = /^the store is away; a batch waits for it$|^work on a batch was abandoned/;

const waitsForStore = ({ message }: { readonly message: string }): boolean => WAITS.test(message);

describe.skipIf(postgres.problem !== null)(named('while the database is away'), { timeout: 120_000 }, () => {
  let server: PostgresServer;
  let databases = 0;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  const createDatabase = async (): Promise<string> => {
    databases += 1;
    const name = `outage_${databases}`;
    await queryPostgres(server.url, `CREATE DATABASE ${name}`);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return url.href;
  };

  const start = async (
    overrides: AppOverrides,
    settings: { batchConcurrency?: number } = {},
  ): Promise<TestApp> =>
    startApp(
      { databaseUrl: await createDatabase(), ...settings },
      { timing: TIMING, ...overrides, batchTiming: BATCH_TIMING },
    );

  /** Stops the database the first time it is called, as soon as that is allowed. */
  const createOutage = () => {
    const allowed = Promise.withResolvers<void>();
    const away = Promise.withResolvers<void>();
    let isFirst = true;
    return {
      begin: async (): Promise<void> => {
        if (!isFirst) return;
        isFirst = false;
        await allowed.promise;
        await server.stop();
        away.resolve();
      },
      /** Resolves once the database is away and a batch waits for it. */
      allow: async (app: TestApp): Promise<void> => {
        allowed.resolve();
        await away.promise;
        await app.logged(waitsForStore);
      },
    };
  };

  test.each(['submit', 'poll', 'results'])(
    'a vendor’s answer to "%s" is made up for afterwards, and nothing is handed over twice',
    async (call) => {
      const outage = createOutage();
      const vendor = createToyBatchVendor({
        model: { pricing: PRICING },
        before: (made) => (made === call ? outage.begin() : undefined),
      });
      await using app = await start(vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b', 'c']));
      const following = await startFollowing(app, id);
      await outage.allow(app);
      await server.start();
      const ended = {
        status: 'COMPLETED',
        providerBatchIds: ['vendor-1'],
        counts: { total: 3, pending: 0, succeeded: 3, failed: 0 },
        usage: { inputTokens: 300, outputTokens: 30 },
        cost: { total: expect.closeTo(0.03) },
      };
      expect(await following.end).toMatchObject(ended);
      expect(await readBatch(app, id)).toMatchObject(ended);
      expect((await readItems(app, id)).map(({ text }) => text)).toEqual([
        'Answer to a',
        'Answer to b',
        'Answer to c',
      ]);
      expect(vendor.batches).toHaveLength(1);
      expect(vendor.calls.filter((made) => made === 'submit')).toHaveLength(1);
    },
  );

  test('a submission that cannot be read to its end is made anew, whole', async () => {
    const outage = createOutage();
    const vendor = createToyBatchVendor({
      // Another page of requests has to be read after this one.
      onRequest: (index) => (index === 10 ? outage.begin() : undefined),
    });
    await using app = await start(vendor.overrides);
    const id = await submitted(app, requestsOf(names(50)));
    await outage.allow(app);
    await server.start();
    expect(await endedBatch(app, id)).toMatchObject({
      status: 'COMPLETED',
      counts: { total: 50, pending: 0, succeeded: 50 },
    });
    expect(vendor.batches.map(({ requests }) => requests.map(({ customId }) => customId))).toEqual([
      names(50),
    ]);
  });

  test('results that were stored before are not counted again when they are read anew', async () => {
    const outage = createOutage();
    const vendor = createToyBatchVendor({
      model: { pricing: PRICING },
      // 500 have been stored by then.
      beforeResult: (_batch, index) => (index === 700 ? outage.begin() : undefined),
      batch: { type: 'native', maxRequests: 2_000, maxFileSizeMb: 1, discountPercent: 50 },
    });
    await using app = await start(vendor.overrides);
    const id = await submitted(app, requestsOf(names(1_200)));
    const following = await startFollowing(app, id);
    await outage.allow(app);
    await server.start();
    expect(await following.end).toMatchObject({
      status: 'COMPLETED',
      counts: { total: 1_200, pending: 0, succeeded: 1_200 },
      usage: { inputTokens: 120_000, outputTokens: 12_000 },
      cost: { total: expect.closeTo(12) },
    });
    expect((await readItems(app, id)).map(({ text }) => text)).toEqual(
      names(1_200).map((name) => `Answer to ${name}`),
    );
    expect(vendor.calls.filter((call) => call === 'results')).toHaveLength(2);
    expect(vendor.batches).toHaveLength(1);
  });

  test('answers of a model without batches that came meanwhile are kept, and nothing is asked twice', async () => {
    const mayAnswer = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const answered: string[] = [];
    const toy = createToy(async function* ({ request: { messages } }) {
      const [message] = messages;
      const [part] = message?.role === 'user' ? message.parts : [];
      const prompt = part?.type === 'text' ? part.text : '';
      if (toy.calls.length === 3) asked.resolve();
      await mayAnswer.promise;
      yield textDelta(`Answer to ${prompt}`);
      yield finishEvent({ usage: usageOf(100, 10) });
      answered.push(prompt);
    });
    const overrides = toyOverrides(toy, { toy: { pricing: PRICING } });
    await using app = await start(overrides, { batchConcurrency: 3 });
    const id = await submitted(app, requestsOf(names(8)));
    const following = await startFollowing(app, id);
    await asked.promise;
    await server.stop();
    mayAnswer.resolve();
    await until(async () => answered.length === 3);
    // Longer than its lease: as far as the database knows, anybody may have it.
    const lapsed = performance.now() + BATCH_TIMING.leaseMs;
    await app.logged(() => performance.now() > lapsed);
    await server.start();
    expect(await following.end).toMatchObject({
      status: 'COMPLETED',
      counts: { total: 8, pending: 0, succeeded: 8 },
      usage: { inputTokens: 800, outputTokens: 80 },
      cost: { total: expect.closeTo(0.16) },
    });
    expect((await readItems(app, id)).map(({ text }) => text)).toEqual(
      names(8).map((name) => `Answer to ${name}`),
    );
    expect(answered.toSorted()).toEqual(names(8));
    expect(toy.calls).toHaveLength(8);
  });

  test('a submission is refused, and whoever begins to follow a batch is told why not', async () => {
    const vendor = createToyBatchVendor({ onSubmit: (batch) => (batch.state = 'running') });
    await using app = await start(vendor.overrides);
    const id = await submitted(app, requestsOf(['a']));
    await followBatch(app, id, ({ status }) => status === 'RUNNING');
    await server.stop();
    const unavailable = [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }];
    for (const input of [{}, { idempotencyKey: 'once' }])
      expect((await submitBatch(app, requestsOf(['b']), input)).errors).toMatchObject(unavailable);
    const [followed] = await collectOverSse(app, 'subscription ($id: ID!) { batchUpdated(id: $id) { id } }', {
      id,
    });
    expect(followed?.errors).toMatchObject(unavailable);
    await server.start();
    await until(async () => (await readBatch(app, id))?.id === id);
    const { data } = await request(app, '{ batches { totalCount nodes { id } } }');
    expect(data.batches).toEqual({ totalCount: 1, nodes: [{ id }] });
    // The key of the one that was refused is free.
    const again = await submitted(app, requestsOf(['c']), { idempotencyKey: 'once' });
    expect(again).not.toBe(id);
    const batch = vendor.batches[0];
    if (batch === undefined) throw new Error('the vendor has no batch');
    batch.results = [toResult('a')];
    batch.state = 'ended';
    expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED' });
  });

  test('a submission half of which is stored leaves nothing to be seen', async () => {
    const vendor = createToyBatchVendor();
    const url = await createDatabase();
    await using node = await openBatchNode(url, vendor.overrides);
    const submission = node.batches.service.submit({
      principal: toKeyPrincipal('me'),
      displayName: null,
      metadata: null,
      idempotencyKey: 'half',
      source: 'requests',
      signal: new AbortController().signal,
      requests: (async function* () {
        for (const customId of names(600)) yield { customId, input: toyInput(customId) };
        await server.stop();
        yield { customId: 'last', input: toyInput('last') };
      })(),
    });
    await expect(submission).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await server.start();
    expect(await queryPostgres(url, 'SELECT status FROM batch')).toEqual([{ status: 'receiving' }]);
    expect(
      await node.batches.service.list(toKeyPrincipal('me'), { first: 10, after: null, statuses: null }),
    ).toMatchObject({
      items: [],
      totalCount: 0,
    });
    expect(vendor.calls).toEqual([]);
  });
});
