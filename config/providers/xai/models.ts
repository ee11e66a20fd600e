import {
  type BatchSupport,
  defineModels,
  type ModelDefinition,
  type ReasoningEffort,
  type ReasoningSupport,
} from '../../../src/core/model-config.ts';
import { RESPONSES } from '../apis.ts';
import { XAI_INPUT } from '../input-estimates.ts';
import { price } from '../price.ts';
import { NO_SAMPLING } from '../sampling.ts';
import { withBilling } from '../with-billing.ts';
import { XAI_BILLING } from './billing.ts';
import {
  MODELS_DEV,
  OPEN_ROUTER,
  PI_AI,
  XAI_AI_SDK,
  XAI_DATES,
  XAI_NOTICE,
  XAI_PAGES,
  XAI_PROBES,
  checkedAgainst,
} from '../sources.ts';

/** Beyond 100,000 requests the vendor throttles; 25 MB is what it takes in one piece. The discount differs by model. */
const batch = (discountPercent: number | null): BatchSupport => ({
  type: 'native',
  maxRequests: 100_000,
  maxFileSizeMb: 25,
  discountPercent,
});

/** What every Grok shares. The Responses API has no stop sequences, seed or penalties. */
const grok = {
  ...RESPONSES,
  family: 'grok',
  status: { type: 'active' },
  knowledgeCutoff: null,
  inputModalities: ['text', 'image'],
  outputModalities: ['text'],
  streaming: true,
  functionCalling: true,
  parallelToolCalls: true,
  structuredOutput: true,
  citations: true,
  builtInTools: ['web_search', 'code_interpreter'],
  temperature: { type: 'range', min: 0, max: 2, default: null },
  sampling: { ...NO_SAMPLING, topP: { min: 0, max: 1 } },
  verbosity: null,
  batch: batch(null),
  inputEstimate: XAI_INPUT,
} as const satisfies Partial<ModelDefinition<'responses_api'>>;

const effort = (
  values: readonly ReasoningEffort[],
  fallback: ReasoningEffort | null = null,
): ReasoningSupport => ({ type: 'effort', values, default: fallback });

const LOW_TO_HIGH = ['low', 'medium', 'high'] as const;
const LOW_TO_XHIGH = [...LOW_TO_HIGH, 'xhigh'] as const;

/** The vendor lists no output limit: the window bounds it. */
const flagship = {
  ...grok,
  limits: {
    contextWindow: 500_000,
    maxInputTokens: null,
    maxOutputTokens: 500_000,
    defaultMaxOutputTokens: 32_768,
  },
} as const;

const longContext = {
  ...grok,
  limits: {
    contextWindow: 1_000_000,
    maxInputTokens: null,
    maxOutputTokens: 30_000,
    defaultMaxOutputTokens: 30_000,
  },
  inputModalities: ['text', 'image', 'file'],
} as const;

const grok420 = {
  ...longContext,
  releaseDate: '2026-03-09',
  pricing: price(MODELS_DEV.date, {
    input: 1.25,
    output: 2.5,
    cacheRead: 0.2,
    above: { inputTokens: 200_000, input: 2.5, output: 5, cacheRead: 0.4 },
  }),
} as const;

