import type { BatchSupport, ModelDefinition, ReasoningSupport } from '../../../src/core/model-config.ts';
import { MESSAGES } from '../apis.ts';
import { NO_SAMPLING } from '../sampling.ts';

const BATCH = {
  type: 'native',
  maxRequests: 100_000,
  maxFileSizeMb: 256,
  discountPercent: 50,
} as const satisfies BatchSupport;

/**
 * What every Claude shares. The API version in use (2026-10-21) has no temperature, top-p or top-k. The vendor names no
 * greatest number of stop sequences; 16 is ours.
 */
export const CLAUDE_MODEL = {
  ...MESSAGES,
  status: { type: 'active' },
  inputModalities: ['text', 'image', 'file'],
  outputModalities: ['text'],
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  structuredOutput: true,
  citations: true,
  builtInTools: ['web_search', 'code_interpreter'],
  temperature: { type: 'unsupported' },
  sampling: { ...NO_SAMPLING, stopSequences: { max: 16 } },
  verbosity: null,
  batch: BATCH,
} as const satisfies Partial<ModelDefinition<'messages'>>;

export const CLAUDE_LONG_CONTEXT = {
  contextWindow: 1_000_000,
  maxInputTokens: null,
  maxOutputTokens: 128_000,
  defaultMaxOutputTokens: 32_768,
} as const;

export const CLAUDE_4_5_CONTEXT = {
  contextWindow: 200_000,
  maxInputTokens: null,
  maxOutputTokens: 64_000,
  defaultMaxOutputTokens: 32_768,
} as const;

/** Not published for models that the vendor opens to invited customers only. */
export const UNPUBLISHED_LIMITS = {
  contextWindow: null,
  maxInputTokens: null,
  maxOutputTokens: null,
  defaultMaxOutputTokens: 32_768,
} as const;

const LOW_TO_MAX = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

/** The model decides how much it reasons, on every request. */
export const alwaysAdaptive = (fallback: 'medium' | 'high' | null): ReasoningSupport => ({
  type: 'adaptive',
  values: LOW_TO_MAX,
  default: fallback,
  canDisable: false,
});

/** Reasoning can be switched off; what happens when nothing is asked for differs by model. */
export const adaptive = (fallback: 'medium' | 'high' | null): ReasoningSupport => ({
  type: 'adaptive',
  values: LOW_TO_MAX,
  default: fallback,
  canDisable: true,
});

/** As `adaptive`, before the effort `xhigh` existed. */
export const ADAPTIVE_WITHOUT_XHIGH = {
  type: 'adaptive',
  values: ['low', 'medium', 'high', 'max'],
  default: null,
  canDisable: true,
} as const satisfies ReasoningSupport;

/** At least 1,024 tokens and less than the output limit, which the vendor requires to be greater. */
export const CLAUDE_BUDGET = {
  type: 'budget',
  min: 1_024,
  max: CLAUDE_4_5_CONTEXT.maxOutputTokens - 1,
  canDisable: true,
  dynamic: false,
} as const satisfies ReasoningSupport;
