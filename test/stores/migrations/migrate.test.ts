import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { BatchStore } from '../../../src/stores/batches/batch-store.ts';
import { MIGRATIONS, migrate } from '../../../src/stores/migrations/migrate.ts';
import { openPostgresDb } from '../../../src/stores/db/postgres-db.ts';
import { NodeLeases } from '../../../src/stores/nodes/node-leases.ts';
import { usePostgres } from '../../support/databases/postgres.ts';
import { findEngines, SILENT_LOG } from '../../support/databases/stores.ts';

const engines = await findEngines();
const postgres = await usePostgres();

/** The version that a server of today brings a database to. */
const present = MIGRATIONS.at(-1)?.version ?? 0;

const LATER = [
  ...MIGRATIONS,
  {
    version: present + 1,
    name: 'later',
    statements: ['CREATE TABLE later (rid IDENTITY, id text NOT NULL)'],
  },
  { version: present + 2, name: 'last', statements: ["INSERT INTO later (id) VALUES ('x')"] },
];

/** The same as a release would have it that is upgraded to one server after the other. */
const ADDED = LATER.map((migration) =>
  migration.version > present ? { ...migration, compatibleFrom: present } : migration,
);

for (const { name, problem, open } of engines) {
  describe.skipIf(problem !== null)(`Migrations on ${name}`, () => {
    test('are applied in order, each once', async () => {
      await using stores = await open();
      const other = await stores.connect();
      await Promise.all([migrate(stores.db, LATER), migrate(other, LATER), migrate(stores.db, LATER)]);
      expect(await stores.db.query('SELECT rid, id FROM later')).toMatchObject([{ rid: 1, id: 'x' }]);
      const applied = await other.query('SELECT version, name FROM migration ORDER BY version');
      expect(applied).toMatchObject(LATER.map((later) => ({ version: later.version, name: later.name })));
    });

    test('leave nothing of one that fails', async () => {
      await using stores = await open();
      const failing = [...LATER, { version: present + 3, name: 'broken', statements: ['nonsense'] }];
      await expect(migrate(stores.db, failing)).rejects.toThrow('syntax error');
      await migrate(stores.db, LATER);
      expect(await stores.db.query('SELECT id FROM later')).toHaveLength(1);
    });

    test('keep the batches of a server that stored neither metadata nor warnings, nor fees of tools', async () => {
      await using stores = await open();
      const { db } = stores;
      for (const column of ['metadata', 'warnings', 'max_output_tokens'])
        await db.query(`ALTER TABLE batch_item DROP COLUMN ${column}`);
      await db.query('ALTER TABLE batch DROP COLUMN warnings');
      await db.query('ALTER TABLE batch_job DROP COLUMN told');
      await db.query('ALTER TABLE node DROP COLUMN version');
      await db.query('DELETE FROM migration WHERE version > 3');
      const cost = {
        currency: 'USD',
        total: 3,
        input: 1,
        output: 2,
        cacheRead: 0,
        cacheWrite: 0,
        effectiveDate: '2026-11-01',
      };
      await db.query(
        `INSERT INTO batch (id, principal_id, status, mode, record, total, succeeded, failed, cancelled,
        expired, created_at, cost) VALUES ('batch_1', 'ann', 'running', 'native', '{}', 2, 1, 0, 0, 0, NOW_MS, $1)`,
        [JSON.stringify(cost)],
      );
      await db.query(`INSERT INTO batch_item (batch_rid, idx, custom_id, status, wants_json, request)
        SELECT rid, 0, 'old', 'pending', 0, '{}' FROM batch`);
      const result = {
        text: 'Hi',
        reasoning: null,
        toolCalls: [],
        finishReason: 'stop',
        usage: null,
        cost,
        error: null,
      };
      await db.query(
        `INSERT INTO batch_item (batch_rid, idx, custom_id, status, wants_json, result)
        SELECT rid, 1, 'answered', 'succeeded', 0, $1 FROM batch`,
        [JSON.stringify(result)],
      );
      // What came after is in the database already.
      await migrate(
        db,
        MIGRATIONS.filter(({ version }) => version <= 7),
      );
      const store = new BatchStore(db);
      const names = ['old', 'answered'].map((customId) => ({ batchId: 'batch_1', customId }));
      const empty = { metadata: null, warnings: [], citations: [], rawFinishReason: null };
      const listed = { ...cost, toolFees: [], source: 'price-list', listTotal: null, serviceTier: null };
      expect(await store.findItemsNamed({ principalId: 'ann', prefix: null }, names)).toMatchObject([
        { ...empty, customId: 'old', status: 'pending', text: null },
        { ...empty, ...result, customId: 'answered', status: 'succeeded', cost: listed },
      ]);
      expect(await store.find('batch_1')).toMatchObject({ warnings: [], counts: { total: 2 }, cost: listed });
    });

    test('refuse a schema that is newer than the server', async () => {
      await using stores = await open();
      await migrate(stores.db, LATER);
      await expect(migrate(stores.db)).rejects.toMatchObject({
        name: 'ModelgraphError',
        message: expect.stringContaining(
          `schema version ${present + 2} and this server knows versions up to ${present}.`,
        ),
      });
    });

    test('leave an older server to a schema that only adds to the one it knows', async () => {
      await using stores = await open();
      await migrate(stores.db, ADDED);
      const lines: unknown[] = [];
      await migrate(stores.db, MIGRATIONS, { ...SILENT_LOG, warn: (fields) => lines.push(fields) });
      expect(lines).toEqual([{ schemaVersion: present + 2, known: present }]);
      // One of them says more of those that came before it.
      await expect(
        migrate(
          stores.db,
          MIGRATIONS.filter(({ version }) => version < present),
        ),
      ).rejects.toThrow(`knows versions up to ${present - 1}`);
    });

    test('refuse a database that lacks one of them, or has another one in its place', async () => {
      await using stores = await open();
      const { db } = stores;
      const [first] = MIGRATIONS;
      if (first === undefined) throw new Error('there are no migrations');
      await db.query('UPDATE migration SET name = $1 WHERE version = 1', ['another']);
      await expect(migrate(db)).rejects.toMatchObject({
        message:
          `Migration 1 of the database is another, and this server's is ${first.name}. ` +
          'Give this server another database, or restore a backup from before.',
      });
      await db.query('DELETE FROM migration WHERE version = 1');
      await expect(migrate(db)).rejects.toThrow(
        `The database has schema version ${present}, but not migration 1 (${first.name}).`,
      );
    });

    test('take a database whose table of migrations knows nothing of compatibility', async () => {
      await using stores = await open();
      await stores.db.query('ALTER TABLE migration DROP COLUMN compatible_from');
      await migrate(stores.db, ADDED);
      expect(
        await stores.db.query(
          'SELECT version, compatible_from FROM migration WHERE version >= $1 ORDER BY version',
          [present],
        ),
      ).toEqual([
        { version: present, compatible_from: null },
        { version: present + 1, compatible_from: present },
        { version: present + 2, compatible_from: present },
      ]);
    });
  });
}

