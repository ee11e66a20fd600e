import {
  type GenerateContentConfig,
  type GenerateContentParameters,
  type GenerateContentResponse,
  GoogleGenAI,
} from '@google/genai/web';
import { type BatchTextProvider, hasNativeBatch } from '../../../core/vendor-batch.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { collect, type StreamEvent } from '../../../core/stream-event.ts';
import type {
  CallOptions,
  ConnectTextProvider,
  ProviderConnection,
  TextProvider,
} from '../../../core/text-provider.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { TokenCountingProvider } from '../../../core/token-counting.ts';
import { maxStreamBytes } from '../../shared/call/answer-limits.ts';
import { createGuardedFetch } from '../../shared/call/guarded-fetch.ts';
import { putOver } from '../../shared/call/put-over.ts';
import { guardStream } from '../../shared/call/terminal-guard.ts';
import { API_VERSION } from './api-version.ts';
import { createBatchCalls } from './batch/batch-calls.ts';
import { GeminiBatchOperations } from './batch/batch-operations.ts';
import { createTokenCounting } from './count-input-tokens.ts';
import { mapError } from './map-error.ts';
import { readTurn, type SendRequest } from './response/read-turn.ts';
import { isAnswer, toSdkResponse } from './sdk-response.ts';
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

const callModel = (call: ModelCall): AsyncIterableIterator<StreamEvent> => {
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
  const fetch: typeof guardedFetch = async (address, init) =>
    toSdkResponse(await guardedFetch(address, withOptions(init, request.providerOptions)), {
      expect,
      maxBytes: maxStreamBytes(request.maxOutputTokens),
    });
  return guardStream({
    provider: 'gemini',
    signal,
    maxOutputTokens: request.maxOutputTokens,
    isJson: request.output.type !== 'text',
    firstDeltaTimeoutMs: expect === 'event-stream' ? connection.firstDeltaTimeoutMs : undefined,
    mapError: (error) => mapError(error, lastResponse),
    open: (abortSignal, expectContent) =>
      readCall(call, { abortSignal, httpOptions: { fetch } }, expectContent),
  });
};

const withOptions = (
  init: RequestInit | undefined,
  options: TextRequest['providerOptions'],
): RequestInit | undefined =>
  options === null || typeof init?.body !== 'string'
    ? init
    : { ...init, body: JSON.stringify(putOver(JSON.parse(init.body) as object, options)) };

async function* readCall(
  { client, connection, config, expect, request }: ModelCall,
  own: Pick<GenerateContentConfig, 'abortSignal' | 'httpOptions'>,
  expectContent: () => void,
): AsyncGenerator<StreamEvent> {
  const { config: fields, ...params } = toGenerateContentRequest(request, config);
  const answer = expect === 'json' ? wholeResponse : streamChunks;
  const send: SendRequest = (continuationToken) => {
    expectContent();
    return answer(client, {
      ...params,
      config: { ...fields, ...own, ...(continuationToken !== null && { continuationToken }) },
    });
  };
  yield* readTurn(send, { log: connection.log });
}

async function* streamChunks(
  client: GoogleGenAI,
  params: GenerateContentParameters,
): AsyncGenerator<GenerateContentResponse> {
  yield* await client.models.generateContentStream(params);
}

async function* wholeResponse(
  client: GoogleGenAI,
  params: GenerateContentParameters,
): AsyncGenerator<GenerateContentResponse> {
  yield await client.models.generateContent(params);
}
