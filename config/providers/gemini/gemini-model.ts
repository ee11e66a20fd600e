import type {
  BatchSupport,
  ModelDefinition,
  ReasoningEffort,
  ReasoningSupport,
  SamplingSupport,
} from '../../../src/core/model-config.ts';
import { GENERATE_CONTENT } from '../apis.ts';
import { GEMINI_2_INPUT, GEMINI_INPUT } from '../input-estimates.ts';

/** The vendor limits the file (2 GB) and names no greatest number of requests; 100,000 is ours. */
const BATCH = {
  type: 'native',
  maxRequests: 100_000,
  maxFileSizeMb: 2_048,
  discountPercent: 50,
} as const satisfies BatchSupport;

/** The API answers penalties with "Penalty is not enabled for this model". It names no greatest top-k; 1,000 is ours. */
const SAMPLING = {
  topP: { min: 0, max: 1 },
  topK: { min: 1, max: 1_000 },
  stopSequences: { max: 5 },
  seed: true,
  presencePenalty: null,
  frequencyPenalty: null,
} as const satisfies SamplingSupport;

/**
 * From Gemini 3 on each image can have a resolution of its own (https://ai.google.dev/gemini-api/docs/media-resolution), and
 * a function call without its signature is refused (https://ai.google.dev/gemini-api/docs/thought-signatures).
 */
export const GEMINI_MODEL = {
  ...GENERATE_CONTENT,
  media: { ...GENERATE_CONTENT.media, image: { ...GENERATE_CONTENT.media.image, detail: true } },
  toolCallSignatures: true,
  status: { type: 'active' },
  inputModalities: ['text', 'image', 'audio', 'video', 'file'],
  outputModalities: ['text'],
  limits: {
    contextWindow: 1_048_576,
    maxInputTokens: null,
    maxOutputTokens: 65_536,
    defaultMaxOutputTokens: 32_768,
  },
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  structuredOutput: true,
  citations: true,
  builtInTools: ['web_search', 'code_interpreter', 'url_context'],
  temperature: { type: 'range', min: 0, max: 2, default: 1 },
  sampling: SAMPLING,
  verbosity: null,
  batch: BATCH,
  inputEstimate: GEMINI_INPUT,
} as const satisfies Partial<ModelDefinition<'generate_content'>>;

/** What differs in Gemini 2.5, and in Gemma. */
export const BEFORE_GEMINI_3 = {
  media: GENERATE_CONTENT.media,
  toolCallSignatures: GENERATE_CONTENT.toolCallSignatures,
  inputEstimate: GEMINI_2_INPUT,
} as const satisfies Partial<ModelDefinition>;

/** `fallback` is what the vendor uses when nothing is asked for; null where its documentation does not name it. */
export const level = (
  values: readonly ReasoningEffort[],
  fallback: ReasoningEffort | null = null,
): ReasoningSupport => ({ type: 'level', values, default: fallback });

/**
 * From Gemini 3.6 and 3.5 Flash-Lite on temperature, top-p and top-k are ignored without a word
 * (https://ai.google.dev/gemini-api/docs/whats-new-gemini-3.6): what changes nothing is not offered.
 */
export const WITHOUT_SAMPLING = {
  temperature: { type: 'unsupported' },
  sampling: { ...SAMPLING, topP: null, topK: null },
} as const satisfies Partial<ModelDefinition>;

export const LOW_TO_HIGH = ['low', 'medium', 'high'] as const;
export const MINIMAL_TO_HIGH = ['minimal', 'low', 'medium', 'high'] as const;
export const LOW_TO_XHIGH = ['low', 'medium', 'high', 'xhigh'] as const;
