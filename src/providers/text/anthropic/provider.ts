import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { type BatchTextProvider, hasNativeBatch } from '../../../core/vendor-batch.ts';
import { collect } from '../../../core/stream-event.ts';
import type { ConnectTextProvider, ProviderConnection, TextProvider } from '../../../core/text-provider.ts';
import type { TokenCountingProvider } from '../../../core/token-counting.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { openAnswer, toBatches } from '../../shared/call/answer.ts';
import { maxStreamBytes } from '../../shared/call/answer-limits.ts';
import { createGuardedFetch, type GuardedFetchOptions } from '../../shared/call/guarded-fetch.ts';
import { guardStream } from '../../shared/call/terminal-guard.ts';
import { toPayload } from '../../shared/call/to-payload.ts';
import { API_VERSION, BASE_URL } from './api.ts';
import { AnthropicBatchOperations } from './batch/batch-operations.ts';
import { createTokenCounting } from './count-input-tokens.ts';
import { mapError } from './map-error.ts';
import { readResponse } from './response/read-response.ts';
import { readTurn, type SendRequest } from './response/read-turn.ts';
import { type MessagesRequest, toMessagesRequest } from './request/to-messages-request.ts';

const PROVIDER = 'anthropic';
/** Deadlines are the caller's: the SDK's own must never be the first. */
const TIMEOUT_MS = 24 * 60 * 60 * 1000;

/**
 * A client that takes nothing from the environment: the key and the address are given here, headers an
 * `ANTHROPIC_CUSTOM_HEADERS` could add are replaced or removed, and nothing is retried, traced or printed.
 */
const createClient = (connection: ProviderConnection, expect: GuardedFetchOptions['expect']): Anthropic => {
  const apiKey = connection.apiKey ?? '';
  return new Anthropic({
    apiKey,
    webhookKey: null,
    baseURL: connection.baseUrl ?? BASE_URL,
    maxRetries: 0,
    timeout: TIMEOUT_MS,
    logLevel: 'off',
    openTelemetry: false,
    defaultHeaders: { 'x-api-key': null, 'anthropic-beta': null },
    fetch: createGuardedFetch({
      provider: PROVIDER,
      expect,
      limits: connection,
      isAnswer,
      headers: { authorization: `Bearer ${apiKey}`, 'anthropic-version': API_VERSION },
    }),
  });
};

/** `client.messages.create` prints a warning to the console for models it holds to be deprecated; `post` does not. */
const PATH = '/v1/messages';

type Send = (body: MessagesRequest, signal: AbortSignal) => ReturnType<SendRequest>;

/** The events of an answer that the SDK has sent for. An error that a stream tells is thrown as the SDK would throw it. */
const open = async (sending: Promise<Response>, { max_tokens }: MessagesRequest): ReturnType<SendRequest> => {
  const response = await sending;
  const toError = (error: unknown): Error =>
    new APIError(undefined, { type: 'error', error }, undefined, response.headers);
  const answer = openAnswer(response, {
    maxBytes: maxStreamBytes(max_tokens),
    toValue: (event) => toPayload(event, { toError, typeField: 'type' }) as Anthropic.RawMessageStreamEvent,
  });
  return toBatches(answer, (message) => [...readResponse(message as Anthropic.Message)]);
};

const isAnswer = (json: unknown): boolean => isRecord(json) && Array.isArray(json['content']);

export const connectAnthropic: ConnectTextProvider = (connection) => {
  const streaming = createClient(connection, 'event-stream');
  const waiting = createClient(connection, 'json');
  const bytes = createClient(connection, 'bytes');
  const context = { provider: PROVIDER, log: connection.log };

  const sendStreaming: Send = (body, signal) =>
    open(streaming.post(PATH, { body: { ...body, stream: true }, stream: true, signal }).asResponse(), body);
  const sendWaiting: Send = (body, signal) => open(waiting.post(PATH, { body, signal }).asResponse(), body);

  return (config): TextProvider | BatchTextProvider => {
    const start =
      (send: Send, firstDeltaTimeoutMs?: number): TextProvider['stream'] =>
      (request, options) =>
        guardStream({
          provider: PROVIDER,
          signal: options.signal,
          maxOutputTokens: request.maxOutputTokens,
          isJson: request.output.type !== 'text',
          firstDeltaTimeoutMs,
          mapError,
          open: (signal, expectContent) => {
            const sendNext = (body: MessagesRequest): ReturnType<Send> => {
              expectContent();
              return send(body, signal);
            };
            return readTurn(toMessagesRequest(request, config), sendNext, context);
          },
        });
    const complete = start(sendWaiting);
    const text: TokenCountingProvider = {
      config,
      countInputTokens: createTokenCounting(waiting, PROVIDER, config),
      stream: start(sendStreaming, connection.firstDeltaTimeoutMs),
      generate: (request, options) => collect(complete(request, options)),
    };
    if (!hasNativeBatch(config)) return text;
    return { ...text, batches: new AnthropicBatchOperations({ ...context, config, json: waiting, bytes }) };
  };
};