describe.skipIf(postgres.problem !== null)('A schema that older servers use on PostgreSQL', () => {
  test('is not changed under them, unless the change is one that they can go on with', async () => {
    await using database = await postgres.createDatabase();
    const open = () => openPostgresDb({ url: database.url, directUrl: database.url, log: SILENT_LOG });
    await using databases = new AsyncDisposableStack();
    const [older, newer] = await Promise.all([open(), open()]);
    for (const db of [older, newer]) databases.defer(() => db.close());
    const leases = new NodeLeases(older, 'older');
    await leases.renew(60_000);
    await expect(migrate(newer, LATER)).rejects.toMatchObject({
      message:
        `Migration ${present + 1} (later) changes what older servers use, and 1 of them uses the database ` +
        `(schema version ${present}). Stop them first: one that was killed counts for some seconds more.`,
    });
    expect(await newer.query('SELECT version FROM migration WHERE version > $1', [present])).toEqual([]);
    await migrate(newer, ADDED.slice(0, -1));
    await leases.release();
    await migrate(newer, LATER);
    expect(await newer.query('SELECT id FROM later')).toHaveLength(1);
  });
});

test.skipIf(postgres.problem !== null)(
  'several processes that start at once on an empty PostgreSQL all find the schema there',
  async () => {
    await using database = await postgres.createDatabase();
    const source = `
      import { openPostgresDb } from ${JSON.stringify(new URL('../../../src/stores/db/postgres-db.ts', import.meta.url).href)};
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const url = process.env.TEST_URL;
      const db = await openPostgresDb({ url, directUrl: url, log });
      const [row] = await db.query('SELECT count(*) AS applied FROM migration');
      process.stdout.write(String(row.applied));
      await db.close();`;
    const outputs = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
          env: { ...process.env, TEST_URL: database.url },
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
        return { output, code: code as number };
      }),
    );
    const applied = String(MIGRATIONS.length);
    expect(outputs).toEqual(Array.from({ length: 3 }, () => ({ output: applied, code: 0 })));
  },
);
