import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../../src/stores/migrations/migrate.ts';
import { request, startApp } from '../../support/app/app.ts';
import { findEngines } from '../../support/databases/stores.ts';
import { countRows, describeSchema, findInserts, findTables, readRecordings } from './recorded-database.ts';

const engines = await findEngines();
const recordings = readRecordings();

/** Rows of these last for seconds, and a migration may begin anew with them. */
const FLEETING = ['generation_follower', 'generation_command', 'migration'];

const READ = `{
  generations(first: 10) { nodes { id status text error { code } } }
  batches(first: 10) { nodes { status counts { total succeeded } items(first: 10) { nodes { customId status text } } } }
}`;

/** Whether servers of a schema version are promised to go on with that of today. */
const isCompatible = (version: number): boolean =>
  MIGRATIONS.filter((each) => each.version > version).every(
    ({ compatibleFrom }) => (compatibleFrom ?? Infinity) <= version,
  );

const problemOf = (engine: string): string | null =>
  engines.find((each) => each.engine === engine)?.problem ?? null;

describe('The recorded databases', () => {
  it('are there for both engines, and have rows in every table', () => {
    for (const { version, engine, text } of recordings) {
      expect(recordings.filter((each) => each.version === version)).toHaveLength(2);
      const counts = countRows(text);
      expect(
        findTables(text).filter((table) => !counts.has(table)),
        `schema ${version} of ${engine}`,
      ).toEqual([]);
    }
  });
});

for (const { version, engine, text, load } of recordings) {
  const problem = problemOf(engine);
  const why = problem === null ? '' : ` (no PostgreSQL here: ${problem})`;
  describe.skipIf(problem !== null)(`A database of schema version ${version} on ${engine}${why}`, () => {
    it('is brought to the schema that an empty one gets, with all its rows', async () => {
      const fresh = engines.find((each) => each.engine === engine);
      if (fresh === undefined) throw new Error(`there is no ${engine}`);
      await using empty = await fresh.open();
      await using recorded = await load();
      const db = await recorded.open();
      try {
        expect(await describeSchema(db)).toEqual(await describeSchema(empty.db));
        const applied = await db.query<{ version: number }>('SELECT version FROM migration ORDER BY version');
        expect(applied.map((row) => row.version)).toEqual(MIGRATIONS.map((each) => each.version));
        for (const [table, count] of countRows(text)) {
          if (FLEETING.includes(table)) continue;
          const [row] = await db.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
          expect(row?.n, table).toBe(count);
        }
      } finally {
        await db.close();
      }
    });

    it('is served: what had ended is as it was, and what ran was interrupted', async () => {
      await using recorded = await load();
      await using app = await startApp(recorded.settings);
      const { data, errors } = await request(app, READ);
      expect(errors).toBeUndefined();
      const { nodes } = data.generations;
      expect(nodes.map(({ status }: { status: string }) => status).toSorted()).toEqual([
        'COMPLETED',
        'COMPLETED',
        'FAILED',
        'FAILED',
        'FAILED',
      ]);
      // The one that ran, and the one that waited for the results of tool calls.
      expect(
        nodes.filter(
          (node: { error: { code: string } | null }) => node.error?.code === 'GENERATION_INTERRUPTED',
        ),
      ).toHaveLength(2);
      for (const { status, text: answer } of nodes) if (status === 'COMPLETED') expect(answer).not.toBe('');
      const batches = data.batches.nodes;
      expect(batches).toHaveLength(version >= 2 ? 2 : 0);
      if (version < 2) return;
      expect(batches).toContainEqual({
        status: 'COMPLETED',
        counts: { total: 3, succeeded: 3 },
        items: {
          nodes: ['item-0', 'item-1', 'item-2'].map((customId) => ({
            customId,
            status: 'SUCCEEDED',
            text: expect.stringMatching(/./),
          })),
        },
      });
    });

    // On SQLite one server has the database, so that none of another version writes to it.
    it.skipIf(engine === 'sqlite' || !isCompatible(version))(
      'takes what its own servers write once it is newer, as its migrations promise',
      async () => {
        await using recorded = await load();
        const db = await recorded.open();
        await db.close();
        const tables = findTables(text).filter((table) => table !== 'migration');
        await recorded.execute(tables.map((table) => `DELETE FROM ${table};`).join('\n'));
        await recorded.execute(findInserts(text).join('\n'));
        const again = await recorded.open();
        try {
          for (const table of tables) {
            const [row] = await again.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
            expect(row?.n, table).toBe(countRows(text).get(table));
          }
        } finally {
          await again.close();
        }
      },
    );

    it.skipIf(engine === 'sqlite' || isCompatible(version))(
      'is left as it is while one of its own servers is alive, which could not go on',
      async () => {
        await using recorded = await load();
        await recorded.execute(
          `INSERT INTO node (id, lease_until, started_at) VALUES ('alive', ${Number.MAX_SAFE_INTEGER}, 0)`,
        );
        await expect(recorded.open()).rejects.toThrow('changes what older servers use, and 1 of them');
        await recorded.execute(`DELETE FROM node WHERE id = 'alive'`);
        await (await recorded.open()).close();
      },
    );
  });
}
