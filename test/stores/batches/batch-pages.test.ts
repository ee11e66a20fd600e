import { describe, expect, test } from 'vitest';
import { type BatchItemStatus, EMPTY_RESULT } from '../../../src/core/batch.ts';
import { BatchItemStore } from '../../../src/stores/batches/batch-item-store.ts';
import type { BatchJob } from '../../../src/stores/batches/batch-job.ts';
import { BatchJobStore } from '../../../src/stores/batches/batch-job-store.ts';
import { BatchStore } from '../../../src/stores/batches/batch-store.ts';
import type { BatchItemPage } from '../../../src/stores/batches/item-list.ts';
import type { Db, SqlValue } from '../../../src/stores/db/db.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { findEngines } from '../../support/databases/stores.ts';

const engines = await findEngines();

const ID = 'batch_1';

/** Positions 0 to 9, by status. */
const STATUSES: readonly BatchItemStatus[] = [
  'succeeded',
  'succeeded',
  'failed',
  'pending',
  'succeeded',
  'expired',
  'succeeded',
  'failed',
  'succeeded',
  'pending',
];

const fill = async (db: Db): Promise<void> => {
  const record = '{"displayName":null,"metadata":null,"config":{"name":"toy","provider":"toy"}}';
  await db.query(
    `INSERT INTO batch (id, principal_id, status, mode, record, total, succeeded, failed, cancelled, expired, created_at)
     VALUES ($1, 'somebody', 'running', 'native', $2, 10, 5, 2, 0, 1, 0)`,
    [ID, record],
  );
  await db.query(
    `INSERT INTO batch_job (batch_rid, part, provider, vendor_key, first_index, item_count, state, progress, next_look_at, lease_until, fence)
     VALUES (1, 0, 'toy', 'key', 0, 10, 'running', '{}', 0, 0, 0)`,
  );
  for (const [index, status] of STATUSES.entries())
    await db.query(
      `INSERT INTO batch_item (batch_rid, idx, custom_id, status, wants_json, request) VALUES (1, $1, $2, $3, 0, '{}')`,
      [index, `item-${index}`, status],
    );
};

/** The positions on each page, read to the last one. */
const pagesOf = async (db: Db, statuses: readonly BatchItemStatus[] | null, first: number) => {
  const store = new BatchStore(db);
  const batch = await store.find(ID);
  if (batch === undefined) throw new Error('there is no batch');
  const pages: number[][] = [];
  for (let after: string | null = null; ; ) {
    const [page]: readonly (BatchItemPage | Error)[] = await store.itemPages([
      { batch, query: { first, after, statuses } },
    ]);
    if (page === undefined || page instanceof Error) throw page ?? new Error('there is no page');
    pages.push(page.items.map(({ item }) => item.index));
    after = page.items.at(-1)?.cursor ?? null;
    if (!page.hasNextPage) return { pages, totalCount: page.totalCount };
  }
};

const takeJob = async (db: Db): Promise<BatchJob> => {
  const [job] = await new BatchJobStore(db, { nodeId: 'node', retentionMs: 1 }).claim(1, 60_000);
  if (job === undefined) throw new Error('there is no job');
  return job;
};

describe.each(engines)('the items of a batch in $name', ({ problem, open }) => {
  const skip = problem !== null;

  test.skipIf(skip)('come in pages in their order, of one status, of several and of all', async () => {
    await using stores = await open();
    const { db } = stores;
    await fill(db);
    expect(await pagesOf(db, null, 4)).toEqual({
      pages: [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
      ],
      totalCount: 10,
    });
    expect(await pagesOf(db, ['failed'], 1)).toEqual({ pages: [[2], [7]], totalCount: 2 });
    expect(await pagesOf(db, ['expired', 'succeeded', 'pending', 'expired'], 3)).toEqual({
      pages: [
        [0, 1, 3],
        [4, 5, 6],
        [8, 9],
      ],
      totalCount: 8,
    });
    expect(await pagesOf(db, ['cancelled'], 3)).toEqual({ pages: [[]], totalCount: 0 });
    expect(await pagesOf(db, [], 3)).toEqual({ pages: [[]], totalCount: 0 });
  });

  test.skipIf(skip)('that have no result are handed out in their order, from a position on', async () => {
    await using stores = await open();
    const { db } = stores;
    await fill(db);
    const job = await takeJob(db);
    const items = new BatchItemStore(db);
    expect((await items.pending(job, 0, 10)).map(({ index }) => index)).toEqual([3, 9]);
    expect((await items.pending(job, 4, 10)).map(({ index }) => index)).toEqual([9]);
    expect((await items.pending(job, 0, 1)).map(({ index }) => index)).toEqual([3]);
  });
});

test('a page of very large answers holds fewer than were asked for, and the next one goes on there', async () => {
  const db = await openSqliteDb(null);
  await fill(db);
  const result = JSON.stringify({ ...EMPTY_RESULT, text: 'x'.repeat(2_000_000) });
  await db.query('UPDATE batch_item SET result = $1 WHERE idx < 5', [result]);
  await db.query('UPDATE batch_item SET result = $1 WHERE idx = 6', [`${' '.repeat(9_000_000)}${result}`]);
  expect(await pagesOf(db, null, 10)).toEqual({
    pages: [
      [0, 1, 2],
      [3, 4, 5, 6],
      [7, 8, 9],
    ],
    totalCount: 10,
  });
  expect((await pagesOf(db, ['succeeded', 'failed'], 3)).pages).toEqual([
    [0, 1, 2],
    [4, 6],
    [7, 8],
  ]);
  await db.close();
});

test('few items of a status are found without a look at the many others', async () => {
  const db = await openSqliteDb(null);
  await fill(db);
  const job = await takeJob(db);
  const statements: { readonly sql: string; readonly values: readonly SqlValue[] }[] = [];
  const query: Db['query'] = (sql, values = []) => {
    statements.push({ sql, values });
    return db.query(sql, values);
  };
  const listening = Object.assign(Object.create(db) as Db, { query });
  await pagesOf(listening, ['failed', 'expired'], 10);
  await new BatchItemStore(listening).pending(job, 0, 10);
  const plans = await Promise.all(
    statements.map(({ sql, values }) => db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, values)),
  );
  const searches = plans.flat().filter(({ detail }) => detail.includes('batch_item'));
  expect(
    new Set(searches.map(({ detail }) => detail.replace(/^.* USING /, '').replace(/ \(.*$/, ''))),
  ).toEqual(new Set(['INTEGER PRIMARY KEY', 'COVERING INDEX batch_item_by_status']));
  await db.close();
});
