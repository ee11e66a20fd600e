import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { Settings } from '../../../config/settings.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { openPostgresDb } from '../../../src/stores/db/postgres-db.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { SILENT_LOG } from '../../support/databases/stores.ts';
import { usePostgres } from '../../support/databases/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const FOLDER = new URL('../../fixtures/databases/', import.meta.url);

type EngineName = Db['engine'];

/** What a server of a schema version has left behind, and a way to open it with the servers of today. */
export interface RecordedDatabase extends AsyncDisposable {
  readonly settings: Partial<Settings>;
  /** Brings the schema up to date, as every start does. */
  open(): Promise<Db>;
  /** Runs statements past the servers of today. */
  execute(sql: string): Promise<void>;
}

export interface Recording {
  readonly version: number;
  readonly engine: EngineName;
  /** SQL that makes the tables and fills them. */
  readonly text: string;
  readonly load: () => Promise<RecordedDatabase>;
}

const loadSqlite = async (text: string): Promise<RecordedDatabase> => {
  const folder = temporaryFolder();
  const execute = async (sql: string): Promise<void> => {
    const database = new DatabaseSync(join(folder.path, 'modelgraph.db'));
    database.exec(sql);
    database.close();
  };
  await execute(text);
  return {
    settings: { dataDirectory: folder.path },
    open: () => openSqliteDb(folder.path),
    execute,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
};

const loadPostgres = async (text: string): Promise<RecordedDatabase> => {
  const database = await (await usePostgres()).createDatabase();
  const { url } = database;
  const execute = async (sql: string): Promise<void> => {
    const client = new Client(url);
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await execute(text);
  return {
    settings: { databaseUrl: url },
    open: () => openPostgresDb({ url, directUrl: url, log: SILENT_LOG }),
    execute,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
};

const LOADERS = { sqlite: loadSqlite, postgres: loadPostgres } as const;

/** Every recording, in the order of its versions. */
export const readRecordings = (): readonly Recording[] =>
  readdirSync(FOLDER)
    .flatMap((file): Recording[] => {
      const [, version, engine] = /^schema-(\d+)\.(sqlite|postgres)\.sql$/.exec(file) ?? [];
      if (version === undefined || (engine !== 'sqlite' && engine !== 'postgres')) return [];
      const text = readFileSync(new URL(file, FOLDER), 'utf8');
      return [{ version: Number(version), engine, text, load: () => LOADERS[engine](text) }];
    })
    .toSorted((a, b) => a.version - b.version);

/** How many rows each table of a recording has. */
export const countRows = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const [, table = ''] of text.matchAll(/^INSERT INTO (?:public\.)?"?(\w+)"?/gm))
    counts.set(table, (counts.get(table) ?? 0) + 1);
  return counts;
};

/** The statements that fill all tables of a recording but that of migrations. Each is one line. */
export const findInserts = (text: string): readonly string[] =>
  text.match(/^INSERT INTO (?!public\.migration|migration).*;$/gm) ?? [];

/** The tables that a recording makes. */
export const findTables = (text: string): readonly string[] =>
  [...text.matchAll(/^CREATE TABLE (?:IF NOT EXISTS )?(?:public\.)?(\w+)/gm)].map(([, table = '']) => table);

const COLUMNS: Readonly<Record<EngineName, string>> = {
  sqlite: `SELECT m.name || '.' || c.name AS name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
    WHERE m.type = 'table' UNION SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1`,
  postgres: `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public'
      AND indexname NOT LIKE '%_key' AND indexname NOT LIKE '%_pkey' ORDER BY 1`,
};

/** All columns and indexes of a database, by name. */
export const describeSchema = async (db: Db): Promise<readonly string[]> =>
  (await db.query<{ name: string }>(COLUMNS[db.engine])).map(({ name }) => name).toSorted();
