import { expect, test } from 'vitest';
import { request, startApp } from '../../support/app/app.ts';
import { endedBatch, requestsOf, submitBatch } from '../../support/app/batch-requests.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import { createToyBatchVendor } from '../../support/batch-vendors/toy-batch-vendor.ts';

const engines = await findBatchEngines();
const [, postgres] = engines;

test.skipIf(postgres?.problem !== null)(
  'submissions under one key that come to several servers at once are one batch, and are handed over once',
  async () => {
    if (postgres === undefined) throw new Error('there is no PostgreSQL');
    await using database = await postgres.open();
    const vendor = createToyBatchVendor();
    await using first = await startApp(database.settings, vendor.overrides);
    await using second = await startApp(database.settings, vendor.overrides);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        submitBatch(index % 2 === 0 ? first : second, requestsOf(['a', 'b']), { idempotencyKey: 'once' }),
      ),
    );
    const ids = new Set(answers.map(({ data }) => data?.submitBatch?.id as unknown));
    expect(ids.size).toBe(1);
    const [id] = ids;
    await endedBatch(second, String(id));
    expect(vendor.batches.map(({ requests }) => requests.length)).toEqual([2]);
    const { data } = await request(first, '{ batches { totalCount nodes { id } } }');
    expect(data.batches).toEqual({ totalCount: 1, nodes: [{ id }] });
    const other = await submitBatch(first, requestsOf(['a', 'c']), { idempotencyKey: 'once' });
    expect(other.errors?.[0]?.extensions?.['code']).toBe('INVALID_REQUEST');
  },
);
