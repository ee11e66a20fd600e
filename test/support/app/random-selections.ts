import {
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import type { Generation } from '../../../src/core/generation.ts';
import type { GenerationEvent } from '../../../src/core/generation-event.ts';
import { ProviderFactory } from '../../../src/registry/provider-factory.ts';
import { ModelRegistry } from '../../../src/registry/model-registry.ts';
import { TextProviderRegistry } from '../../../src/registry/text-provider-registry.ts';
import { CatalogueService } from '../../../src/services/catalogue/catalogue-service.ts';
import { ProviderHealthService } from '../../../src/services/providers/provider-health.ts';
import { createToy, toyModels } from './toy-provider.ts';

/** A small generator of numbers that gives the same ones every time (mulberry32). */
export const createRandom = (seed: number) => {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    below: (n: number): number => Math.floor(next() * n),
    chance: (p: number): boolean => next() < p,
    pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T,
  };
};

/** A random subscription to `generationEvents`: aliases, fragments of both kinds, directives with variables. */
export const createSelection = (schema: GraphQLSchema, seed: number): string => {
  const { below, chance, pick } = createRandom(seed);
  const fragments: string[] = [];

  const directive = (): string =>
    chance(0.15) ? ` @${pick(['skip', 'include'])}(if: $${pick(['yes', 'no'])})` : '';

  const related = (type: GraphQLCompositeType): readonly GraphQLCompositeType[] => [
    type,
    ...(isAbstractType(type) ? schema.getPossibleTypes(type) : []),
    ...(isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : []),
  ];
  const field = (type: GraphQLCompositeType, depth: number): string => {
    if (isUnionType(type) || chance(0.1)) return `${chance(0.5) ? 'kind: ' : ''}__typename${directive()}`;
    const fields = Object.values(type.getFields()).filter(
      ({ args, type: result }) =>
        !args.some(isRequiredArgument) && (depth > 0 || isLeafType(getNamedType(result))),
    );
    if (fields.length === 0) return '__typename';
    const { name, type: result } = pick(fields);
    const named = getNamedType(result);
    const alias = chance(0.3) ? `${name}${pick(['A', 'B'])}: ` : '';
    return `${alias}${name}${directive()}${isCompositeType(named) ? selectionOf(named, depth - 1) : ''}`;
  };
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const kind = below(10);
    if (kind < 6 || depth < 0) return field(type, depth);
    const on = pick(related(type));
    if (kind < 9) return `... on ${on.name}${directive()} ${selectionOf(on, depth - 1)}`;
    const name = `Part${fragments.length}`;
    fragments.push('');
    fragments[Number(name.slice(4))] = `fragment ${name} on ${on.name} ${selectionOf(on, depth - 1)}`;
    return `...${name}${directive()} ...${name}`;
  };
  const selectionOf = (type: GraphQLCompositeType, depth: number): string =>
    `{ ${Array.from({ length: 1 + below(3) }, () => selection(type, depth)).join(' ')} }`;

  const events = schema.getType('GenerationEvent') as GraphQLCompositeType;
  const everything = Array.from({ length: 6 }, () => selection(events, 3)).join(' ');
  return `subscription ($yes: Boolean!, $no: Boolean!) {
    events: generationEvents(id: "g") { used: sequence @skip(if: $yes) @include(if: $no) ${everything} }
  } ${fragments.join(' ')}`;
};

const [config] = toyModels({ toy: {} });
if (config === undefined) throw new TypeError('there is no toy model');

