import { ProviderError } from '../../../core/errors.ts';
import type { ProviderConnection } from '../../../core/text-provider.ts';
import { parseJson } from '../../../lib/parse-json.ts';
import { findPatientDispatcher } from './patient-dispatcher.ts';
import { toRequestHeaders } from './request-headers.ts';
import { readRetryAfterMs } from './retry-after.ts';
import { classifyVendorError, readVendorError } from './vendor-error.ts';
import { createWatchedBody } from './watched-body.ts';

/** How long a vendor is waited for; a whole `ProviderConnection` will do. */
export type TimeLimits = Pick<ProviderConnection, 'connectTimeoutMs' | 'idleTimeoutMs'>;

export interface GuardedFetchOptions {
  /** Named in the errors. */
  readonly provider: string;
  /** What a success has to be. `bytes`: anything (files). */
  readonly expect: 'event-stream' | 'json' | 'bytes';
  readonly limits: TimeLimits;
  /** Set over whatever the SDK sends: the credential belongs here, where no environment variable can replace it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sees every response's status and headers before its body is read, for SDKs whose errors hide them. */
  readonly onResponse?: (response: Pick<Response, 'status' | 'headers'>) => void;
}

const EVENT_STREAM = 'text/event-stream';

/** How much of an unexpected body is read to say what it was. */
const UNEXPECTED_BODY_BYTES = 64 * 1024;

/**
 * A `fetch` for an SDK's client, one per kind of answer expected.
 * - A success of another kind than expected, an empty one, or an error in a success' body throws `ProviderError` and
 *   closes the socket: SDKs take these for a stream without events.
 * - A connection that does not open in time throws undici's own error, which is `PROVIDER_TIMEOUT` once it is mapped.
 * - How long headers may take is up to the caller's signal: `guardStream` bounds the wait for the first content. A
 *   stream that is silent for the idle limit after them ends its body with `STREAM_STALLED`. A JSON answer may be silent
 *   until its first byte: there the caller's signal is the deadline.
 * - A stream that ends inside a line ends its body with `STREAM_TRUNCATED`.
 * - Other statuses pass through for the SDK to read.
 * - No header of the SDK's is sent, only our own, and aborting the request's signal closes the socket in every phase.
 */
export const createGuardedFetch =
  (options: GuardedFetchOptions): typeof fetch =>
  async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const dispatcher = findPatientDispatcher(options.limits.connectTimeoutMs);
    const sent: RequestInit = {
      ...init,
      headers: toRequestHeaders(
        { headers: init?.headers ?? request?.headers, body: init?.body },
        options.expect,
        options.headers ?? {},
      ),
      // Followed, a redirect would take the prompt, and a key in a header of the vendor's own, to another host.
      redirect: 'error',
    };
    const response = await fetch(
      input,
      dispatcher === undefined ? sent : Object.assign(sent, { dispatcher }),
    );
    options.onResponse?.(response);
    return toExpected(response, response.body && watch(response.body, response, options), options);
  };

const watch = (
  body: ReadableStream<Uint8Array>,
  response: Response,
  { provider, expect, limits }: GuardedFetchOptions,
): ReadableStream<Uint8Array> => {
  const details = { provider, providerStatus: response.status, requestId: requestIdOf(response) };
  return createWatchedBody(body, {
    idleTimeoutMs: limits.idleTimeoutMs,
    fromFirstByte: response.ok && expect === 'json',
    toIdleError: () => new ProviderError('STREAM_STALLED', details),
    ...(response.ok &&
      mediaTypeOf(response) === EVENT_STREAM && {
        checkEnd: (line) =>
          isWholeLine(line)
            ? undefined
            : new ProviderError('STREAM_TRUNCATED', { ...details, vendorMessage: 'cut inside a line' }),
      }),
  });
};

const mediaTypeOf = ({ headers }: Response): string =>
  (headers.get('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase();

/** Whether the last line, which no line end follows, says all it has to: some servers leave the line end out. */
const isWholeLine = (parts: readonly Uint8Array[]): boolean => {
  const line = Buffer.concat(parts).toString('utf8');
  if (line.trim() === '' || line.startsWith(':')) return true;
  const data = /^data: ?(.*)$/s.exec(line)?.[1];
  if (data === undefined) return false;
  return data === '[DONE]' || parseJson(data) !== undefined;
};

const toExpected = async (
  response: Response,
  body: ReadableStream<Uint8Array> | null,
  options: GuardedFetchOptions,
): Promise<Response> => {
  const { status, statusText, headers } = response;
  const isEmptyByRule = status === 204 && options.expect === 'json';
  const as = (content: string | ReadableStream<Uint8Array>): Response =>
    new Response(content, { status, statusText, headers });
  if (!response.ok || options.expect === 'bytes' || isEmptyByRule) return body === null ? response : as(body);
  const mediaType = mediaTypeOf(response);
  if (options.expect === 'event-stream' && mediaType === EVENT_STREAM && body !== null) return as(body);
  if (options.expect === 'json' && /^application\/(.*\+)?json$/.test(mediaType) && body !== null) {
    const text = await new Response(body).text();
    const json = parseJson(text);
    if (json === undefined || isErrorOnly(json)) throw unexpected(response, text, options);
    return as(text);
  }
  throw unexpected(response, body === null ? '' : await readStart(body), options);
};

/** A body that is an error and nothing else. A failed but whole answer has an id and is the SDK's to read. */
const isErrorOnly = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'error' in json && Boolean(json.error) && !('id' in json);

const unexpected = (
  response: Response,
  text: string,
  { provider, expect }: GuardedFetchOptions,
): ProviderError => {
  const contentType = response.headers.get('content-type') ?? 'no content type';
  const vendorError = readVendorError(parseJson(text));
  return new ProviderError(vendorError === undefined ? 'PROVIDER_FAILED' : classifyVendorError(vendorError), {
    provider,
    providerStatus: response.status,
    retryAfterMs: readRetryAfterMs(response.headers),
    requestId: requestIdOf(response),
    vendorMessage:
      vendorError?.message ?? `expected ${expect}, got ${contentType}: ${describe(text, response)}`,
  });
};

/** A page some proxy made is quoted; anything else may be the model's answer, which is no matter for a log. */
const describe = (text: string, response: Response): string => {
  if (text.trim() === '') return 'empty';
  const isPage = /^text\/(html|plain)$/.test(mediaTypeOf(response));
  return isPage ? text.slice(0, 500).trim() : `${text.length} characters`;
};

/** The vendor's own id of a request, for its support desk. */
export const requestIdOf = ({ headers }: Pick<Response, 'headers'>): string | null =>
  headers.get('x-request-id') ?? headers.get('request-id');

const readStart = async (body: ReadableStream<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= UNEXPECTED_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
};
