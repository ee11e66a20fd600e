import { MAX_ERROR_BYTES } from './answer-limits.ts';
import type { WatchedBytes } from './watched-bytes.ts';

export type Form = 'json' | 'event-stream' | 'page' | 'other' | 'empty';

/** The longest beginning that has to be seen: that of an event stream's longest field name. */
const ENOUGH_BYTES = 6;

/**
 * What a body is by its first bytes, which are then still to be read. Space before them is dropped: servers send it to keep a
 * connection alive.
 */
export const tellForm = async (bytes: WatchedBytes): Promise<Form> => {
  let start: Buffer = Buffer.alloc(0);
  let dropped = 0;
  for (let piece = await bytes.read(); piece !== undefined; piece = await bytes.read()) {
    const both = Buffer.concat([start, piece]);
    start = withoutSpace(both);
    dropped += both.length - start.length;
    if (dropped > MAX_ERROR_BYTES) break;
    if (start.length < ENOUGH_BYTES && !isJson(start)) continue;
    bytes.unread(start);
    return formOf(start);
  }
  if (start.length === 0) return 'empty';
  bytes.unread(start);
  return formOf(start);
};

const SPACE: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

const withoutSpace = (bytes: Buffer): Buffer => {
  let from = 0;
  while (SPACE.has(bytes[from])) from += 1;
  return bytes.subarray(from);
};

const isJson = (start: Buffer): boolean => start[0] === 0x7b || start[0] === 0x5b;

const formOf = (start: Buffer): Form => {
  if (isJson(start)) return 'json';
  const text = start.toString('latin1', 0, ENOUGH_BYTES);
  if (text.startsWith('<')) return 'page';
  return /^(:|(data|event|id|retry)(:|[\r\n]))/.test(text) ? 'event-stream' : 'other';
};
