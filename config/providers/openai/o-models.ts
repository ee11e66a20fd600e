import type { ModelDefinition, ModelStatus } from '../../../src/core/model-config.ts';
import { price } from '../price.ts';
import { MODELS_DEV, OPENAI_FILES, OPENAI_SDK, OPEN_ROUTER, PI_AI, checkedAgainst } from '../sources.ts';
import { ALWAYS_REASONING_MODEL, effort, PRO_MODEL } from './responses-model.ts';

const retiring = {
  type: 'deprecated',
  replacement: 'gpt-6.1-sol',
  shutdownDate: '2026-12-11',
} as const satisfies ModelStatus;

const limits = {
  contextWindow: 200_000,
  maxInputTokens: null,
  maxOutputTokens: 100_000,
  defaultMaxOutputTokens: 32_768,
} as const;

export const O_MODELS = {
  o3: {
    ...ALWAYS_REASONING_MODEL,
    displayName: 'o3',
    description: 'An early reasoning model, kept until its shutdown.',
    apiModel: 'o3',
    family: 'o',
    status: retiring,
    releaseDate: '2025-04-16',
    knowledgeCutoff: '2024-05',
    limits,
    parallelToolCalls: false,
    reasoning: effort(['low', 'medium', 'high'], 'medium'),
    verbosity: null,
    pricing: price(PI_AI.date, { input: 2, output: 8, cacheRead: 0.5 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, OPEN_ROUTER, OPENAI_SDK),
  },
  'o3-pro': {
    ...PRO_MODEL,
    displayName: 'o3-pro',
    description: 'o3 with far more work behind each answer; answers in one piece.',
    apiModel: 'o3-pro',
    family: 'o-pro',
    status: retiring,
    releaseDate: '2025-06-10',
    knowledgeCutoff: '2024-05',
    limits,
    parallelToolCalls: false,
    reasoning: effort(['low', 'medium', 'high'], 'medium'),
    verbosity: null,
    pricing: price(PI_AI.date, { input: 20, output: 80 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, OPENAI_SDK, OPENAI_FILES),
  },
} as const satisfies Readonly<Record<string, ModelDefinition<'responses_api'>>>;
