import { type GenerateContentParameters, type GenerateContentResponse, GoogleGenAI } from '@google/genai/web';
import { type BatchTextProvider, hasNativeBatch } from '../../../core/vendor-batch.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { collect, type EventStream } from '../../../core/stream-event.ts';
import type {
  CallOptions,
  ConnectTextProvider,
  ProviderConnection,
  TextProvider,
} from '../../../core/text-provider.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { TokenCountingProvider } from '../../../core/token-counting.ts';
import { maxStreamBytes } from '../../shared/call/answer-limits.ts';
import { type Batches, wholeBatches } from '../../shared/call/event-batches.ts';
import { createGuardedFetch } from '../../shared/call/guarded-fetch.ts';
import { putOver } from '../../shared/call/put-over.ts';
import { guardStream } from '../../shared/call/terminal-guard.ts';
import type { PayloadEvents } from '../../shared/reading/payload-events.ts';
import { API_VERSION } from './api-version.ts';
import { createBatchCalls } from './batch/batch-calls.ts';
import { GeminiBatchOperations } from './batch/batch-operations.ts';
import { createTokenCounting } from './count-input-tokens.ts';
import { mapError } from './map-error.ts';
import { readTurn, type SendRequest } from './response/read-turn.ts';
import { isAnswer, openChunks, toSdkResponse } from './sdk-response.ts';
import { toGenerateContentRequest } from './request/to-generate-content-request.ts';

/** Without any key the SDK warns on the console. */
const NO_KEY = 'none';

/** The models of generateContent, over one client. */
export const connectGemini: ConnectTextProvider = (connection) => {
  const client = createClient(connection);
  const calls = createBatchCalls(connection);
  return (config): TextProvider | BatchTextProvider => {
    const call = (expect: Expectation, request: TextRequest, { signal }: CallOptions) =>
      callModel({ client, connection, config, expect, request, signal });
    const text: TokenCountingProvider = {
      config,
      countInputTokens: createTokenCounting(client, calls, config),
      stream: (request, options) => call('event-stream', request, options),
      generate: (request, options) => collect(call('json', request, options)),
    };
    if (!hasNativeBatch(config)) return text;
    const { log } = connection;
    return { ...text, batches: new GeminiBatchOperations({ client, calls, config, log }) };
  };
};

/** The SDK's entry for the web: the one for Node reads GOOGLE_* and GEMINI_* variables and can be turned by them. */
const createClient = ({ apiKey, baseUrl }: ProviderConnection): GoogleGenAI =>
  new GoogleGenAI({
    apiKey: apiKey ?? NO_KEY,
    apiVersion: API_VERSION,
    httpOptions: baseUrl === null ? {} : { baseUrl },
  });

type Expectation = 'event-stream' | 'json';

interface ModelCall {
  readonly client: GoogleGenAI;
  readonly connection: ProviderConnection;
  readonly config: ModelConfig;
  readonly expect: Expectation;
  readonly request: TextRequest;
  readonly signal: AbortSignal;
}

const callModel = (call: ModelCall): EventStream => {
  const { connection, expect, request, signal } = call;
  let lastResponse: Pick<Response, 'headers'> | null = null;
  // Made for this call alone: the SDK's errors hide the headers, and another call's must not be taken for them.
  const guardedFetch = createGuardedFetch({
    provider: 'gemini',
    expect,
    limits: connection,
    isAnswer,
    ...(connection.apiKey !== null && { headers: { 'x-goog-api-key': connection.apiKey } }),
    onResponse: (response) => {
      lastResponse = response;
    },
  });
  // The SDK's own way to add fields prints to the console what it thinks of them.
  const send: typeof fetch = (address, init) =>
    guardedFetch(address, withOptions(init, request.providerOptions));
  return guardStream({
    provider: 'gemini',
    signal,
    maxOutputTokens: request.maxOutputTokens,
    isJson: request.output.type !== 'text',
    firstDeltaTimeoutMs: expect === 'event-stream' ? connection.firstDeltaTimeoutMs : undefined,
    mapError: (error) => mapError(error, lastResponse),
    open: (abortSignal, expectContent) => readCall(call, { abortSignal, send }, expectContent),
  });
};

const withOptions = (
  init: RequestInit | undefined,
  options: TextRequest['providerOptions'],
): RequestInit | undefined =>
  options === null || typeof init?.body !== 'string'
    ? init
    : { ...init, body: JSON.stringify(putOver(JSON.parse(init.body) as object, options)) };

const readCall = (
  { client, connection, config, expect, request }: ModelCall,
  { abortSignal, send }: { readonly abortSignal: AbortSignal; readonly send: typeof fetch },
  expectContent: () => void,
): PayloadEvents<GenerateContentResponse> => {
  const { config: fields, ...params } = toGenerateContentRequest(request, config);
  const ask = expect === 'json' ? askWhole : askStreaming;
  const maxBytes = maxStreamBytes(request.maxOutputTokens);
  const sendNext: SendRequest = (continuationToken) => {
    expectContent();
    const own = { ...fields, abortSignal, ...(continuationToken !== null && { continuationToken }) };
    return ask(client, { params: { ...params, config: own }, send, maxBytes });
  };
  return readTurn(sendNext, { log: connection.log });
};

interface Asked {
  readonly params: GenerateContentParameters;
  readonly send: typeof fetch;
  readonly maxBytes: number;
}

/** The request is the SDK's; the answer is read from what its fetch was given. */
const askStreaming = async (
  client: GoogleGenAI,
  { params, send, maxBytes }: Asked,
): Promise<Batches<GenerateContentResponse>> => {
  let chunks: Batches<GenerateContentResponse> | undefined;
  const fetch: typeof send = async (address, init) => {
    const response = await send(address, init);
    if (!response.ok) return response;
    chunks = await openChunks(response, maxBytes);
    return new Response(null, { status: response.status, headers: response.headers });
  };
  await client.models.generateContentStream(withFetch(params, fetch));
  if (chunks === undefined) throw new TypeError('the SDK has answered without its fetch');
  return chunks;
};

const askWhole = async (
  client: GoogleGenAI,
  { params, send, maxBytes }: Asked,
): Promise<Batches<GenerateContentResponse>> => {
  const fetch: typeof send = async (address, init) => toSdkResponse(await send(address, init), maxBytes);
  return wholeBatches([await client.models.generateContent(withFetch(params, fetch))]);
};

const withFetch = (params: GenerateContentParameters, ours: typeof fetch): GenerateContentParameters => ({
  ...params,
  config: { ...params.config, httpOptions: { fetch: ours } },
});
