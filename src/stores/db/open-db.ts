import type { ServiceLog } from '../../core/service-log.ts';
import type { Db } from './db.ts';
import { openSqliteDb } from './sqlite-db.ts';

export interface DbSettings {
  /** Of a PostgreSQL; null: SQLite. */
  readonly databaseUrl: string | null;
  /** Past a connection pooler, for what needs a session of its own; null: the same. */
  readonly databaseDirectUrl: string | null;
  /** Of SQLite's file; null: in memory. */
  readonly dataDirectory: string | null;
}

/** Opens the database of the settings. Rejects where it cannot be reached or written to. */
export const openDb = async (
  { databaseUrl, databaseDirectUrl, dataDirectory }: DbSettings,
  log: ServiceLog,
): Promise<Db> => {
  if (databaseUrl === null) return openSqliteDb(dataDirectory, log);
  // A server that needs no PostgreSQL does not load its client.
  const { openPostgresDb } = await import('./postgres-db.ts');
  return openPostgresDb({ url: databaseUrl, directUrl: databaseDirectUrl ?? databaseUrl, log });
};
