import { lookup as resolveName } from 'node:dns';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ModelgraphError } from '../core/errors.ts';

export interface FetchMediaOptions {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly maxRedirects: number;
  /** Whether bytes may be fetched from an address; public unicast ones only, unless a test says otherwise. */
  readonly isAllowedAddress: (address: string) => boolean;
  /** How names are looked up; left out: as the system does. */
  readonly lookup?: LookupFunction;
  /** Certificates trusted instead of the usual ones. */
  readonly ca?: string;
}

/** Whether an address is a public one: not private, loopback, link-local, multicast, reserved or a tunnel to such. */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  // Of IPv6 only this block has been given out; outside of it are the old ways to write an IPv4 address.
  return parsed.kind() === 'ipv4' || parsed.match(ipaddr.parseCIDR('2000::/3'));
};

export const FETCH_MEDIA: FetchMediaOptions = {
  maxBytes: 20 * 1024 * 1024,
  timeoutMs: 30_000,
  maxRedirects: 3,
  isAllowedAddress: isPublicAddress,
};

const refuse = (message: string, cause?: unknown): ModelgraphError =>
  new ModelgraphError('INVALID_REQUEST', `Media could not be fetched: ${message}`, { cause });

/** Looks a name up and gives its addresses only if every one may be connected to: the connection uses what was checked. */
const guardedLookup =
  ({ isAllowedAddress, lookup = resolveName }: FetchMediaOptions): LookupFunction =>
  (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      const addresses = Array.isArray(found) ? found : [];
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowedAddress(address)))
        return done(refuse('the address is not a public one.'), '');
      return options.all === true
        ? done(null, addresses)
        : done(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };

const open = (url: URL, options: FetchMediaOptions, signal: AbortSignal): Promise<IncomingMessage> => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol !== 'https:') throw refuse('only https addresses are taken, after redirects too.');
  // An address instead of a name is never looked up.
  if (isIP(host) !== 0 && !options.isAllowedAddress(host)) throw refuse('the address is not a public one.');
  const request: RequestOptions = {
    signal,
    lookup: guardedLookup(options),
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
