import { openAsBlob } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { openTemporaryFolder } from '../../../lib/temporary-folder.ts';

/** Lines are gathered to pieces of about this many characters before they are written. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * Writes lines to a temporary file that no other user may read, and hands it over as a blob that is read from the disk.
 * The file is removed as soon as `use` has settled or anything before it has failed. What `lines` throws is thrown on;
 * aborting the signal throws its reason at once, whether `lines` takes note of it or not.
 */
export const withSpooledFile = async <T>(
  lines: AsyncIterable<string>,
  signal: AbortSignal,
  use: (file: Blob) => Promise<T>,
): Promise<T> => {
  await using folder = openTemporaryFolder();
  const path = join(folder.path, 'requests.jsonl');
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of toPieces(untilAborted(lines, signal))) await file.appendFile(piece);
  } finally {
    await file.close();
  }
  return await use(await openAsBlob(path, { type: 'application/jsonl' }));
};

async function* toPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let giveUp = ignore;
  const abort = (): void => giveUp();
  // Not `Promise.race`: one promise that outlives all the others would keep every line in memory.
  const next = (): Promise<IteratorResult<T>> =>
    new Promise((resolve, reject) => {
      giveUp = () => resolve({ done: true, value: undefined });
      iterator.next().then(resolve, reject);
    });
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await next();
      signal.throwIfAborted();
      if (done === true) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not waited for: a source that hangs does not come back. What it throws while it is closed changes nothing.
    iterator.return?.().catch(ignore);
  }
}

const ignore = (): void => undefined;
