import { ProviderError } from '../../../core/errors.ts';
import type { ProviderConnection } from '../../../core/text-provider.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { parseJson } from '../../../lib/parse-json.ts';
import { attachAnswer, type OpenedAnswer } from './answer.ts';
import { MAX_ERROR_BYTES, MAX_JSON_BYTES } from './answer-limits.ts';
import { type ByteSource, toByteSource } from './byte-source.ts';
import { type DirectAnswer, sendDirectly } from './direct-request.ts';
import { type Dispatcher, findPatientDispatcher } from './patient-dispatcher.ts';
import { readJson } from './read-json.ts';
import { toRefusalText } from './refusal-text.ts';
import { toRequestHeaders } from './request-headers.ts';
import { readStart, readText } from './read-text.ts';
import { readRetryAfterMs } from './retry-after.ts';
import { tellForm } from './tell-form.ts';
import { toStreamBody } from './stream-body.ts';
import { classifyVendorError, readVendorError } from './vendor-error.ts';
import { WatchedBytes } from './watched-bytes.ts';

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
  /** Whether JSON is a whole answer of this API, which is taken where a stream was asked for; left out: it never is. */
  readonly isAnswer?: (json: unknown) => boolean;
}

const EVENT_STREAM = 'text/event-stream';

/** What a process has put in place of it since, to record calls or to answer them, is to hear of all of them. */
const { fetch: BUILT_IN_FETCH } = globalThis;

/**
 * A `fetch` for an SDK's client, one per kind of answer expected. Its responses are read by the SDK, or by `openAnswer`.
 * - A success of another kind than expected, an empty one, or an error in a success' body throws `ProviderError` and
 *   closes the socket: SDKs take these for a stream without events. What a body is, its first bytes say where its type does
 *   not; whole answers for streams, and streams for whole answers, are taken by `openAnswer` alone.
 * - A connection that does not open in time throws undici's own error, which is `PROVIDER_TIMEOUT` once it is mapped.
 * - How long headers may take is up to the caller's signal: `guardStream` bounds the wait for the first content. A
 *   stream that is silent for the idle limit after them ends its body with `STREAM_STALLED`. A JSON answer may be silent
 *   until its first byte: there the caller's signal is the deadline.
 * - A stream that ends inside a line ends its body with `STREAM_TRUNCATED`.
 * - Other statuses pass through for the SDK to read, their bodies up to `MAX_ERROR_BYTES` and as the JSON they are.
 * - A success is read up to the limits of `answer-limits.ts`; beyond them it ends with `PROVIDER_FAILED`.
 * - No header of the SDK's is sent, only our own, and aborting the request's signal closes the socket in every phase.
 */
export const createGuardedFetch =
  (options: GuardedFetchOptions): typeof fetch =>
  async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const headers = toRequestHeaders(
      { headers: init?.headers ?? request?.headers, body: init?.body },
      options.expect,
      options.headers ?? {},
    );
    const dispatcher = findPatientDispatcher(options.limits.connectTimeoutMs);
    const { response, source } =
      (await tryDirectly(input, init, { headers, dispatcher, expect: options.expect })) ??
      (await sendByFetch(input, { ...init, headers }, dispatcher));
    options.onResponse?.(response);
    if (source !== null) return toExpected(response, watch(response, source, options), options);
    const isEmptyByRule = response.status === 204 && options.expect === 'json';
    if (!response.ok || options.expect === 'bytes' || isEmptyByRule) return response;
    throw unexpected(response, '', options);
  };

/** What comes back of a request. `source`: its body, null for none. */
interface Answered {
  readonly response: Response;
  readonly source: ByteSource | null;
}

const sendByFetch = async (
  input: Parameters<typeof fetch>[0],
  init: RequestInit,
  dispatcher: Dispatcher | undefined,
): Promise<Answered> => {
  // Followed, a redirect would take the prompt, and a key in a header of the vendor's own, to another host.
  const sent: RequestInit = { ...init, redirect: 'error' };
  const response = await fetch(input, dispatcher === undefined ? sent : Object.assign(sent, { dispatcher }));
  return { response, source: response.body && toByteSource(response.body) };
};

