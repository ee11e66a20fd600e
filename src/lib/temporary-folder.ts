import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

export const TEMPORARY_FOLDER_PREFIX = 'modelgraph-files-';
const LOCK = 'in-use';
const MAX_ATTEMPTS = 50;

/** A folder readable by this user alone. It is deleted when disposed of, or by a later sweep after the process has died. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Holds a folder until it is disposed of or the process ends in whatever way: the lock is the operating system's, so that
 * neither process ids, which come again and differ between containers, nor clocks have a say. Throws where the folder has
 * no lock, or another has it.
 */
export const holdTemporaryFolder = (path: string): TemporaryFolder => {
  const url = pathToFileURL(join(path, LOCK));
  url.searchParams.set('mode', 'rw');
  const lock = new DatabaseSync(url, { timeout: 0 });
  const remove = async (): Promise<void> => {
    // A cleaner of the system's may have been here before.
    const names = await readdir(path).catch(() => []);
    // The lock goes last: a folder that has lost it could not be told from one that is just being made.
    for (const name of names) if (name !== LOCK) await rm(join(path, name), { recursive: true, force: true });
    await rm(path, { recursive: true, force: true });
  };
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    // Who had it before may have removed it.
    statSync(join(path, LOCK));
  } catch (error) {
    lock.close();
    throw error;
  }
  return { path, [Symbol.asyncDispose]: () => remove().finally(() => lock.close()) };
};

/** Whether a sweep has taken a folder for abandoned in the moment before it was held. */
const isSwept = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ERR_SQLITE_ERROR');

export const openTemporaryFolder = (): TemporaryFolder => {
  for (let attempt = 1; ; attempt += 1) {
    const path = mkdtempSync(join(tmpdir(), TEMPORARY_FOLDER_PREFIX));
    try {
      writeFileSync(join(path, LOCK), '', { mode: 0o600 });
      return holdTemporaryFolder(path);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isSwept(error)) throw error;
    }
  }
};
