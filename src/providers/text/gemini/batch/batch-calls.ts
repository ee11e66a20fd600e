import { ApiError } from '@google/genai/web';
import { ProviderError } from '../../../../core/errors.ts';
import type { ProviderConnection } from '../../../../core/text-provider.ts';
import { readBoundedText } from '../../../../lib/read-bounded-text.ts';
import { callVendor, type VendorCallOptions } from '../../../shared/batch/vendor-call.ts';
import { MAX_JSON_BYTES } from '../../../shared/call/answer-limits.ts';
import { createGuardedFetch } from '../../../shared/call/guarded-fetch.ts';
import { readJson } from '../../../shared/call/read-json.ts';
import { BASE_URL } from '../base-url.ts';
import { mapError } from '../map-error.ts';

export interface BatchCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Under the vendor's address, with a leading slash: `/v1beta/batches`; or a whole address, which gets no key. */
  readonly address: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Blob;
  readonly signal: AbortSignal;
}

/** Calls of the batch and file APIs, whose answers the SDK cuts short and whose uploads it cannot abort. */
export interface BatchCalls {
  /** The vendor's own address, without a slash at its end. */
  readonly baseUrl: string;
  /** A success, its body still to be read; anything else throws what the same answer to a single request would. */
  readonly open: (call: BatchCall) => Promise<Response>;
  /** A success that is JSON, read as a whole. */
  readonly json: (call: BatchCall) => Promise<{ readonly body: unknown; readonly headers: Headers }>;
}

export const createBatchCalls = (connection: ProviderConnection): BatchCalls => {
  const { apiKey } = connection;
  const baseUrl = (connection.baseUrl ?? BASE_URL).replace(/\/$/, '');
  const send = async ({ method, address, headers, body, signal }: BatchCall): Promise<Response> => {
    const isOurs = address.startsWith('/');
    const fetch = createGuardedFetch({
      provider: 'gemini',
      // An operation that has failed is an answer that has an error, which `json` would take for a failed call.
      expect: 'bytes',
      limits: connection,
      headers: { ...(isOurs && apiKey !== null && { 'x-goog-api-key': apiKey }), ...headers },
    });
    const sent = { method, signal, ...(body !== undefined && { body }) };
    const response = await fetch(isOurs ? `${baseUrl}${address}` : address, sent);
    if (response.ok) return response;
    throw mapError(new ApiError({ message: await response.text(), status: response.status }), response);
  };
  return {
    baseUrl,
    open: (call) => callVendor(() => send(call), toCallOptions(call.signal)),
    json: (call) =>
      callVendor(async () => {
        const response = await send(call);
        return { body: await readBody(response), headers: response.headers };
      }, toCallOptions(call.signal)),
  };
};

/** How a call of the batch API fails. */
export const toCallOptions = (signal: AbortSignal): VendorCallOptions => ({
  provider: 'gemini',
  signal,
  mapError: (error) => mapError(error),
});

/** What is no JSON is not quoted: it may be a piece of an answer. */
const readBody = async ({ body, status }: Response): Promise<unknown> => {
  const text = body === null ? '' : await readBoundedText(body, MAX_JSON_BYTES);
  const value = text === undefined ? undefined : readJson(text);
  if (value !== undefined) return value;
  throw new ProviderError('PROVIDER_FAILED', {
    provider: 'gemini',
    providerStatus: status,
    vendorMessage:
      text === undefined
        ? `the answer is longer than ${MAX_JSON_BYTES} bytes`
        : `expected JSON, got ${text.length} characters of something else`,
  });
};
