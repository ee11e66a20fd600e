import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
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

export const DATABASE_FILE = 'modelgraph.db';

export interface SqliteFiles {
  readonly database: DatabaseSync;
  /** What keeps other servers out of the directory; null: in memory. */
  readonly lock: DatabaseSync | null;
}

/** How long one look at the file is believed, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** Looks at the file of a directory at most once a second: whether the one at its path is the one that was there at first. */
export const createFileCheck = (directory: string): (() => boolean) => {
  const path = join(directory, DATABASE_FILE);
  const first = statSync(path);
  let lookedAt = performance.now();
  let isThere = true;
  return () => {
    if (performance.now() - lookedAt < LOOK_EVERY_MS) return isThere;
    lookedAt = performance.now();
    const now = statSync(path, { throwIfNoEntry: false });
    isThere = now?.ino === first.ino && now.dev === first.dev;
    return isThere;
  };
};

const openDirectory = (directory: string): SqliteFiles => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = holdDirectory(directory);
  try {
    const path = join(directory, DATABASE_FILE);
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
export const openSqliteFiles = (directory: string | null): SqliteFiles => {
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
