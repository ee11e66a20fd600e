import type { ModelDefinition } from '../../../src/core/model-config.ts';
import { price } from '../price.ts';
import { PI_AI, sources } from '../sources.ts';
import {
  ALWAYS_REASONING_MODEL,
  CACHE_OR_NOT,
  effort,
  GPT_5_CONTEXT,
  LONG_CONTEXT,
  NO_BATCH,
  RESPONSES_MODEL,
} from './responses-model.ts';

/**
 * The price list has a step at 272,000 input tokens, and the vendor's model pages name a window of 1,050,000: the
 * catalogue that gives 272,000 as the window stops at the price step.
 */
const SOURCE = sources(
  PI_AI.name,
  'openai SDK 7.57.0 types and changelog',
  'developers.openai.com model pages',
);

const gpt6 = {
  ...RESPONSES_MODEL,
  promptCaches: CACHE_OR_NOT,
  inputModalities: ['text', 'image', 'file'],
  knowledgeCutoff: null,
  limits: LONG_CONTEXT,
  source: SOURCE,
} as const;

const CAN_SKIP_REASONING = effort(['none', 'low', 'medium', 'high', 'xhigh', 'max']);
const ALWAYS_REASONS = effort(['low', 'medium', 'high', 'xhigh', 'max']);

export const GPT_6_MODELS = {
  'gpt-6-astra': {
    ...gpt6,
    temperature: ALWAYS_REASONING_MODEL.temperature,
    displayName: 'GPT-6 Astra',
    description: 'The most capable GPT, for long and demanding work with tools.',
    apiModel: 'gpt-6-astra',
    family: 'gpt-astra',
    releaseDate: '2026-09-03',
    reasoning: ALWAYS_REASONS,
    pricing: price(PI_AI.date, {
      input: 10,
      output: 50,
      cacheRead: 1,
      cacheWrite: 12.5,
      above: { inputTokens: 272_000, input: 20, output: 75, cacheRead: 2, cacheWrite: 25 },
    }),
  },
  'gpt-6.1-sol': {
    ...gpt6,
    temperature: ALWAYS_REASONING_MODEL.temperature,
    displayName: 'GPT-6.1 Sol',
    description: 'Close to Astra on complex work at a fifth of its price; always reasons.',
    apiModel: 'gpt-6.1-sol',
    family: 'gpt-sol',
    releaseDate: '2026-09-29',
    reasoning: ALWAYS_REASONS,
    pricing: price(PI_AI.date, {
      input: 2,
      output: 10,
      cacheRead: 0.1,
      cacheWrite: 2.5,
      above: { inputTokens: 272_000, input: 4, output: 15, cacheRead: 0.2, cacheWrite: 5 },
    }),
  },
  'gpt-6.1-terra': {
    ...gpt6,
    displayName: 'GPT-6.1 Terra',
    description: 'The middle of the GPT-6 line: quick, good with images and at clear writing.',
    apiModel: 'gpt-6.1-terra',
    family: 'gpt-terra',
    releaseDate: '2026-10-26',
    reasoning: CAN_SKIP_REASONING,
    pricing: price(PI_AI.date, {
      input: 1,
      output: 5,
      cacheRead: 0.05,
      cacheWrite: 1.25,
      above: { inputTokens: 272_000, input: 2, output: 7.5, cacheRead: 0.1, cacheWrite: 2.5 },
    }),
  },
  'gpt-6-sol': {
    ...gpt6,
    displayName: 'GPT-6 Sol',
    description: 'The predecessor of GPT-6.1 Sol, whose reasoning can be switched off.',
    apiModel: 'gpt-6-sol',
    family: 'gpt-sol',
    releaseDate: '2026-09-22',
    reasoning: CAN_SKIP_REASONING,
    pricing: price(PI_AI.date, {
      input: 2,
      output: 10,
      cacheRead: 0.2,
      cacheWrite: 2.5,
      above: { inputTokens: 272_000, input: 4, output: 15, cacheRead: 0.4, cacheWrite: 5 },
    }),
  },
  'gpt-6-luna': {
    ...gpt6,
    displayName: 'GPT-6 Luna',
    description: 'The fastest and cheapest of the GPT-6 line, for many small and well-defined tasks.',
    apiModel: 'gpt-6-luna',
    family: 'gpt-luna',
    releaseDate: '2026-09-22',
    knowledgeCutoff: '2026-05-18',
    reasoning: CAN_SKIP_REASONING,
    pricing: price(PI_AI.date, {
      input: 0.1,
      output: 0.5,
      cacheRead: 0.01,
      cacheWrite: 0.125,
      above: { inputTokens: 272_000, input: 0.2, output: 0.75, cacheRead: 0.02, cacheWrite: 0.25 },
    }),
  },
  'chat-latest': {
    ...ALWAYS_REASONING_MODEL,
    builtInTools: ['web_search'],
    displayName: 'Chat Latest',
    description: 'A moving name for the model ChatGPT uses at the moment; the vendor decides what answers.',
    apiModel: 'chat-latest',
    family: null,
    releaseDate: null,
    knowledgeCutoff: null,
    limits: GPT_5_CONTEXT,
    reasoning: effort(['medium'], 'medium'),
    batch: NO_BATCH,
    pricing: price(PI_AI.date, { input: 5, output: 30, cacheRead: 0.5 }),
    source: sources(
      PI_AI.name,
      'its one reasoning effort as in the gpt-5.2 chat model, models.dev, 2026-07-02',
    ),
  },
} as const satisfies Readonly<Record<string, ModelDefinition<'responses_api'>>>;
