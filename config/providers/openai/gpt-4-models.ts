import type { ModelDefinition, ModelStatus, SamplingSupport } from '../../../src/core/model-config.ts';
import { CHAT_COMPLETIONS } from '../apis.ts';
import { OPENAI_SCHEMAS } from '../schemas.ts';
import { price } from '../price.ts';
import { MODELS_DEV, OPENAI_PAGES, OPENAI_SDK, OPEN_ROUTER, PI_AI, checkedAgainst } from '../sources.ts';
import { EITHER_RETENTION, NO_BATCH, OPENAI_BATCH } from './responses-model.ts';

const penalty = { min: -2, max: 2 } as const;

const CHAT_SAMPLING = {
  topP: { min: 0, max: 1 },
  topK: null,
  stopSequences: { max: 4 },
  seed: true,
  presencePenalty: penalty,
  frequencyPenalty: penalty,
} as const satisfies SamplingSupport;

/** What the models of Chat Completions share: no reasoning, no built-in tools, all sampling settings. */
const chat = {
  ...CHAT_COMPLETIONS,
  callIds: 'short',
  schemas: OPENAI_SCHEMAS,
  inputModalities: ['text', 'image', 'file'],
  outputModalities: ['text'],
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  structuredOutput: true,
  citations: false,
  builtInTools: [],
  temperature: { type: 'range', min: 0, max: 2, default: 1 },
  sampling: CHAT_SAMPLING,
  verbosity: null,
  batch: OPENAI_BATCH,
} as const satisfies Partial<ModelDefinition<'chat_completion'>>;

const retiring = {
  type: 'deprecated',
  replacement: 'gpt-6-luna',
  shutdownDate: '2027-01-14',
} as const satisfies ModelStatus;

const gpt41 = {
  ...chat,
  status: retiring,
  releaseDate: '2025-04-14',
  knowledgeCutoff: '2024-04',
  limits: {
    contextWindow: 1_047_576,
    maxInputTokens: null,
    maxOutputTokens: 32_768,
    defaultMaxOutputTokens: 8_192,
  },
} as const;

const gpt4o = {
  ...chat,
  status: retiring,
  knowledgeCutoff: '2023-09',
  limits: {
    contextWindow: 128_000,
    maxInputTokens: null,
    maxOutputTokens: 16_384,
    defaultMaxOutputTokens: 8_192,
  },
} as const;

/** Audio is heard and, on the vendor's side, spoken; structured output and batches are not offered. */
const audio = {
  ...chat,
  inputModalities: ['text', 'audio'],
  requiresOneOf: ['audio'],
  outputModalities: ['text', 'audio'],
  structuredOutput: false,
  reasoning: { type: 'none' },
  batch: NO_BATCH,
} as const;

export const GPT_4_MODELS = {
  'gpt-4.1': {
    ...gpt41,
    promptCaches: EITHER_RETENTION,
    displayName: 'GPT-4.1',
    description: 'A chat model without reasoning and with a long context, kept until its shutdown.',
    apiModel: 'gpt-4.1',
    family: 'gpt',
    reasoning: { type: 'counterpart', model: 'gpt-6.1-terra' },
    pricing: price(PI_AI.date, { input: 2, output: 8, cacheRead: 0.5 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, OPEN_ROUTER, OPENAI_SDK),
  },
  'gpt-4.1-mini': {
    ...gpt41,
    displayName: 'GPT-4.1 mini',
    description: 'The small GPT-4.1, kept until its shutdown.',
    apiModel: 'gpt-4.1-mini',
    family: 'gpt-mini',
    reasoning: { type: 'counterpart', model: 'gpt-6-luna' },
    pricing: price(PI_AI.date, { input: 0.4, output: 1.6, cacheRead: 0.1 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, OPEN_ROUTER, OPENAI_SDK),
  },
  'gpt-4o': {
    ...gpt4o,
    displayName: 'GPT-4o',
    description: 'A chat model without reasoning, kept until its shutdown.',
    apiModel: 'gpt-4o',
    family: 'gpt',
    releaseDate: '2024-05-13',
    reasoning: { type: 'counterpart', model: 'gpt-6.1-terra' },
    pricing: price(PI_AI.date, { input: 2.5, output: 10, cacheRead: 1.25 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, OPEN_ROUTER, OPENAI_SDK),
  },
  'gpt-4o-mini': {
    ...gpt4o,
    displayName: 'GPT-4o mini',
    description: 'The small GPT-4o, kept until its shutdown.',
    apiModel: 'gpt-4o-mini',
    family: 'gpt-mini',
    releaseDate: '2024-07-18',
    reasoning: { type: 'counterpart', model: 'gpt-6-luna' },
    pricing: price(PI_AI.date, { input: 0.15, output: 0.6, cacheRead: 0.075 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, OPEN_ROUTER, OPENAI_SDK),
  },
  'gpt-audio-1.5': {
    ...audio,
    displayName: 'GPT-Audio 1.5',
    description: 'Listens to audio and answers; the model to use for audio input.',
    apiModel: 'gpt-audio-1.5',
    family: 'gpt-audio',
    status: { type: 'active' },
    releaseDate: null,
    knowledgeCutoff: '2024-09-30',
    limits: {
      contextWindow: 128_000,
      maxInputTokens: null,
      maxOutputTokens: 16_384,
      defaultMaxOutputTokens: 8_192,
    },
    pricing: price(null, { input: 2.5, output: 10, audioInput: 32 }),
    ...checkedAgainst(MODELS_DEV, OPENAI_PAGES),
  },
  'gpt-audio-mini': {
    ...audio,
    displayName: 'GPT-Audio mini',
    description: 'The small audio model, kept until its shutdown.',
    apiModel: 'gpt-audio-mini',
    family: 'gpt-audio',
    status: { type: 'deprecated', replacement: 'gpt-audio-1.5', shutdownDate: '2027-01-20' },
    releaseDate: null,
    knowledgeCutoff: null,
    limits: {
      contextWindow: null,
      maxInputTokens: null,
      maxOutputTokens: null,
      defaultMaxOutputTokens: 4_096,
    },
    pricing: null,
    ...checkedAgainst(OPENAI_SDK),
  },
} as const satisfies Readonly<Record<string, ModelDefinition<'chat_completion'>>>;
