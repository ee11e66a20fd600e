import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type ParsedOverlay, parseOverlay } from './parse-overlay.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** An overlay as its file is now, with what is wrong with it; null: it cannot be read. */
export interface ReadOverlay {
  readonly overlay: ParsedOverlay | null;
  readonly problems: readonly string[];
}

/**
 * Reads the operator's overlay: JSON only, because it is read again while the server runs and must not run code. A path
 * that is not absolute starts from the working directory. Problems are given, each with the file and the place in it.
 */
export const readOverlayFile = async (file: string): Promise<ReadOverlay> => {
  const path = resolve(file);
  try {
    const found = await stat(path);
    // A pipe may never end, and a device never does.
    if (!found.isFile()) return { overlay: null, problems: [`${file}: is no file`] };
    const { size, mtime } = found;
    if (size > MAX_BYTES) return { overlay: null, problems: [`${file}: is larger than ${MAX_BYTES} bytes`] };
    // The decoder leaves out a byte order mark, with which some editors begin a file.
    const value: unknown = JSON.parse(new TextDecoder().decode(await readFile(path)));
    const origin = { file, source: basename(file), day: mtime.toISOString().slice(0, 10) };
    return parseOverlay(value, origin);
  } catch (error) {
    // What Node says of a file quotes its whole path, which clients are not told.
    const isOfFile = error instanceof Error && 'code' in error && 'syscall' in error;
    const message = isOfFile ? String(error.code) : error instanceof Error ? error.message : String(error);
    return { overlay: null, problems: [`${file}: cannot be read: ${message}`] };
  }
};
