import { readFile, stat } from 'node:fs/promises';
import { isLoopback } from '../../../core/is-loopback.ts';
import { readBoundedText } from '../../../lib/read-bounded-text.ts';

const TIMEOUT_MS = 30_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_BYTES = 16 * 1024 * 1024;

/** A document, or that it is as it was. */
export type FetchedDocument =
  | { readonly isUnchanged: true }
  | { readonly isUnchanged: false; readonly text: string; readonly version: string | null };

const MOST_REDIRECTS = 5;

const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));

/** Follows redirects by itself, since each one on the way must be safe and not only the last. */
const fetchSafely = async (address: string, init: RequestInit): Promise<Response> => {
  let at = new URL(address);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    if (!isSafe(at))
      throw new Error('a redirect leads to an address that is neither https nor on this machine');
    const response = await fetch(at, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, at);
    if (next === null) throw new Error('a redirect leads to no address');
    at = next;
  }
  throw new Error(`the document was redirected more than ${MOST_REDIRECTS} times`);
};

const readText = async ({ body }: Response): Promise<string> => {
  const text = body === null ? '' : await readBoundedText(body, MAX_BYTES);
  if (text === undefined) throw new Error(`the document is longer than ${MAX_BYTES} bytes`);
  return text;
};

const fetchFile = async (path: string, known: string | null): Promise<FetchedDocument> => {
  const found = await stat(path);
  if (!found.isFile()) throw new Error('the document is no file');
  const { size, mtimeMs } = found;
  if (size > MAX_BYTES) throw new Error(`the document is longer than ${MAX_BYTES} bytes`);
  const version = `${mtimeMs} ${size}`;
  return version === known
    ? { isUnchanged: true }
    : { isUnchanged: false, text: new TextDecoder().decode(await readFile(path)), version };
};

/**
 * Fetches a document from an address or a path. `version` is its ETag, or what stands for one of a file; with the one that is
 * known, a document that is still the same is not sent again. Throws when there is none within 30 s and 16 MiB, when a
 * redirect on the way leads to plain http on another machine, or when the signal is aborted.
 */
export const fetchDocument = async (
  address: string,
  known: string | null,
  signal: AbortSignal,
): Promise<FetchedDocument> => {
  if (!/^https?:/i.test(address)) return fetchFile(address, known);
  const response = await fetchSafely(address, {
    headers: { accept: 'application/json', ...(known !== null && { 'if-none-match': known }) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const leave = async (): Promise<void> => response.body?.cancel();
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
