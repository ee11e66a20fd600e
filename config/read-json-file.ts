import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

const MAX_BYTES = 4 * 1024 * 1024;

export type JsonFile =
  | { readonly value: unknown; readonly changed: Date }
  /** Why it cannot be read, with the file's name as the operator has written it. */
  | { readonly problem: string };

/**
 * Reads an operator's file that is read again while the server runs: JSON only, because it must not run code. A path that
 * is not absolute starts from the working directory.
 */
export const readJsonFile = async (file: string): Promise<JsonFile> => {
  const path = resolve(file);
  try {
    const found = await stat(path);
    // A pipe may never end, and a device never does.
    if (!found.isFile()) return { problem: `${file}: is no file` };
    if (found.size > MAX_BYTES) return { problem: `${file}: is larger than ${MAX_BYTES} bytes` };
    // The decoder leaves out a byte order mark, with which some editors begin a file.
    const value: unknown = JSON.parse(new TextDecoder().decode(await readFile(path)));
    return { value, changed: found.mtime };
  } catch (error) {
    // What Node says of a file quotes its whole path, which clients are not told.
    const isOfFile = error instanceof Error && 'code' in error && 'syscall' in error;
    const message = isOfFile ? String(error.code) : error instanceof Error ? error.message : String(error);
    return { problem: `${file}: cannot be read: ${message}` };
  }
};
