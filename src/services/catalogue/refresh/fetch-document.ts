import { readFile, stat } from 'node:fs/promises';
import { isLoopback } from '../../../core/is-loopback.ts';
import { readBoundedText } from '../../../lib/read-bounded-text.ts';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** A document, or that it is as it was. */
export type FetchedDocument =
  | { readonly isUnchanged: true }
  | { readonly isUnchanged: false; readonly text: string; readonly version: string | null };

const isSafe = (address: string): boolean => {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
};

const readText = async ({ body }: Response): Promise<string> => {
  const text = body === null ? '' : await readBoundedText(body, MAX_BYTES);
  if (text === undefined) throw new Error(`the document is longer than ${MAX_BYTES} bytes`);
  return text;
};

const fetchFile = async (path: string, known: string | null): Promise<FetchedDocument> => {
  const { size, mtimeMs } = await stat(path);
  if (size > MAX_BYTES) throw new Error(`the document is longer than ${MAX_BYTES} bytes`);
  const version = `${mtimeMs} ${size}`;
  return version === known
    ? { isUnchanged: true }
    : { isUnchanged: false, text: await readFile(path, 'utf8'), version };
};

/**
 * Fetches a document from an address or a path. `version` is its ETag, or what stands for one of a file; with the one that is
 * known, a document that is still the same is not sent again. Throws when there is none within 30 s and 16 MiB, when a
 * redirect leads to plain http on another machine, or when the signal is aborted.
 */
export const fetchDocument = async (
  address: string,
  known: string | null,
  signal: AbortSignal,
): Promise<FetchedDocument> => {
  if (!/^https?:/i.test(address)) return fetchFile(address, known);
  const response = await fetch(address, {
    headers: { accept: 'application/json', ...(known !== null && { 'if-none-match': known }) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const leave = async (): Promise<void> => response.body?.cancel();
  if (!isSafe(response.url)) {
    await leave();
    throw new Error('a redirect leads to an address over plain http');
  }
  if (response.status === 304 && known !== null) {
    await leave();
    return { isUnchanged: true };
  }
  if (!response.ok) {
    await leave();
    throw new Error(`the document was answered with ${response.status}`);
  }
  return { isUnchanged: false, text: await readText(response), version: response.headers.get('etag') };
};
