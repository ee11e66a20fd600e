import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ModelgraphError } from '../../core/errors.ts';
import { BUSY, resultCodeOf } from './sqlite-failure.ts';

/** How long a statement waits for another process (a tool that reads the file), in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

/** The file exists before SQLite opens it, so that no other user can read it; SQLite's own journal gets the same mode. */
const createPrivateFile = (path: string): void => {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
};

/**
 * Holds the directory until it is closed or the process ends in whatever way: the lock is the operating system's, and
 * nothing is left to clean up after a crash.
 */
const holdDirectory = (directory: string): DatabaseSync => {
  const path = join(directory, 'server.lock');
  createPrivateFile(path);
  const lock = new DatabaseSync(path);
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (resultCodeOf(error) !== BUSY) throw error;
    throw new ModelgraphError(
      'INTERNAL',
      `Another server uses the data directory ${directory}. Stop it, or give this one a directory of its own ` +
        '(MODELGRAPH_DATA); several servers share a PostgreSQL database (DATABASE_URL).',
      { cause: error },
    );
  }
};

const openDirectory = (directory: string): { database: DatabaseSync; lock: DatabaseSync } => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = holdDirectory(directory);
  try {
    const path = join(directory, 'modelgraph.db');
    createPrivateFile(path);
    return { lock, database: new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS }) };
  } catch (error) {
    lock.close();
    throw error;
  }
};

/**
 * Opens the files of a data directory, which is made where there is none; null: a database in memory. Throws with a message
 * for the operator.
 */
export const openSqliteFiles = (
  directory: string | null,
): { database: DatabaseSync; lock: DatabaseSync | null } => {
  if (directory === null) return { database: new DatabaseSync(':memory:'), lock: null };
  try {
    return openDirectory(directory);
  } catch (error) {
    if (error instanceof ModelgraphError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelgraphError('INTERNAL', `The data directory ${directory} cannot be used: ${reason}`, {
      cause: error,
    });
  }
};
