import {
  type BatchSupport,
  mediaTypesOf,
  type ModelDefinition,
  type ReasoningEffort,
  type ReasoningSupport,
  VERBOSITIES,
} from '../../../src/core/model-config.ts';
import { RESPONSES } from '../apis.ts';
import { NO_SAMPLING } from '../sampling.ts';
import { OPENAI_SCHEMAS } from '../schemas.ts';

/** The vendor's limits for one batch, and its discount. */
export const OPENAI_BATCH = {
  type: 'native',
  maxRequests: 50_000,
  maxFileSizeMb: 200,
  discountPercent: 50,
} as const satisfies BatchSupport;

/** Where the sources do not say that a model takes batches. */
export const NO_BATCH = { type: 'none' } as const satisfies BatchSupport;

/** `fallback` is what the vendor uses when nothing is asked for; null where its documentation does not name it. */
export const effort = (
  values: readonly ReasoningEffort[],
  fallback: ReasoningEffort | null = null,
): ReasoningSupport => ({ type: 'effort', values, default: fallback });

/**
 * What a request can say of the prompt cache (https://developers.openai.com/api/docs/guides/prompt-caching). From GPT-5.6 on:
 * for how long at least (30 minutes, since 2026-11-03 also 12 hours), or that nothing is to be cached. GPT-5.5 keeps prompts for up to a day and knows
 * nothing else. Some older models take either retention policy.
 */
export const CACHE_OR_NOT = ['short', 'long', 'off'] as const;
export const CACHE_FOR_A_DAY = ['long'] as const;
export const EITHER_RETENTION = ['short', 'long'] as const;

/**
 * What the models of the Responses API share. That API has no stop sequences, seed or penalties. A model that sees images
 * reads documents, and of others than PDF the text (https://developers.openai.com/api/docs/guides/file-inputs).
 */
export const RESPONSES_MODEL = {
  ...RESPONSES,
  schemas: OPENAI_SCHEMAS,
  status: { type: 'active' },
  inputModalities: ['text', 'image', 'file'],
  media: { ...RESPONSES.media, file: { ...RESPONSES.media.file, mediaTypes: mediaTypesOf('file') } },
  outputModalities: ['text'],
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  structuredOutput: true,
  citations: true,
  builtInTools: ['web_search', 'code_interpreter'],
  temperature: { type: 'onlyWithoutReasoning', min: 0, max: 2 },
  sampling: NO_SAMPLING,
  verbosity: VERBOSITIES,
  batch: OPENAI_BATCH,
} as const satisfies Partial<ModelDefinition<'responses_api'>>;

/** The same for models that reason on every request: no temperature in any case. */
export const ALWAYS_REASONING_MODEL = {
  ...RESPONSES_MODEL,
  temperature: { type: 'unsupported' },
} as const satisfies Partial<ModelDefinition<'responses_api'>>;

/** Models that answer in one piece after minutes of work; the vendor does not stream them. */
export const PRO_MODEL = {
  ...ALWAYS_REASONING_MODEL,
  streaming: false,
  builtInTools: ['web_search'],
} as const satisfies Partial<ModelDefinition<'responses_api'>>;

export const LONG_CONTEXT = {
  contextWindow: 1_050_000,
  maxInputTokens: 922_000,
  maxOutputTokens: 128_000,
  defaultMaxOutputTokens: 32_768,
} as const;

export const GPT_5_CONTEXT = {
  contextWindow: 400_000,
  maxInputTokens: 272_000,
  maxOutputTokens: 128_000,
  defaultMaxOutputTokens: 32_768,
} as const;
