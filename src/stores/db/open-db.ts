import type { ServiceLog } from '../../core/service-log.ts';
import type { Db } from './db.ts';
import { openSqliteDb } from './sqlite-db.ts';

export interface DbLocation {
  /** A PostgreSQL database; null: SQLite in the data directory. */
  readonly databaseUrl: string | null;
  /** The same database without a connection pooler in front; null: `databaseUrl` has none. */
  readonly databaseDirectUrl: string | null;
  /** null: a database in memory, which goes with the process. */
  readonly dataDirectory: string | null;
}

/** Opens the database that the settings name. Rejects where it cannot be used, and says what to do. */
export const openDb = async (
  { databaseUrl, databaseDirectUrl, dataDirectory }: DbLocation,
  log: ServiceLog,
): Promise<Db> => {
  if (databaseUrl === null) return openSqliteDb(dataDirectory, log);
  // A server that needs no PostgreSQL does not load its client.
  const { openPostgresDb } = await import('./postgres-db.ts');
  return openPostgresDb({ url: databaseUrl, directUrl: databaseDirectUrl ?? databaseUrl, log });
};
