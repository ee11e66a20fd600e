import { defineModels, type ModelDefinition } from '../../../src/core/model-config.ts';
import { CHAT_COMPLETIONS } from '../apis.ts';
import { COMPATIBLE_INPUT } from '../input-estimates.ts';
import { price } from '../price.ts';
import { NO_SAMPLING } from '../sampling.ts';
import { DEEPSEEK_PAGES, MODELS_DEV, PI_AI, checkedAgainst } from '../sources.ts';

/**
 * What both models share. They reason unless told not to, and then ignore sampling settings without a word: temperature
 * is offered for requests without reasoning, the others not at all. JSON output follows no schema. There is no batch API,
 * and nothing that forbids parallel tool calls (https://api-docs.deepseek.com/api/create-chat-completion).
 */
const deepseek = {
  ...CHAT_COMPLETIONS,
  status: { type: 'active' },
  outputModalities: ['text'],
  limits: {
    contextWindow: 1_000_000,
    maxInputTokens: null,
    maxOutputTokens: 384_000,
    defaultMaxOutputTokens: 32_768,
  },
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  parallelToolCallsCanBeForbidden: false,
  structuredOutput: false,
  citations: false,
  builtInTools: [],
  temperature: { type: 'onlyWithoutReasoning', min: 0, max: 2 },
  sampling: { ...NO_SAMPLING, stopSequences: { max: 16 } },
  verbosity: null,
  batch: { type: 'none' },
  inputEstimate: COMPATIBLE_INPUT,
} as const satisfies Partial<ModelDefinition<'chat_completion'>>;

export const DEEPSEEK_MODELS = defineModels<'chat_completion'>('deepseek', {
  'deepseek-flash': {
    ...deepseek,
    displayName: 'DeepSeek V4.1 Flash',
    description: 'The quick DeepSeek, which sees images. Prices are those of peak hours; others cost half.',
    apiModel: 'deepseek-flash',
    family: 'deepseek-flash',
    releaseDate: null,
    knowledgeCutoff: null,
    inputModalities: ['text', 'image'],
    reasoning: { type: 'effort', values: ['none', 'low', 'high', 'max'], default: 'high' },
    pricing: price(PI_AI.date, { input: 0.3, output: 1.2, cacheRead: 0.006 }),
    ...checkedAgainst(PI_AI, DEEPSEEK_PAGES),
  },
  'deepseek-v4-pro': {
    ...deepseek,
    displayName: 'DeepSeek V4 Pro',
    description: 'The strong DeepSeek, for text only. Prices are those of peak hours; others cost half.',
    apiModel: 'deepseek-v4-pro',
    family: 'deepseek-pro',
    releaseDate: '2026-04-24',
    knowledgeCutoff: '2025-05',
    inputModalities: ['text'],
    reasoning: { type: 'effort', values: ['none', 'low', 'high', 'max'], default: 'high' },
    pricing: price(PI_AI.date, { input: 1.32, output: 3.96, cacheRead: 0.044 }),
    ...checkedAgainst(MODELS_DEV, PI_AI, DEEPSEEK_PAGES),
  },
});
