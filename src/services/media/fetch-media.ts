import { type RequestOptions, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { ModelgraphError } from '../../core/errors.ts';
import {
  type AddressGuard,
  createGuardedLookup,
  isPublicAddress,
  isRefusedAddress,
} from './guarded-lookup.ts';

/** Public unicast addresses only are connected to, unless a test says otherwise. */
export interface FetchMediaOptions extends AddressGuard {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly maxRedirects: number;
  /** Certificates trusted instead of the usual ones. */
  readonly ca?: string;
}

export const FETCH_MEDIA: FetchMediaOptions = {
  maxBytes: 20 * 1024 * 1024,
  timeoutMs: 30_000,
  maxRedirects: 3,
  isAllowedAddress: isPublicAddress,
};

const refuse = (message: string, cause?: unknown): ModelgraphError =>
  new ModelgraphError('INVALID_REQUEST', `Media could not be fetched: ${message}`, { cause });

const refuseAddress = (): ModelgraphError => refuse('the address is not a public one.');

const open = (url: URL, options: FetchMediaOptions, signal: AbortSignal): Promise<IncomingMessage> => {
  if (url.protocol !== 'https:') throw refuse('only https addresses are taken, after redirects too.');
  // An address instead of a name is never looked up.
  if (isRefusedAddress(url, options)) throw refuseAddress();
  const request: RequestOptions = {
    signal,
    lookup: createGuardedLookup(options, refuseAddress),
    headers: { accept: '*/*', 'user-agent': 'modelgraph' },
    agent: false,
    ...(options.ca !== undefined && { ca: options.ca }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  httpsRequest(url, request, resolve).on('error', reject).end();
  return promise;
};

const read = async (response: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const tooLarge = refuse(`there are more than ${maxBytes} bytes.`);
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.destroy();
    throw tooLarge;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/**
 * The bytes at an https address, for providers that do not fetch by themselves. Bounded in size, time and redirects,
 * and connected to public addresses only, which is checked again after every redirect and on the very addresses that
 * are connected to. Throws `INVALID_REQUEST`; aborting the signal ends it at once.
 */
export const fetchMedia = async (
  address: string,
  signal: AbortSignal,
  options: FetchMediaOptions = FETCH_MEDIA,
): Promise<Buffer> => {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
  let url = new URL(address);
  try {
    for (let redirects = 0; redirects <= options.maxRedirects; redirects += 1) {
      const response = await open(url, options, bounded);
      const { statusCode = 0, headers } = response;
      if (statusCode === 200) return await read(response, options.maxBytes);
      response.destroy();
      if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined)
        throw refuse(`the server answered ${statusCode}.`);
      if (!URL.canParse(headers.location, url)) throw refuse('it redirects to what is no address.');
      url = new URL(headers.location, url);
    }
    throw refuse(`there are more than ${options.maxRedirects} redirects.`);
  } catch (error) {
    if (error instanceof ModelgraphError) throw error;
    if (signal.aborted) throw new ModelgraphError('GENERATION_CANCELLED', 'The generation was cancelled.');
    if (bounded.aborted) throw refuse(`it took longer than ${options.timeoutMs} ms.`);
    throw refuse('the server could not be reached.', error);
  }
};