/** What asks for a stream, with a text or without a body, goes past `fetch`; undefined for whatever else there is. */
const tryDirectly = (
  input: Parameters<typeof fetch>[0],
  { method = 'GET', body, signal = null }: RequestInit = {},
  {
    headers,
    dispatcher,
    expect,
  }: Pick<GuardedFetchOptions, 'expect'> & {
    readonly headers: Headers;
    readonly dispatcher: Dispatcher | undefined;
  },
): Promise<DirectAnswer> | undefined => {
  if (dispatcher === undefined || expect !== 'event-stream' || input instanceof Request) return undefined;
  if (globalThis.fetch !== BUILT_IN_FETCH) return undefined;
  if (typeof body !== 'string' && body !== undefined) return undefined;
  const url = new URL(input);
  const isPlain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isPlain) return undefined;
  return sendDirectly(dispatcher, url, { method: method.toUpperCase(), headers, body: body ?? null, signal });
};

const watch = (
  response: Response,
  source: ByteSource,
  { provider, expect, limits }: GuardedFetchOptions,
): WatchedBytes =>
  new WatchedBytes(source, {
    idleTimeoutMs: limits.idleTimeoutMs,
    fromFirstByte: response.ok && expect === 'json',
    toIdleError: () => new ProviderError('STREAM_STALLED', detailsOf(response, provider)),
  });

const detailsOf = (response: Response, provider: string) => ({
  provider,
  providerStatus: response.status,
  requestId: requestIdOf(response),
});

const mediaTypeOf = ({ headers }: Response): string =>
  (headers.get('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase();

const toExpected = async (
  response: Response,
  bytes: WatchedBytes,
  options: GuardedFetchOptions,
): Promise<Response> => {
  const { expect, provider, isAnswer = () => false } = options;
  if (!response.ok) return readRefusal(response, bytes);
  if (expect === 'bytes') return withBody(response, bytes.toStream());
  if (response.status === 204 && expect === 'json') return withBody(response, null);
  const answer: OpenedAnswer = {
    bytes,
    details: detailsOf(response, provider),
    isAnswer,
    refuse: (text) => unexpected(response, text, options),
  };
  const asStream = (): Response => attachAnswer(withBody(response, toStreamBody(answer)), answer);
  const mediaType = mediaTypeOf(response);
  if (expect === 'event-stream' && mediaType === EVENT_STREAM) return asStream();
  const form = await tellForm(bytes);
  if (form === 'event-stream') return asStream();
  if (form === 'json' || (expect === 'json' && /^application\/(.*\+)?json$/.test(mediaType))) {
    const text = await readText(bytes, MAX_JSON_BYTES, answer.details);
    const json = readJson(text);
    if (json === undefined && expect === 'event-stream' && isByLine(text)) {
      bytes.unread(Buffer.from(text));
      return asStream();
    }
    const isTaken = expect === 'json' ? !isErrorOnly(json) : isAnswer(json);
    if (json === undefined || !isTaken) throw answer.refuse(text);
    return attachAnswer(withBody(response, text), { json });
  }
  const { text } = await readStart(bytes, MAX_ERROR_BYTES);
  throw answer.refuse(text);
};

const withBody = (response: Response, body: string | ReadableStream<Uint8Array> | null): Response => {
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
};

/** Whatever its type says: a vendor may refuse a stream with JSON under the type of an event stream. */
const readRefusal = async (response: Response, bytes: WatchedBytes): Promise<Response> => {
  const { status, statusText } = response;
  const { text } = await readStart(bytes, MAX_ERROR_BYTES);
  const json = toRefusalText(text);
  const headers = new Headers(response.headers);
  if (json !== undefined) headers.set('content-type', 'application/json');
  return new Response(json ?? text, { status, statusText, headers });
};

/** The events of a stream as JSON, a line each (`application/x-ndjson`). */
const isByLine = (text: string): boolean => isRecord(parseJson(text.trimStart().split('\n', 1)[0] ?? ''));

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
    ...detailsOf(response, provider),
    retryAfterMs: readRetryAfterMs(response.headers),
    vendorMessage:
      vendorError?.message ?? `expected ${expect}, got ${contentType}: ${describe(text, response)}`,
  });
};

/** A page some proxy made is quoted; anything else may be the model's answer, which is no matter for a log. */
const describe = (text: string, response: Response): string => {
  if (text.trim() === '') return 'empty';
  const isPage = /^text\/(html|plain)$/.test(mediaTypeOf(response)) || /^\s*</.test(text);
  return isPage ? text.slice(0, 500).trim() : `${text.length} characters`;
};

/** The vendor's own id of a request, for its support desk. */
export const requestIdOf = ({ headers }: Pick<Response, 'headers'>): string | null =>
  headers.get('x-request-id') ?? headers.get('request-id');
