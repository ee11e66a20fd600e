import type { ModelDefinition } from '../../../src/core/model-config.ts';
import { price } from '../price.ts';
import { MODELS_DEV, PI_AI, sources } from '../sources.ts';
import {
  ADAPTIVE_WITHOUT_XHIGH,
  adaptive,
  CLAUDE_4_5_CONTEXT,
  CLAUDE_BUDGET,
  CLAUDE_LONG_CONTEXT,
  CLAUDE_MODEL,
} from './claude-model.ts';

const SOURCE = sources(MODELS_DEV.name, PI_AI.name, '@anthropic-ai/sdk 1.12.0 types');

const longContext = { ...CLAUDE_MODEL, limits: CLAUDE_LONG_CONTEXT, source: SOURCE } as const;
const claude45 = {
  ...CLAUDE_MODEL,
  limits: CLAUDE_4_5_CONTEXT,
  reasoning: CLAUDE_BUDGET,
  source: SOURCE,
} as const;

export const CLAUDE_4_MODELS = {
  'claude-opus-4-8': {
    ...longContext,
    displayName: 'Claude Opus 4.8',
    description: 'The last Opus before the fifth generation.',
    apiModel: 'claude-opus-4-8',
    family: 'claude-opus',
    releaseDate: '2026-05-28',
    knowledgeCutoff: null,
    reasoning: adaptive(null),
    pricing: price(PI_AI.date, { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }),
  },
  'claude-opus-4-7': {
    ...longContext,
    displayName: 'Claude Opus 4.7',
    description: 'An older Opus.',
    apiModel: 'claude-opus-4-7',
    family: 'claude-opus',
    releaseDate: '2026-04-16',
    knowledgeCutoff: '2026-01-31',
    reasoning: adaptive(null),
    pricing: price(PI_AI.date, { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }),
  },
  'claude-opus-4-6': {
    ...longContext,
    displayName: 'Claude Opus 4.6',
    description: 'An older Opus, the first with a context of a million tokens.',
    apiModel: 'claude-opus-4-6',
    family: 'claude-opus',
    releaseDate: '2026-02-05',
    knowledgeCutoff: '2025-05-31',
    reasoning: ADAPTIVE_WITHOUT_XHIGH,
    pricing: price(PI_AI.date, { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }),
  },
  'claude-sonnet-4-6': {
    ...longContext,
    displayName: 'Claude Sonnet 4.6',
    description: 'An older Sonnet with a context of a million tokens.',
    apiModel: 'claude-sonnet-4-6',
    family: 'claude-sonnet',
    releaseDate: '2026-02-17',
    knowledgeCutoff: '2025-08-31',
    reasoning: ADAPTIVE_WITHOUT_XHIGH,
    pricing: price(PI_AI.date, { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }),
  },
  'claude-opus-4-5': {
    ...claude45,
    displayName: 'Claude Opus 4.5',
    description: 'An older Opus that reasons within a budget of tokens.',
    apiModel: 'claude-opus-4-5',
    family: 'claude-opus',
    releaseDate: '2025-11-24',
    knowledgeCutoff: '2025-03-31',
    pricing: price(PI_AI.date, { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }),
  },
  'claude-sonnet-4-5': {
    ...claude45,
    displayName: 'Claude Sonnet 4.5',
    description: 'An older Sonnet that reasons within a budget of tokens, kept until its retirement.',
    apiModel: 'claude-sonnet-4-5',
    family: 'claude-sonnet',
    status: { type: 'deprecated', replacement: 'claude-sonnet-5-5', shutdownDate: '2026-11-30' },
    releaseDate: '2025-09-29',
    knowledgeCutoff: '2025-07-31',
    pricing: price(PI_AI.date, { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }),
  },
  'claude-haiku-4-5': {
    ...claude45,
    displayName: 'Claude Haiku 4.5',
    description: 'An older Haiku that reasons within a budget of tokens.',
    apiModel: 'claude-haiku-4-5',
    family: 'claude-haiku',
    releaseDate: '2025-10-15',
    knowledgeCutoff: '2025-02-28',
    pricing: price(PI_AI.date, { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 }),
  },
} as const satisfies Readonly<Record<string, ModelDefinition<'messages'>>>;
