import { type GenerateContentResponse, GoogleGenAI } from '@google/genai/web';
import { collect } from '../../../core/stream-event.ts';
import type { ConnectTextProvider, ProviderConnection, TextProvider } from '../../../core/text-provider.ts';
import { createGuardedFetch } from '../../upstream/guarded-fetch.ts';
import { guardStream } from '../../upstream/terminal-guard.ts';
import { mapError } from './map-error.ts';
import { readEvents, type SendRequest } from './read-events.ts';
import { type GenerateContentRequest, toGenerateContentRequest } from './to-generate-content-request.ts';

/** Thoughts, signatures and built-in tools are not in v1, the SDK's default. */
const API_VERSION = 'v1beta';

/** Without a key the SDK warns on the console; the header that is sent is the guarded fetch's in any case. */
const NO_KEY = 'none';

/** The models of generateContent, over one client. */
export const connectGemini: ConnectTextProvider = (connection) => {
  const client = createClient(connection);
  return (config) => {
    const stream: TextProvider['stream'] = (request, { signal }) =>
      callModel({
        connection,
        signal,
        expect: 'event-stream',
        toRequest: () => toGenerateContentRequest(request, config),
        send: (params) => streamChunks(client, params),
      });
    const generate: TextProvider['generate'] = (request, { signal }) =>
      collect(
        callModel({
          connection,
          signal,
          expect: 'json',
          toRequest: () => toGenerateContentRequest(request, config),
          send: (params) => wholeResponse(client, params),
        }),
      );
    return { config, stream, generate };
  };
};

/** The SDK's entry for the web: the one for Node reads GOOGLE_* and GEMINI_* variables and can be turned by them. */
const createClient = ({ apiKey, baseUrl }: ProviderConnection): GoogleGenAI =>
  new GoogleGenAI({
    apiKey: apiKey ?? NO_KEY,
    apiVersion: API_VERSION,
    httpOptions: baseUrl === null ? {} : { baseUrl },
  });

interface ModelCall {
  readonly connection: ProviderConnection;
  readonly signal: AbortSignal;
  readonly expect: 'event-stream' | 'json';
  readonly toRequest: () => GenerateContentRequest;
  readonly send: (params: GenerateContentRequest) => AsyncIterable<GenerateContentResponse>;
}

const callModel = ({
  connection,
  signal,
  expect,
  toRequest,
  send,
}: ModelCall): ReturnType<typeof guardStream> => {
  let lastResponse: Pick<Response, 'headers'> | null = null;
  // Made for this call alone: the SDK's errors hide the headers, and another call's must not be taken for them.
  const fetch = createGuardedFetch({
    provider: 'gemini',
    expect,
    idleTimeoutMs: connection.idleTimeoutMs,
    ...(connection.apiKey !== null && { headers: { 'x-goog-api-key': connection.apiKey } }),
    onResponse: (response) => {
      lastResponse = response;
    },
  });
  return guardStream({
    provider: 'gemini',
    signal,
    mapError: (error) => mapError(error, lastResponse),
    open: (abortSignal) => {
      const params = toRequest();
      const sendRequest: SendRequest = (continuationToken) =>
        send({
          ...params,
          config: {
            ...params.config,
            ...(continuationToken !== null && { continuationToken }),
            abortSignal,
            httpOptions: { fetch },
          },
        });
      return readEvents(sendRequest, { log: connection.log });
    },
  });
};

async function* streamChunks(
  client: GoogleGenAI,
  params: GenerateContentRequest,
): AsyncGenerator<GenerateContentResponse> {
  yield* await client.models.generateContentStream(params);
}

async function* wholeResponse(
  client: GoogleGenAI,
  params: GenerateContentRequest,
): AsyncGenerator<GenerateContentResponse> {
  yield await client.models.generateContent(params);
}
