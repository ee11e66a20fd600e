import type OpenAI from 'openai';
import { type BatchTextProvider, hasNativeBatch } from '../../../core/vendor-batch.ts';
import { ModelgraphError } from '../../../core/errors.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { collect, type EventStream, type StreamEvent, type StreamItem } from '../../../core/stream-event.ts';
import type { CallOptions, ConnectTextProvider, TextProvider } from '../../../core/text-provider.ts';
import type { TextRequest } from '../../../core/text-request.ts';
import type { TokenCountingProvider } from '../../../core/token-counting.ts';
import { guardStream } from '../../shared/call/terminal-guard.ts';
import type { ChatChunk, ChatCompletionBody } from './chat/chat-chunk.ts';
import { createClient } from './create-client.ts';
import type { ChatDialect, OpenAICompatibleVendor, ResponsesDialect } from './dialect.ts';
import { mapError } from './map-error.ts';
import { readChatBatches, readChatCompletion, toChatChunk } from './chat/read-chat-events.ts';
import { createTokenCounting } from './responses/count-input-tokens.ts';
import { readResponse, readResponsesBatches, toResponsesEvents } from './responses/read-responses-events.ts';
import { openOpenAIAnswer } from './open-answer.ts';
import { toBatches } from '../../shared/call/answer.ts';
import { readSingly } from '../../shared/reading/payload-events.ts';
import type { ReadingContext } from '../../shared/reading/reading-context.ts';
import type { ResponsesBody, ResponsesEvent } from './responses/responses-event.ts';
import { separateReasoning } from './chat/separate-reasoning.ts';
import { toChatRequest, toChatStreamRequest } from './chat/to-chat-request.ts';
import { toResponsesRequest, toResponsesStreamRequest } from './responses/to-responses-request.ts';

interface Clients extends ReadingContext {
  readonly streaming: OpenAI;
  readonly waiting: OpenAI;
}

/** One API of a vendor, for one model: the same turn as it happens, or read from a whole answer; a server may mix them up. */
interface Api {
  readonly streamed: (request: TextRequest, signal: AbortSignal) => AsyncIterable<StreamItem>;
  readonly whole: (request: TextRequest, signal: AbortSignal) => AsyncIterable<StreamItem>;
  /** What a whole call is made of, for those who make the call in another way. */
  readonly toBody: (request: TextRequest) => object;
  readonly readAnswer: (answer: unknown) => AsyncIterable<StreamEvent>;
  /** Left out where the vendor has no endpoint for it. */
  readonly countInputTokens?: TokenCountingProvider['countInputTokens'];
}

/** A provider for a vendor that speaks OpenAI's APIs; each model is reached by the one its config names. */
export const connectOpenAICompatible =
  (vendor: OpenAICompatibleVendor): ConnectTextProvider =>
  (connection) => {
    const { name: provider, baseUrl } = vendor;
    const clients: Clients = {
      provider,
      log: connection.log,
      streaming: createClient(connection, { provider, baseUrl, expect: 'event-stream' }),
      waiting: createClient(connection, { provider, baseUrl, expect: 'json' }),
    };
    const { createBatchOperations } = vendor;
    const limits = { provider, firstDeltaTimeoutMs: connection.firstDeltaTimeoutMs };
    if (createBatchOperations === undefined)
      return (config) => createProvider(config, findApi(vendor, config, clients), limits);
    const bytes = createClient(connection, { provider, baseUrl, expect: 'bytes' });
    return (config): TextProvider | BatchTextProvider => {
      const api = findApi(vendor, config, clients);
      const text = createProvider(config, api, limits);
      if (!hasNativeBatch(config)) return text;
      const { toBody, readAnswer } = api;
      const context = {
        provider,
        log: clients.log,
        config,
        json: clients.waiting,
        bytes,
        toBody,
        readAnswer,
      };
      return { ...text, batches: createBatchOperations(context) };
    };
  };

