import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ModelgraphError } from '../../src/core/errors.ts';
import type { Queries, SqlValue } from '../../src/stores/db/db.ts';
import { toSqlite } from '../../src/stores/db/dialect.ts';
import { DATABASE_FILE } from '../../src/stores/db/sqlite-files.ts';

/** For how long a statement waits for a server that writes, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

export interface DbReader extends Queries {
  close(): Promise<void>;
}

/**
 * The database of a data directory for reading alone, which a server may be using. Throws `NOT_FOUND` where there is none.
 */
export const openSqliteReader = (directory: string | null): DbReader => {
  const path = directory === null ? null : join(directory, DATABASE_FILE);
  if (path === null || !existsSync(path))
    throw new ModelgraphError(
      'NOT_FOUND',
      'There is no database: set DATABASE_URL or MODELGRAPH_DATA as for the server.',
    );
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  return {
    query: async <Row extends object>(sql: string, values: readonly SqlValue[] = []) =>
      database.prepare(toSqlite(sql)).all(...values) as readonly object[] as readonly Row[],
    close: async () => database.close(),
  };
};
