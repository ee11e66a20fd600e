import {
  type BatchSupport,
  defineModels,
  type ModelDefinition,
  type ReasoningSupport,
  type SamplingSupport,
} from '../../../src/core/model-config.ts';
import { CHAT_COMPLETIONS } from '../apis.ts';
import { COMPATIBLE_INPUT, GPT_OSS_INPUT } from '../input-estimates.ts';
import { price } from '../price.ts';
import { GROQ_SCHEMAS } from '../schemas.ts';
import { GROQ_NOTICE, GROQ_PAGES, GROQ_SDK, MODELS_DEV, PI_AI, checkedAgainst } from '../sources.ts';

/** The documentation has named different discounts, so none is assumed. */
const BATCH = {
  type: 'native',
  maxRequests: 50_000,
  maxFileSizeMb: 100,
  discountPercent: null,
} as const satisfies BatchSupport;

/** The API documents penalties as not yet supported by any of its models. */
const SAMPLING = {
  topP: { min: 0, max: 1 },
  topK: null,
  stopSequences: { max: 4 },
  seed: true,
  presencePenalty: null,
  frequencyPenalty: null,
} as const satisfies SamplingSupport;

/** Open models on Groq's hardware. Its built-in tools are left out until an answer with them has been verified. */
const groq = {
  ...CHAT_COMPLETIONS,
  schemas: GROQ_SCHEMAS,
  status: { type: 'active' },
  inputModalities: ['text'],
  outputModalities: ['text'],
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  structuredOutput: false,
  citations: false,
  builtInTools: [],
  temperature: { type: 'range', min: 0, max: 2, default: 1 },
  sampling: SAMPLING,
  verbosity: null,
  batch: BATCH,
  inputEstimate: COMPATIBLE_INPUT,
} as const satisfies Partial<ModelDefinition<'chat_completion'>>;

const GPT_OSS_EFFORT = {
  type: 'effort',
  values: ['low', 'medium', 'high'],
  default: 'medium',
} as const satisfies ReasoningSupport;

const gptOss = {
  ...groq,
  family: 'gpt-oss',
  releaseDate: '2025-08-05',
  knowledgeCutoff: null,
  limits: {
    contextWindow: 131_072,
    maxInputTokens: null,
    maxOutputTokens: 65_536,
    defaultMaxOutputTokens: 32_768,
  },
  parallelToolCalls: false,
  structuredOutput: true,
  reasoning: GPT_OSS_EFFORT,
  inputEstimate: GPT_OSS_INPUT,
} as const;

/** Left to itself it writes its reasoning into its text (https://console.groq.com/docs/reasoning); GPT-OSS never does. */
const qwen = {
  ...groq,
  family: 'qwen',
  releaseDate: null,
  knowledgeCutoff: null,
  limits: {
    contextWindow: 131_072,
    maxInputTokens: null,
    maxOutputTokens: 16_384,
    defaultMaxOutputTokens: 16_384,
  },
  inputModalities: ['text', 'image'],
  reasoningTags: true,
} as const;

/** Searches the web and runs code of its own accord; takes no tools from the caller. */
const compound = {
  ...groq,
  family: 'groq',
  releaseDate: '2025-09-04',
  knowledgeCutoff: null,
  limits: {
    contextWindow: 131_072,
    maxInputTokens: null,
    maxOutputTokens: 8_192,
    defaultMaxOutputTokens: 8_192,
  },
  functionCalling: false,
  parallelToolCalls: false,
  reasoning: { type: 'none' },
  batch: { type: 'none' },
  pricing: null,
} as const;

export const GROQ_MODELS = defineModels<'chat_completion'>('groq', {
  'gpt-oss-120b': {
    ...gptOss,
    displayName: 'GPT-OSS 120B',
    description: "OpenAI's larger open reasoning model, served very fast.",
    apiModel: 'openai/gpt-oss-120b',
    pricing: price(PI_AI.date, { input: 0.15, output: 0.6, cacheRead: 0.075 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, GROQ_SDK),
  },
  'gpt-oss-20b': {
    ...gptOss,
    displayName: 'GPT-OSS 20B',
    description: "OpenAI's smaller open reasoning model, served very fast.",
    apiModel: 'openai/gpt-oss-20b',
    pricing: price(PI_AI.date, { input: 0.075, output: 0.3, cacheRead: 0.0375 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, GROQ_SDK),
  },
  'qwen3.8-27b': {
    ...qwen,
    displayName: 'Qwen3.8 27B',
    description: 'An open reasoning model that sees images; its reasoning can be switched off.',
    apiModel: 'qwen/qwen3.8-27b',
    reasoning: { type: 'effort', values: ['none', 'low', 'medium', 'high'], default: 'medium' },
    pricing: price(PI_AI.date, { input: 0.8, output: 4 }),
    ...checkedAgainst(PI_AI, GROQ_SDK),
  },
  'qwen3.6-27b': {
    ...qwen,
    displayName: 'Qwen3.6 27B',
    description: 'The predecessor of Qwen3.8 27B; its reasoning is on or off.',
    apiModel: 'qwen/qwen3.6-27b',
    reasoning: { type: 'toggle', default: true },
    pricing: price(PI_AI.date, { input: 0.6, output: 3, cacheRead: 0.3 }),
    ...checkedAgainst(PI_AI),
  },
  'llama-3.3-70b-versatile': {
    ...groq,
    displayName: 'Llama 3.3 70B',
    description: "Meta's open chat model, without reasoning; shut down but for enterprise contracts.",
    apiModel: 'llama-3.3-70b-versatile',
    family: 'llama',
    status: { type: 'retired', replacement: 'gpt-oss-120b', shutdownDate: '2026-08-16' },
    releaseDate: '2024-12-06',
    knowledgeCutoff: '2023-12',
    limits: {
      contextWindow: 131_072,
      maxInputTokens: null,
      maxOutputTokens: 32_768,
      defaultMaxOutputTokens: 8_192,
    },
    reasoning: { type: 'none' },
    pricing: price(PI_AI.date, { input: 0.59, output: 0.79 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, GROQ_NOTICE),
  },
  'llama-3.1-8b-instant': {
    ...groq,
    displayName: 'Llama 3.1 8B',
    description: 'A small open chat model, without reasoning; shut down but for enterprise contracts.',
    apiModel: 'llama-3.1-8b-instant',
    family: 'llama',
    status: { type: 'retired', replacement: 'gpt-oss-20b', shutdownDate: '2026-08-16' },
    releaseDate: '2024-07-23',
    knowledgeCutoff: '2023-12',
    limits: {
      contextWindow: 131_072,
      maxInputTokens: null,
      maxOutputTokens: 131_072,
      defaultMaxOutputTokens: 8_192,
    },
    reasoning: { type: 'none' },
    pricing: price(PI_AI.date, { input: 0.05, output: 0.08 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, GROQ_NOTICE),
  },
  compound: {
    ...compound,
    displayName: 'Compound',
    description: 'A system of open models that searches the web and runs code whenever it sees fit.',
    apiModel: 'groq/compound',
    ...checkedAgainst(MODELS_DEV, GROQ_PAGES),
  },
  'compound-mini': {
    ...compound,
    displayName: 'Compound Mini',
    description: 'The small Compound: at most one tool call for each answer, whenever it sees fit.',
    apiModel: 'groq/compound-mini',
    ...checkedAgainst(MODELS_DEV, GROQ_PAGES),
  },
});
