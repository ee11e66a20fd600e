import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { type AddressGuard, createGuardedLookup, isRefusedAddress } from '../media/guarded-lookup.ts';

export interface PostWebhookOptions extends AddressGuard {
  /** For the whole exchange, in milliseconds. */
  readonly timeoutMs: number;
}

const refuseAddress = (): Error => new Error('the address is not a public one');

/**
 * Posts a webhook and gives the status it was answered with; no redirect is followed. Rejects when the receiver cannot
 * be reached or may not be, does not answer in time, or the signal is aborted.
 */
export const postWebhook = async (
  address: string,
  { body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
  options: PostWebhookOptions,
): Promise<number> => {
  const url = new URL(address);
  // An address in place of a name is never looked up.
  if (isRefusedAddress(url, options)) throw refuseAddress();
  const bytes = Buffer.from(body);
  const settings: RequestOptions = {
    method: 'POST',
    signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]),
    lookup: createGuardedLookup(options, refuseAddress),
    headers: {
      'content-type': 'application/json',
      'content-length': bytes.length,
      'user-agent': 'modelgraph',
      ...headers,
    },
    agent: false,
  };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  send(url, settings, (response) => {
    // The body of the answer is of no use, and may have no end.
    response.on('error', () => undefined).destroy();
    resolve(response.statusCode ?? 0);
  })
    .on('error', reject)
    .end(bytes);
  return promise;
};