const MODELS: Readonly<Record<string, ModelDefinition<'responses_api'>>> = {
  'grok-4.7': {
    ...flagship,
    displayName: 'Grok 4.7',
    description: 'The current Grok; always reasons.',
    apiModel: 'grok-4.7',
    releaseDate: '2026-09-21',
    reasoning: effort(LOW_TO_XHIGH, 'high'),
    batch: batch(20),
    pricing: price(PI_AI.date, {
      input: 2,
      output: 6,
      cacheRead: 0.5,
      above: { inputTokens: 200_000, input: 4, output: 12, cacheRead: 1 },
    }),
    ...checkedAgainst(PI_AI, OPEN_ROUTER, XAI_DATES),
  },
  'grok-4.6': {
    ...flagship,
    displayName: 'Grok 4.6',
    description: 'The predecessor of Grok 4.7; always reasons.',
    apiModel: 'grok-4.6',
    releaseDate: '2026-08-12',
    reasoning: effort(LOW_TO_XHIGH, 'high'),
    batch: batch(20),
    pricing: price(PI_AI.date, {
      input: 2,
      output: 6,
      cacheRead: 0.5,
      above: { inputTokens: 200_000, input: 4, output: 12, cacheRead: 1 },
    }),
    ...checkedAgainst(PI_AI, OPEN_ROUTER, XAI_AI_SDK, XAI_DATES),
  },
  'grok-4.5': {
    ...flagship,
    displayName: 'Grok 4.5',
    description: 'An older Grok for programming and knowledge work; always reasons.',
    apiModel: 'grok-4.5',
    releaseDate: '2026-07-08',
    knowledgeCutoff: '2026-02',
    reasoning: effort(LOW_TO_HIGH, 'high'),
    pricing: price(PI_AI.date, {
      input: 2,
      output: 6,
      cacheRead: 0.3,
      above: { inputTokens: 200_000, input: 4, output: 12, cacheRead: 0.6 },
    }),
    ...checkedAgainst(PI_AI, OPEN_ROUTER, XAI_AI_SDK, XAI_PROBES, XAI_DATES),
  },
  'grok-4.3': {
    ...longContext,
    displayName: 'Grok 4.3',
    description: 'A Grok with a context of a million tokens, whose reasoning can be switched off.',
    apiModel: 'grok-4.3',
    releaseDate: '2026-04-17',
    reasoning: effort(['none', ...LOW_TO_HIGH], 'low'),
    batch: batch(20),
    pricing: price(PI_AI.date, {
      input: 1.25,
      output: 2.5,
      cacheRead: 0.2,
      above: { inputTokens: 200_000, input: 2.5, output: 5, cacheRead: 0.4 },
    }),
    ...checkedAgainst(MODELS_DEV, PI_AI, OPEN_ROUTER, XAI_PAGES, XAI_AI_SDK),
  },
  'grok-4.20-reasoning': {
    ...grok420,
    displayName: 'Grok 4.20 (reasoning)',
    description: 'Reasons on every request; how much cannot be chosen.',
    apiModel: 'grok-4.20-0309-reasoning',
    reasoning: { type: 'always' },
    batch: batch(20),
    ...checkedAgainst(MODELS_DEV, XAI_PAGES),
  },
  'grok-4.20-non-reasoning': {
    ...grok420,
    displayName: 'Grok 4.20 (non-reasoning)',
    description: 'Grok 4.20 that answers at once, without reasoning.',
    apiModel: 'grok-4.20-0309-non-reasoning',
    reasoning: { type: 'counterpart', model: 'grok-4.20-reasoning' },
    batch: batch(20),
    ...checkedAgainst(MODELS_DEV, XAI_PAGES),
  },
  'grok-4.20-multi-agent': {
    ...grok420,
    displayName: 'Grok 4.20 Multi-Agent',
    description: "Several agents work on one answer; takes no functions of the caller's.",
    apiModel: 'grok-4.20-multi-agent-0309',
    functionCalling: false,
    parallelToolCalls: false,
    reasoning: effort(LOW_TO_XHIGH),
    batch: { type: 'none' },
    ...checkedAgainst(MODELS_DEV, XAI_PAGES),
  },
  'grok-build-0.1': {
    ...grok,
    displayName: 'Grok Build 0.1',
    description: 'A Grok for programming; shut down.',
    apiModel: 'grok-build-0.1',
    family: 'grok-build',
    status: { type: 'retired', replacement: 'grok-4.7', shutdownDate: '2026-11-19' },
    releaseDate: '2026-04-16',
    limits: {
      contextWindow: 256_000,
      maxInputTokens: null,
      maxOutputTokens: 256_000,
      defaultMaxOutputTokens: 32_768,
    },
    inputModalities: ['text', 'image', 'file'],
    reasoning: { type: 'always' },
    batch: { type: 'none' },
    pricing: price(MODELS_DEV.date, {
      input: 1,
      output: 2,
      cacheRead: 0.2,
      above: { inputTokens: 200_000, input: 2, output: 4, cacheRead: 0.4 },
    }),
    ...checkedAgainst(MODELS_DEV, XAI_NOTICE),
  },
};

export const XAI_MODELS = defineModels<'responses_api'>('xai', withBilling(MODELS, XAI_BILLING));
