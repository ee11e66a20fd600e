import { MESSAGES } from '../../../../config/providers/apis.ts';
import { plainRequest } from '../../../support/plain-request.ts';
import { readFileSync } from 'node:fs';
import type Anthropic from '@anthropic-ai/sdk';
import { defineModels, type ModelConfig, type ModelDefinition } from '../../../../src/core/model-config.ts';
import type { StreamEvent } from '../../../../src/core/stream-event.ts';
import type { TextProvider } from '../../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../../src/core/text-request.ts';
import { connectAnthropic } from '../../../../src/providers/text/anthropic/provider.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamServer,
} from '../../../support/upstream/upstream-server.ts';

type RawEvent = Anthropic.RawMessageStreamEvent;

export const anthropicConfig = (changes: Partial<ModelDefinition<'messages'>> = {}): ModelConfig => {
  const config = defineModels('anthropic', {
    'claude-made': {
      displayName: 'Made up',
      description: null,
      apiModel: 'claude-made-1',
      ...MESSAGES,
      family: null,
      status: { type: 'active' },
      releaseDate: null,
      knowledgeCutoff: null,
      limits: {
        contextWindow: null,
        maxInputTokens: null,
        maxOutputTokens: null,
        defaultMaxOutputTokens: 4096,
      },
      inputModalities: ['text', 'image', 'file'],
      outputModalities: ['text'],
      streaming: true,
      functionCalling: true,
      parallelToolCalls: true,
      structuredOutput: true,
      citations: true,
      builtInTools: ['web_search', 'code_interpreter'],
      reasoning: {
        type: 'adaptive',
        values: ['low', 'medium', 'high', 'max'],
        default: null,
        canDisable: true,
      },
      temperature: { type: 'unsupported' },
      sampling: {
        topP: null,
        topK: null,
        stopSequences: { max: 16 },
        seed: false,
        presencePenalty: null,
        frequencyPenalty: null,
      },
      verbosity: null,
      batch: { type: 'none' },
      pricing: null,
      verifiedAt: '2026-01-01',
      source: 'test',
      ...changes,
    },
  })['claude-made'];
  if (config === undefined) throw new Error('no config');
  return config;
};

export const requestOf = (changes: Partial<TextRequest> = {}): TextRequest =>
  plainRequest({ maxOutputTokens: 4096, ...changes });

export interface LoggedWarning {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface Connected {
  readonly provider: TextProvider;
  readonly warnings: readonly LoggedWarning[];
}

export const connectTo = (
  baseUrl: string | null,
  options: { readonly config?: ModelConfig; readonly idleTimeoutMs?: number } = {},
): Connected => {
  const warnings: LoggedWarning[] = [];
  const connect = connectAnthropic({
    apiKey: 'sk-made-up',
    baseUrl,
    connectTimeoutMs: 10_000,
    firstDeltaTimeoutMs: 60_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    demoDelayMs: 0,
    log: { warn: (fields, message) => void warnings.push({ fields, message }) },
  });
  return { provider: connect(options.config ?? anthropicConfig()), warnings };
};

export const never = new AbortController().signal;

/** The responses of a hand-made fixture: the payloads of each. */
export const readFixture = (name: string): readonly (readonly RawEvent[])[] =>
  readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n\n')
    .map((part) => part.split('\n').map((line) => JSON.parse(line) as RawEvent));

/** Payloads as the API frames them. */
export const toFrames = (events: readonly { readonly type: string }[], lineEnd = '\n'): string =>
  events
    .map((event) => `event: ${event.type}${lineEnd}data: ${JSON.stringify(event)}${lineEnd}${lineEnd}`)
    .join('');

/** The message that a stream's payloads add up to, as the API would answer a waiting request. */
export const toWholeMessage = (events: readonly RawEvent[]): Record<string, unknown> => {
  const message: Record<string, unknown> = {};
  const content: Record<string, unknown>[] = [];
  const inputs = new Map<number, string>();
  for (const event of events) {
    if (event.type === 'message_start') Object.assign(message, event.message, { content });
    if (event.type === 'content_block_start') content[event.index] = { ...event.content_block };
    if (event.type === 'content_block_delta') {
      const block = content[event.index];
      if (block === undefined) continue;
      const { delta } = event;
      if (delta.type === 'text_delta') block['text'] = `${String(block['text'])}${delta.text}`;
      if (delta.type === 'thinking_delta')
        block['thinking'] = `${String(block['thinking'])}${delta.thinking}`;
      if (delta.type === 'signature_delta')
        block['signature'] = `${String(block['signature'])}${delta.signature}`;
      if (delta.type === 'citations_delta')
        block['citations'] = [...((block['citations'] as unknown[] | null) ?? []), delta.citation];
      if (delta.type === 'input_json_delta')
        inputs.set(event.index, (inputs.get(event.index) ?? '') + delta.partial_json);
    }
    if (event.type === 'message_delta') {
      Object.assign(message, event.delta);
      const reported = Object.entries(event.usage).filter(([, value]) => value !== null);
      message['usage'] = { ...(message['usage'] as object), ...Object.fromEntries(reported) };
    }
  }
  for (const [index, json] of inputs)
    if (json !== '') Object.assign(content[index] ?? {}, { input: JSON.parse(json) });
  return message;
};

export interface Served extends AsyncDisposable, Connected {
  readonly upstream: UpstreamServer;
  /** The bodies of the requests so far. */
  readonly bodies: () => Record<string, unknown>[];
}

/** A provider whose vendor answers with a fixture: one response per request, whole or as a stream, as it is asked. */
export const serveFixture = async (
  name: string,
  options: {
    readonly split?: number;
    readonly lineEnd?: string;
    readonly config?: ModelConfig;
    readonly repeat?: boolean;
  } = {},
): Promise<Served> => {
  const responses = readFixture(name);
  let served = 0;
  const upstream = await startUpstream((request) => {
    const events = responses[options.repeat === true ? 0 : served];
    served += 1;
    if (events === undefined) return sendJson(request, { error: { message: 'no more' } }, { status: 418 });
    const { stream } = JSON.parse(request.body) as { stream?: boolean };
    if (stream !== true) return sendJson(request, toWholeMessage(events));
    return sendEventStream(
      request,
      toFrames(events, options.lineEnd),
      options.split === undefined ? {} : { split: options.split },
    );
  });
  return {
    ...connectTo(upstream.origin, options.config === undefined ? {} : { config: options.config }),
    upstream,
    bodies: () => upstream.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
};

/** Everything a stream gave until it ended or threw. */
export const drain = async (
  events: AsyncIterable<StreamEvent>,
): Promise<{ readonly events: readonly StreamEvent[]; readonly error: unknown }> => {
  const seen: StreamEvent[] = [];
  try {
    for await (const event of events) seen.push(event);
  } catch (error) {
    return { events: seen, error };
  }
  return { events: seen, error: undefined };
};
