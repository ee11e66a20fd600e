import { expect, test } from 'vitest';
import { killBatches } from '../support/kill-batches.ts';
import { usePostgres } from '../support/postgres.ts';

const postgres = await usePostgres();
const CLEAN = { doubled: 0, wrongItems: 0, wrongSums: 0 };

test('a server that is killed at random moments neither loses nor doubles a batch, on SQLite', async () => {
  const report = await killBatches({ seed: 7, kills: 6, itemsPerBatch: 600, databaseUrl: null });
  expect(report).toMatchObject({ ...CLEAN, kills: 6 });
}, 120_000);

test.skipIf(postgres.problem !== null)(
  'a server that is killed at random moments neither loses nor doubles a batch, on PostgreSQL',
  async () => {
    await using database = await postgres.createDatabase();
    const report = await killBatches({ seed: 11, kills: 4, itemsPerBatch: 600, databaseUrl: database.url });
    expect(report).toMatchObject({ ...CLEAN, kills: 4 });
  },
  120_000,
);
