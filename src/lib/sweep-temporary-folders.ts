import { lstat, readdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdTemporaryFolder, TEMPORARY_FOLDER_PREFIX, type TemporaryFolder } from './temporary-folder.ts';

const findHeld = (path: string): TemporaryFolder | undefined => {
  try {
    return holdTemporaryFolder(path);
  } catch {
    return undefined;
  }
};

/** Whether it is gone by this. */
const removeAbandoned = async (path: string): Promise<boolean> => {
  const folder = findHeld(path);
  if (folder !== undefined) {
    await folder[Symbol.asyncDispose]();
    return true;
  }
  // A process holds it, or died before it did so: the folder is empty then.
  return rmdir(path).then(
    () => true,
    () => false,
  );
};

/**
 * Removes this user's temporary folders whose processes are gone, whichever server or container they were of, and none
 * that is in use. Gives how many; `report` is told of those that could not be removed.
 */
export const sweepTemporaryFolders = async (
  report: (error: unknown, path: string) => void,
): Promise<number> => {
  const user = process.getuid?.();
  const entries = await readdir(tmpdir(), { withFileTypes: true }).catch((error: unknown) => {
    report(error, tmpdir());
    return [];
  });
  const paths = entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(TEMPORARY_FOLDER_PREFIX))
    .map(({ name }) => join(tmpdir(), name));
  let removed = 0;
  for (const path of paths) {
    const owner = await lstat(path).catch(() => undefined);
    if (owner === undefined || (user !== undefined && owner.uid !== user)) continue;
    try {
      if (await removeAbandoned(path)) removed += 1;
    } catch (error) {
      report(error, path);
    }
  }
  return removed;
};
