import { toKeyPrincipal } from '../../../src/core/principal.ts';
import { describe, expect, test } from 'vitest';
import {
  collectOverSse,
  type GraphqlResponse,
  request,
  startApp,
  type TestApp,
} from '../../support/app/app.ts';
import { type BatchDatabase, findBatchEngines, until } from '../../support/databases/batch-database.ts';
import {
  endedBatch,
  followBatch,
  readBatch,
  readItems,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import { openBatches } from '../../support/app/open-batches.ts';
import {
  createToyBatchVendor,
  QUICK_TIMING,
  type ToyBatchVendor,
} from '../../support/batch-vendors/toy-batch-vendor.ts';

const DAY_MS = 86_400_000;

const quick = (vendor: ToyBatchVendor, deleteMs: number) => ({
  ...vendor.overrides,
  batchTiming: { ...QUICK_TIMING, deleteMs },
});

const TABLES = ['batch', 'batch_item', 'batch_job', 'idempotency'] as const;

const countRows = async ({ query }: BatchDatabase): Promise<Readonly<Record<string, number>>> => {
  const [row] = await query(
    `SELECT ${TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(', ')}`,
  );
  return Object.fromEntries(TABLES.map((table) => [table, Number(row?.[table])]));
};

const NOTHING = { batch: 0, batch_item: 0, batch_job: 0, idempotency: 0 };

const codesOf = ({ errors }: GraphqlResponse): readonly unknown[] | undefined =>
  errors?.map(({ extensions }) => extensions?.['code']);

/** What each way to a batch and to one of its items says. */
const lookFor = async (app: TestApp, id: string, itemId: string) => {
  const ask = (query: string) => request(app, query, { id, itemId });
  const { data } = await ask(`query ($id: ID!, $itemId: ID!) {
    batch(id: $id) { id } ofBatch: node(id: $id) { id } ofItem: node(id: $itemId) { id }
    batches { totalCount nodes { id } } }`);
  const cancelled = await ask('mutation ($id: ID!) { cancelBatch(id: $id) { id } }');
  const [followed] = await collectOverSse(
    app,
    'subscription ($id: ID!) { batchUpdated(id: $id) { id } }',
    { id },
    { until: () => true },
  );
  return { data, cancel: codesOf(cancelled), follow: followed && codesOf(followed) };
};

const engines = await findBatchEngines();

describe.each(engines)('a batch in $name', ({ problem, nowMs, open }) => {
  const skip = problem !== null;

  test.skipIf(skip)('that has ended is kept as long as the setting says, and gone at once then', async () => {
    const vendor = createToyBatchVendor();
    await using database = await open();
    await using app = await startApp(
      { ...database.settings, retentionMs: 7 * DAY_MS },
      quick(vendor, DAY_MS),
    );
    const id = await submitted(app, requestsOf(['a', 'b']));
    await endedBatch(app, id);
    const [item] = await readItems(app, id);
    expect(await database.query('SELECT expires_at - finished_at AS kept_ms FROM batch')).toMatchObject([
      { kept_ms: expect.toSatisfy((ms) => Number(ms) === 7 * DAY_MS) },
    ]);
    expect(await lookFor(app, id, item.id)).toMatchObject({
      data: { batch: { id }, ofBatch: { id }, ofItem: { id: item.id }, batches: { totalCount: 1 } },
      cancel: undefined,
      follow: undefined,
    });
    // Its time is over, and nobody has come to delete it.
    await database.query(`UPDATE batch SET expires_at = ${nowMs} - 1`);
    expect(await lookFor(app, id, item.id)).toEqual({
      data: { batch: null, ofBatch: null, ofItem: null, batches: { totalCount: 0, nodes: [] } },
      cancel: ['NOT_FOUND'],
      follow: ['NOT_FOUND'],
    });
    expect(await countRows(database)).toMatchObject({ batch: 1, batch_item: 2, batch_job: 1 });
  });

  test.skipIf(skip)(
    'is deleted with all it had once its time is over, and one that runs is not',
    async () => {
      const vendor = createToyBatchVendor({
        onSubmit: (batch) => {
          if (batch.requests.length === 1) batch.state = 'running';
        },
      });
      await using database = await open();
      const overrides = quick(vendor, 10);
      const settings = { ...database.settings, retentionMs: 0 };
      // More than are deleted in one step.
      const names = Array.from({ length: 1_500 }, (_, index) => `item-${index}`);
      const first = await startApp(settings, overrides);
      const running = await submitted(first, requestsOf(['a']), { idempotencyKey: 'running' });
      const ended = await submitted(first, requestsOf(names), { idempotencyKey: 'ended' });
      await followBatch(first, running, ({ status }) => status === 'RUNNING');
      await until(async () => (await countRows(database))['batch'] === 1);
      expect(await readBatch(first, ended)).toBeNull();
      expect(await countRows(database)).toMatchObject({ batch: 1, batch_item: 1, batch_job: 1 });
      await first.close();

      // Keys outlive nothing but a day: what they stand for is kept for a day at least.
      await database.query(`UPDATE idempotency SET expires_at = ${nowMs} - 1`);
      await using second = await startApp({ ...settings, retentionMs: DAY_MS }, overrides);
      const again = await submitted(second, requestsOf(['a', 'b']), { idempotencyKey: 'ended' });
      expect(again).not.toBe(ended);
      await endedBatch(second, again);
      const [batch] = vendor.batches;
      if (batch === undefined) throw new Error('the vendor has no batch');
      batch.state = 'ended';
      expect(await endedBatch(second, running)).toMatchObject({
        status: 'COMPLETED',
        counts: { succeeded: 1 },
      });
      await database.query(`UPDATE batch SET expires_at = ${nowMs} - 1`);
      await database.query(`UPDATE idempotency SET expires_at = ${nowMs} - 1`);
      await until(async () => (await countRows(database))['batch'] === 0);
      await second.close();
      await using _third = await startApp(settings, overrides);
      await until(async () => (await countRows(database))['idempotency'] === 0);
      expect(await countRows(database)).toEqual(NOTHING);
    },
  );

  test.skipIf(skip)('whose owner follows it when its time comes ends the following', async () => {
    const vendor = createToyBatchVendor({ onSubmit: (batch) => (batch.state = 'running') });
    await using database = await open();
    await using app = await startApp(database.settings, quick(vendor, 10));
    const id = await submitted(app, requestsOf(['a']));
    let isOver = false;
    const states = await followBatch(app, id, ({ status }) => {
      // No server does this to a running batch: its follower must come to an end all the same.
      if (status === 'RUNNING' && !isOver) {
        isOver = true;
        void database.query(`UPDATE batch SET expires_at = ${nowMs} - 1`);
      }
      return false;
    });
    expect(states.at(-1)).toMatchObject({ status: 'RUNNING' });
    expect(await readBatch(app, id)).toBeNull();
  });
});

test('a batch whose requests never come to their end is deleted after an hour, and never seen', async () => {
  const vendor = createToyBatchVendor();
  await using batches = await openBatches(vendor);
  const stalled = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const submission = batches.service.submit({
    principal: toKeyPrincipal('me'),
    displayName: null,
    metadata: null,
    idempotencyKey: 'slow',
    source: 'requests',
    signal: new AbortController().signal,
    requests: (async function* () {
      for (let index = 0; index < 600; index += 1)
        yield { customId: `item-${index}`, input: batches.input('Hi') };
      stalled.resolve();
      await goOn.promise;
    })(),
  });
  submission.catch(() => undefined);
  await stalled.promise;
  const page = { first: 10, after: null, statuses: null };
  expect(await batches.service.list(toKeyPrincipal('me'), page)).toMatchObject({ items: [], totalCount: 0 });
  expect(await batches.store.deleteExpired(1_000)).toBe(false);
  expect(await batches.countRows('batch_item')).toBeGreaterThan(0);
  const [row] = await batches.query('SELECT expires_at - created_at AS waits_ms FROM batch');
  expect(row).toEqual({ waits_ms: 3_600_000 });
  await batches.query('UPDATE batch SET expires_at = expires_at - 3600001');
  while (await batches.store.deleteExpired(100));
  expect(await batches.countRows('batch')).toBe(0);
  expect(await batches.countRows('batch_item')).toBe(0);
  goOn.resolve();
  await expect(submission).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(await batches.service.list(toKeyPrincipal('me'), page)).toMatchObject({ items: [], totalCount: 0 });
  expect(await batches.countRows('batch_item')).toBe(0);
  // The key is free for another try.
  expect(await batches.store.findByKey('me', 'slow')).toBeUndefined();
});