const createProvider = (
  config: ModelConfig,
  api: Api,
  { provider, firstDeltaTimeoutMs }: { readonly provider: string; readonly firstDeltaTimeoutMs: number },
): TextProvider | TokenCountingProvider => {
  const guard = (open: Api['streamed'], request: TextRequest, { signal }: CallOptions): EventStream =>
    guardStream({
      provider,
      signal,
      maxOutputTokens: request.maxOutputTokens,
      isJson: request.output.type !== 'text',
      firstDeltaTimeoutMs: open === api.streamed ? firstDeltaTimeoutMs : undefined,
      open: (own) => open(request, own),
      mapError: (error) => mapError(error, provider),
    });
  return {
    config,
    stream: (request, options) => guard(config.streaming ? api.streamed : api.whole, request, options),
    generate: (request, options) => collect(guard(api.whole, request, options)),
    ...(api.countInputTokens && { countInputTokens: api.countInputTokens }),
  };
};

const findApi = (vendor: OpenAICompatibleVendor, config: ModelConfig, clients: Clients): Api => {
  if (config.apiType === 'chat_completion' && vendor.chat !== null)
    return chatApi(vendor.chat, config, clients);
  if (config.apiType === 'responses_api' && vendor.responses !== null)
    return responsesApi(vendor.responses, config, clients);
  throw new ModelgraphError(
    'INTERNAL',
    `The provider "${vendor.name}" does not speak the api type "${config.apiType}".`,
  );
};

const chatApi = (dialect: ChatDialect, config: ModelConfig, clients: Clients): Api => {
  const context = {
    provider: clients.provider,
    log: clients.log,
    usage: dialect.usage,
    readDelta: dialect.readDelta,
  };
  const tags = dialect.asksForReasoningApart !== true && config.reasoningTags;
  const toBody = (request: TextRequest): ReturnType<typeof toChatRequest> =>
    toChatRequest(request, config, dialect);
  const readAnswer = (answer: unknown): AsyncIterable<StreamEvent> => {
    const events = readChatCompletion(answer as ChatCompletionBody, context);
    return tags === false ? events : separateReasoning(events, tags);
  };
  const read = (sending: Promise<Response>, request: TextRequest): AsyncIterable<StreamItem> => {
    const answer = openOpenAIAnswer<ChatChunk>(sending, request);
    const toWhole = (completion: unknown): readonly ChatChunk[] => [
      toChatChunk(completion as ChatCompletionBody),
    ];
    const tools = request.tools.flatMap((tool) => (tool.type === 'function' ? [tool.name] : []));
    const batches = readChatBatches(toBatches(answer, toWhole), { ...context, tools });
    return tags === false ? batches : separateReasoning(readSingly(batches), tags);
  };
  return {
    toBody,
    readAnswer,
    streamed: (request, signal) => {
      const body = toChatStreamRequest(request, config, dialect);
      return read(clients.streaming.chat.completions.create(body, { signal }).asResponse(), request);
    },
    whole: (request, signal) =>
      read(clients.waiting.chat.completions.create(toBody(request), { signal }).asResponse(), request),
  };
};

const responsesApi = (dialect: ResponsesDialect, config: ModelConfig, clients: Clients): Api => {
  const context = {
    provider: clients.provider,
    log: clients.log,
    usage: dialect.usage,
    readItem: dialect.readItem,
  };
  const toBody = (request: TextRequest): ReturnType<typeof toResponsesRequest> =>
    toResponsesRequest(request, config, dialect);
  const readAnswer = (answer: unknown): AsyncIterable<StreamEvent> =>
    readResponse(answer as ResponsesBody, context);
  const read = (sending: Promise<Response>, request: TextRequest): AsyncIterable<StreamItem> => {
    const answer = openOpenAIAnswer<ResponsesEvent>(sending, request);
    const toWhole = (response: unknown): readonly ResponsesEvent[] =>
      toResponsesEvents(response as ResponsesBody);
    return readResponsesBatches(toBatches(answer, toWhole), context);
  };
  const { waiting: client, provider } = clients;
  return {
    toBody,
    readAnswer,
    ...(dialect.countsInputTokens === true && {
      countInputTokens: createTokenCounting({ client, provider, toBody }),
    }),
    streamed: (request, signal) => {
      const body = toResponsesStreamRequest(request, config, dialect);
      return read(clients.streaming.responses.create(body, { signal }).asResponse(), request);
    },
    whole: (request, signal) =>
      read(clients.waiting.responses.create(toBody(request), { signal }).asResponse(), request),
  };
};
