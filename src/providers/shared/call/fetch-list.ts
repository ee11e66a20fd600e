import { readBoundedText } from '../../../lib/read-bounded-text.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The JSON of one page of a server's list of models. Throws when there is none within ten seconds and four mebibytes, or
 * when the signal is aborted; what the server says of a failure is not repeated. A redirect is followed only where the
 * caller says so: with a key in a header of the vendor's own, it would take that key to another host.
 */
export const fetchList = async (
  address: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  redirect: 'error' | 'follow' = 'error',
): Promise<unknown> => {
  const response = await fetch(address, {
    headers: { accept: 'application/json', 'user-agent': 'modelgraph', ...headers },
    redirect,
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the list of models was answered with ${response.status}`);
  }
  const text = response.body === null ? '' : await readBoundedText(response.body, MAX_BYTES);
  if (text === undefined) throw new Error(`the list of models is longer than ${MAX_BYTES} bytes`);
  try {
    return JSON.parse(text);
  } catch {
    // What a parser says quotes the answer.
    throw new Error('the list of models is no JSON');
  }
};
