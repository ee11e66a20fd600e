import type { ModelDefinition } from '../../../src/core/model-config.ts';
import { price } from '../price.ts';
import { MODELS_DEV, PI_AI, sources } from '../sources.ts';
import {
  adaptive,
  alwaysAdaptive,
  CLAUDE_LONG_CONTEXT,
  CLAUDE_MODEL,
  UNPUBLISHED_LIMITS,
} from './claude-model.ts';

const SDK = '@anthropic-ai/sdk 1.12.0 types and changelog';
const SOURCE = sources(PI_AI.name, SDK, 'platform.claude.com model pages');
const WITH_MODELS_DEV = sources(MODELS_DEV.name, SOURCE);

const claude5 = { ...CLAUDE_MODEL, limits: CLAUDE_LONG_CONTEXT, source: SOURCE } as const;

/** Known by name and by always reasoning, as the Fable models do; everything unpublished is null. */
const mythos = {
  ...CLAUDE_MODEL,
  description: 'A Claude for invited customers; its limits and prices are not published.',
  family: 'claude-mythos',
  status: { type: 'preview' },
  knowledgeCutoff: null,
  limits: UNPUBLISHED_LIMITS,
  reasoning: alwaysAdaptive(null),
  pricing: null,
  source: sources(SDK),
} as const;

export const CLAUDE_5_MODELS = {
  'claude-fable-5-2': {
    ...claude5,
    displayName: 'Claude Fable 5.2',
    description: 'The most capable Claude, for demanding reasoning and long tasks; always reasons.',
    apiModel: 'claude-fable-5-2',
    family: 'claude-fable',
    releaseDate: '2026-11-09',
    knowledgeCutoff: null,
    reasoning: alwaysAdaptive(null),
    pricing: price(PI_AI.date, { input: 8, output: 40, cacheRead: 0.2, cacheWrite: 10 }),
  },
  'claude-fable-5-1': {
    ...claude5,
    displayName: 'Claude Fable 5.1',
    description: 'The predecessor of Claude Fable 5.2; always reasons.',
    apiModel: 'claude-fable-5-1',
    family: 'claude-fable',
    releaseDate: null,
    knowledgeCutoff: '2026-06',
    reasoning: alwaysAdaptive('high'),
    pricing: price(PI_AI.date, { input: 10, output: 50, cacheRead: 0.25, cacheWrite: 12.5 }),
  },
  'claude-fable-5': {
    ...claude5,
    displayName: 'Claude Fable 5',
    description: 'The first Claude Fable; always reasons.',
    apiModel: 'claude-fable-5',
    family: 'claude-fable',
    releaseDate: '2026-06-09',
    knowledgeCutoff: '2026-01',
    reasoning: alwaysAdaptive('high'),
    pricing: price(PI_AI.date, { input: 10, output: 50, cacheRead: 1, cacheWrite: 12.5 }),
    source: WITH_MODELS_DEV,
  },
  'claude-opus-5-5': {
    ...claude5,
    displayName: 'Claude Opus 5.5',
    description: 'For long-running programming and knowledge work; always reasons.',
    apiModel: 'claude-opus-5-5',
    family: 'claude-opus',
    releaseDate: '2026-09-22',
    knowledgeCutoff: '2026-06',
    reasoning: alwaysAdaptive('medium'),
    pricing: price(PI_AI.date, { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 }),
  },
  'claude-opus-5': {
    ...claude5,
    displayName: 'Claude Opus 5',
    description: 'The predecessor of Claude Opus 5.5, whose reasoning can be switched off.',
    apiModel: 'claude-opus-5',
    family: 'claude-opus',
    releaseDate: '2026-07-24',
    knowledgeCutoff: '2026-05',
    reasoning: adaptive('high'),
    pricing: price(PI_AI.date, { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }),
  },
  'claude-sonnet-5-5': {
    ...claude5,
    displayName: 'Claude Sonnet 5.5',
    description: 'The balance of speed and intelligence; its reasoning cannot be switched off wholly.',
    apiModel: 'claude-sonnet-5-5',
    family: 'claude-sonnet',
    releaseDate: '2026-09-28',
    knowledgeCutoff: '2026-06',
    reasoning: alwaysAdaptive('high'),
    pricing: price(PI_AI.date, { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 }),
  },
  'claude-sonnet-5': {
    ...claude5,
    displayName: 'Claude Sonnet 5',
    description: 'The predecessor of Claude Sonnet 5.5, whose reasoning can be switched off.',
    apiModel: 'claude-sonnet-5',
    family: 'claude-sonnet',
    releaseDate: '2026-06-30',
    knowledgeCutoff: '2026-01-31',
    reasoning: adaptive('high'),
    pricing: price(PI_AI.date, { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 }),
    source: WITH_MODELS_DEV,
  },
  'claude-haiku-5-5': {
    ...claude5,
    displayName: 'Claude Haiku 5.5',
    description: 'The fastest and cheapest Claude, for high volume: classification, extraction, routing.',
    apiModel: 'claude-haiku-5-5',
    family: 'claude-haiku',
    releaseDate: '2026-10-07',
    knowledgeCutoff: '2026-06',
    reasoning: adaptive('medium'),
    pricing: price(PI_AI.date, {
      input: 0.1,
      output: 0.5,
      cacheRead: 0.01,
      cacheWrite: 0.125,
      above: { inputTokens: 100_000, input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite: 0.625 },
    }),
  },
  'claude-mythos-5-2': {
    ...mythos,
    displayName: 'Claude Mythos 5.2',
    apiModel: 'claude-mythos-5-2',
    releaseDate: '2026-11-09',
  },
  'claude-mythos-5-1': {
    ...mythos,
    displayName: 'Claude Mythos 5.1',
    apiModel: 'claude-mythos-5-1',
    releaseDate: null,
  },
  'claude-mythos-5': {
    ...mythos,
    displayName: 'Claude Mythos 5',
    apiModel: 'claude-mythos-5',
    releaseDate: '2026-06-09',
  },
  'claude-mythos-preview': {
    ...mythos,
    displayName: 'Claude Mythos Preview',
    apiModel: 'claude-mythos-preview',
    releaseDate: null,
  },
} as const satisfies Readonly<Record<string, ModelDefinition<'messages'>>>;
