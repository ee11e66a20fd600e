import { API_FIELDS } from '../../../src/core/api-fields.ts';
import {
  type ApiType,
  defineModels,
  MEDIA_TYPES,
  type ModelConfig,
  type ModelDefinition,
} from '../../../src/core/model-config.ts';
import { collect, type StreamEvent } from '../../../src/core/stream-event.ts';
import type { TextProviderDescriptor } from '../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../src/core/text-request.ts';
import type { AppOverrides } from '../../../src/app.ts';

/** One call of the toy provider, as it received it. */
export interface ToyCall {
  readonly config: ModelConfig;
  readonly request: TextRequest;
  readonly signal: AbortSignal;
}

export type ToyAnswer = (call: ToyCall) => AsyncIterable<StreamEvent>;

export interface Toy {
  readonly descriptor: TextProviderDescriptor;
  /** Every call that reached the provider, oldest first. */
  readonly calls: readonly ToyCall[];
}

export const finishEvent = (
  changes: Partial<Extract<StreamEvent, { type: 'finish' }>> = {},
): StreamEvent => ({
  type: 'finish',
  reason: 'stop',
  rawReason: 'stop',
  usage: null,
  state: null,
  ...changes,
});

export const textDelta = (text: string): StreamEvent => ({ type: 'text-delta', text });

/** An answer of these events, one after the other. */
export const answerOf = (...events: readonly StreamEvent[]): ToyAnswer =>
  async function* () {
    yield* events;
  };

/** A promise that rejects with the reason as soon as the signal is aborted: an upstream that has gone silent. */
export const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

/** A provider without a vendor, which answers as it is told and remembers what it was asked. */
export const createToy = (
  answer: ToyAnswer = answerOf(textDelta('Hello'), finishEvent()),
  changes: Partial<TextProviderDescriptor> = {},
): Toy => {
  const calls: ToyCall[] = [];
  const descriptor: TextProviderDescriptor = {
    name: 'toy',
    displayName: 'Toy',
    documentationUrl: null,
    credentialVariable: null,
    apiTypes: ['local'],
    load: () =>
      Promise.resolve(() => (config) => ({
        config,
        stream: (request, { signal }) => {
          const call = { config, request, signal };
          calls.push(call);
          return answer(call);
        },
        generate: (request, { signal }) => {
          const call = { config, request, signal };
          calls.push(call);
          return collect(answer(call));
        },
      })),
    ...changes,
  };
  return { descriptor, calls };
};

/** The API of a toy has a place for everything: what a model of it takes is what the rest of its definition says. */
export const TOY_API = {
  media: {
    image: { mediaTypes: MEDIA_TYPES.image, fetchesUrls: true, fileIds: true, detail: true },
    audio: { mediaTypes: MEDIA_TYPES.audio, fetchesUrls: true, fileIds: true },
    file: { mediaTypes: MEDIA_TYPES.file, fetchesUrls: true, fileIds: true, filename: true },
  },
  laterSystemMessages: true,
  parallelToolCallsCanBeForbidden: true,
  toolCallSignatures: false,
  callIds: 'any',
  schemas: { topLevelUnions: true, strict: null },
  jsonMode: true,
  toolChoiceCoversBuiltInTools: true,
  reasoningTags: false,
  promptCaches: [],
  providerOptions: true,
} as const satisfies Partial<ModelDefinition>;

export const TOY_MODEL = {
  ...TOY_API,
  displayName: 'Toy',
  description: 'A model for tests.',
  apiModel: 'toy-upstream',
  apiType: 'local',
  family: null,
  status: { type: 'active' },
  releaseDate: null,
  knowledgeCutoff: null,
  limits: { contextWindow: 8_000, maxInputTokens: null, maxOutputTokens: 1_000, defaultMaxOutputTokens: 500 },
  inputModalities: ['text'],
  outputModalities: ['text'],
  streaming: true,
  functionCalling: false,
  parallelToolCalls: false,
  structuredOutput: false,
  citations: false,
  builtInTools: [],
  reasoning: { type: 'none' },
  temperature: { type: 'unsupported' },
  sampling: {
    topP: null,
    topK: null,
    stopSequences: null,
    seed: false,
    presencePenalty: null,
    frequencyPenalty: null,
  },
  verbosity: null,
  batch: { type: 'none' },
  pricing: null,
  verifiedAt: '2026-11-01',
  source: 'this test',
} as const satisfies ModelDefinition<'local'>;

/** A toy of an API that has no field for JSON without a schema is not said to take it. */
const hasJsonMode = (apiType: ApiType = 'local'): boolean => API_FIELDS[apiType]?.jsonMode ?? true;

/** Models of the toy provider by name, each given as its difference from a model that takes nothing. */
export const toyModels = (
  definitions: Readonly<Record<string, Partial<ModelDefinition>>>,
  provider = 'toy',
): readonly ModelConfig[] =>
  Object.values(
    defineModels(
      provider,
      Object.fromEntries(
        Object.entries(definitions).map(([name, changes]) => [
          name,
          { ...TOY_MODEL, jsonMode: hasJsonMode(changes.apiType), apiModel: `${name}-upstream`, ...changes },
        ]),
      ),
    ),
  );

/** A catalogue of nothing but toys. */
export const toyOverrides = (
  toy: Toy,
  definitions: Readonly<Record<string, Partial<ModelDefinition>>> = { toy: {} },
): AppOverrides => ({ providers: [toy.descriptor], models: toyModels(definitions), aliases: {} });