const usage = {
  inputTokens: 7,
  outputTokens: null,
  totalTokens: 9,
  cacheReadTokens: null,
  cacheWriteTokens: 0,
  reasoningTokens: 1,
  audioInputTokens: null,
  source: 'provider',
} as const;
const cost = {
  currency: 'USD',
  total: 0.5,
  input: 0.25,
  output: 0.25,
  cacheRead: 0,
  cacheWrite: 0,
  toolFees: [{ tool: 'web_search', count: 3, amount: 0.03 }],
  source: 'provider',
  listTotal: 0.53,
  serviceTier: 'priority',
  effectiveDate: '2026-11-01',
} as const;
const toolCall = {
  callId: 'call',
  name: 'weather',
  arguments: { place: ['Oslo', { deep: null }] },
  builtIn: false,
  result: null,
  opaque: 'signature',
} as const;
const citation = {
  url: 'https://example.org',
  title: null,
  snippet: null,
  startIndex: 0,
  endIndex: 5,
} as const;
const warning = {
  code: 'PARAMETER_DROPPED',
  message: 'Dropped.',
  path: ['input', 'seed'],
  from: 7,
  to: null,
} as const;
const error = {
  code: 'PROVIDER_FAILED',
  message: 'It failed.',
  retryable: true,
  retryAfterMs: null,
  provider: 'toy',
  providerStatus: 500,
} as const;
const resolution = {
  requested: 'Toy',
  config,
  steps: [{ from: 'Toy', to: 'toy', reason: 'exact' }],
  reasoning: false,
} as const;
const generation: Generation = {
  id: 'g',
  principalId: 'local',
  status: 'failed',
  resolution,
  text: 'Hello "you"',
  reasoning: null,
  toolCalls: [toolCall],
  citations: [citation],
  output: null,
  outputViolations: [{ path: '/a~1b', message: 'must be string' }],
  turns: [{ textEnd: 5, reasoningEnd: 0, toolCallEnd: 1, state: [{ type: 'opaque' }], next: [] }],
  finishReason: 'stop',
  rawFinishReason: 'stop',
  usage,
  cost,
  warnings: [warning],
  error,
  metadata: { a: [1] },
  lastSequence: 12,
  createdAt: new Date(0),
  startedAt: new Date(1),
  completedAt: null,
  firstDeltaMs: 1.5,
};
const at = (sequence: number) => ({ generationId: 'g', sequence });
/** One of every kind, fields of all of them filled. */
export const EVENTS: readonly GenerationEvent[] = [
  { ...at(1), type: 'GenerationStarted', resolution },
  { ...at(1), type: 'GenerationSnapshot', generation },
  { ...at(2), type: 'ReasoningDelta', offset: 0, text: 'Hm' },
  { ...at(3), type: 'TextDelta', offset: 0, text: 'Hello' },
  { ...at(4), type: 'ToolCallDelta', callId: 'call', name: 'weather', argumentsDelta: '{"' },
  { ...at(5), type: 'ToolCallReady', toolCall },
  { ...at(6), type: 'CitationAdded', citation },
  { ...at(7), type: 'UsageUpdated', usage, cost: null },
  { ...at(8), type: 'UsageUpdated', usage, cost },
  { ...at(9), type: 'WarningRaised', warning },
  { ...at(9), type: 'OutputUpdated', path: '/a~1b', change: 'set', value: { deep: [null] } },
  { ...at(9), type: 'OutputUpdated', path: '', change: 'done', value: null },
  { ...at(10), type: 'ActionRequired', toolCalls: [toolCall, toolCall] },
  { ...at(11), type: 'GenerationCompleted', finishReason: 'stop', generation },
  { ...at(11), type: 'GenerationCancelled', generation },
  { ...at(11), type: 'GenerationFailed', error, generation },
];

const createCatalogue = (): CatalogueService => {
  const registry = new TextProviderRegistry();
  registry.registerTextProvider(createToy().descriptor);
  const models = new ModelRegistry(
    { models: [config], aliases: {}, places: new Map() },
    registry.descriptors(),
  );
  const factory = new ProviderFactory(registry, () => {
    throw new TypeError('no provider is needed');
  });
  return new CatalogueService(
    models,
    registry.descriptors(),
    factory,
    new ProviderHealthService({ failures: 0 }),
  );
};

/** What resolvers below an event need. */
export const createEventContext = () => ({
  principalId: 'local',
  catalogue: createCatalogue(),
});
