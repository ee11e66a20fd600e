import { describe, expect, test } from 'vitest';
import { killBatches } from '../../support/kills/kill-batches.ts';
import { usePostgres } from '../../support/databases/postgres.ts';

const postgres = await usePostgres();

/** So many that most of the results are stored before the rest has come, and that some batches go in parts. */
const ITEMS = 700;
const KILLS = 6;
const CLEAN = { kills: KILLS, lost: 0, doubled: 0, wrongItems: 0, wrongSums: 0 };

describe.concurrent('batches of servers that are killed', () => {
  // Between them the two seeds have every moment, and a search for a submission at each vendor.
  test('a server that is killed at any moment neither loses nor doubles a batch, on SQLite', async () => {
    const report = await killBatches({ seed: 45, kills: KILLS, itemsPerBatch: ITEMS, databaseUrl: null });
    expect(report).toMatchObject({ ...CLEAN, killsOfAll: KILLS });
  }, 600_000);

  test.skipIf(postgres.problem !== null)(
    'two nodes of which one is killed at any moment, or both are, neither lose nor double a batch, on PostgreSQL',
    async () => {
      await using database = await postgres.createDatabase();
      const report = await killBatches({
        seed: 198,
        kills: KILLS,
        itemsPerBatch: ITEMS,
        databaseUrl: database.url,
      });
      expect(report).toMatchObject({ ...CLEAN, killsOfAll: 1 });
    },
    600_000,
  );
});
