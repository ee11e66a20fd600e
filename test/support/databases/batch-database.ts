import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';
import type { Settings } from '../../../config/settings.ts';
import { usePostgres } from './postgres.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What a server keeps its batches in, and a way into it past the server. */
export interface BatchDatabase extends AsyncDisposable {
  /** Of every server on it. */
  readonly settings: Partial<Settings>;
  readonly query: (sql: string) => Promise<readonly Row[]>;
}

export interface BatchEngine {
  readonly name: string;
  /** Why it cannot be had on this machine; null: it can. */
  readonly problem: string | null;
  /** The database's clock, in milliseconds. */
  readonly nowMs: string;
  readonly open: () => Promise<BatchDatabase>;
}

/** The rows of one statement on a PostgreSQL, over a connection of its own. */
export const queryPostgres = async (url: string, sql: string): Promise<readonly Row[]> => {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
};

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;

/** Waiting for the lock within the call would hold up the server, which is in this process and may have it. */
const querySqlite = async (path: string, sql: string): Promise<readonly Row[]> => {
  for (;;) {
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      return database.prepare(sql).all();
    } catch (error) {
      if (!isBusy(error)) throw error;
    } finally {
      database.close();
    }
    await setTimeout(5);
  }
};

/** Every engine a server may keep its batches in: suites are run over all of them. */
export const findBatchEngines = async (): Promise<readonly BatchEngine[]> => {
  const postgres = await usePostgres();
  return [
    {
      name: 'SQLite',
      problem: null,
      nowMs: `cast(unixepoch('subsec') * 1000 as integer)`,
      open: async () => {
        const folder = temporaryFolder();
        return {
          settings: { dataDirectory: folder.path },
          query: (sql) => querySqlite(join(folder.path, 'modelgraph.db'), sql),
          [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
        };
      },
    },
    {
      name: postgres.problem === null ? 'PostgreSQL' : `PostgreSQL (not here: ${postgres.problem})`,
      problem: postgres.problem,
      nowMs: `cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
      open: async () => {
        const database = await postgres.createDatabase();
        return {
          settings: { databaseUrl: database.url },
          query: (sql) => queryPostgres(database.url, sql),
          [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
        };
      },
    },
  ];
};

/** Asks again and again until it is so; each answer is a round trip, so that nothing spins. */
export const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
};
