import {
  buildSchema,
  type ExecutionResult,
  executeSubscriptionEvent,
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
  parse,
  validate,
  type ValidatedSubscriptionArgs,
  validateSubscriptionArgs,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Generation } from '../../src/core/generation.ts';
import type { GenerationEvent } from '../../src/core/generation-event.ts';
import { ProviderFactory } from '../../src/registry/provider-factory.ts';
import { ModelRegistry } from '../../src/registry/model-registry.ts';
import { TextProviderRegistry } from '../../src/registry/text-provider-registry.ts';
import { createSchema } from '../../src/schema/index.ts';
import { createSelectionPlan } from '../../src/server/selection-plan.ts';
import { CatalogueService } from '../../src/services/catalogue-service.ts';
import { ProviderHealthService } from '../../src/services/provider-health.ts';
import { createToy, toyModels } from '../support/toy-provider.ts';

const openArgs = (
  schema: GraphQLSchema,
  query: string,
  variableValues: Readonly<Record<string, unknown>> = {},
  contextValue: unknown = {},
): ValidatedSubscriptionArgs => {
  const args = validateSubscriptionArgs({ schema, document: parse(query), variableValues, contextValue });
  if (!('schema' in args)) throw new TypeError('the subscription has no valid arguments');
  return args;
};

const executePlainly = (args: ValidatedSubscriptionArgs, event: unknown): Promise<ExecutionResult> =>
  Promise.resolve(executeSubscriptionEvent({ ...args, rootValue: event }));

/** A small generator of numbers that gives the same ones every time (mulberry32). */
const createRandom = (seed: number) => {
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
const createSelection = (schema: GraphQLSchema, seed: number): string => {
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
const EVENTS: readonly GenerationEvent[] = [
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
  { ...at(10), type: 'ActionRequired', toolCalls: [toolCall, toolCall] },
  { ...at(11), type: 'GenerationCompleted', finishReason: 'stop', generation },
  { ...at(11), type: 'GenerationCancelled', generation },
  { ...at(11), type: 'GenerationFailed', error, generation },
];

/** Events whose every field is a plain value: plain execution must never be needed for them. */
const PLAIN = EVENTS.filter((event) => !('generation' in event) && event.type !== 'GenerationStarted');

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
  return new CatalogueService(models, registry.descriptors(), factory, new ProviderHealthService());
};

describe('a planned selection of generation events', () => {
  const schema = createSchema();
  const context = {
    principalId: 'local',
    catalogue: createCatalogue(),
    loaders: { providerHealth: { load: () => Promise.resolve({ status: 'unknown' }) } },
  };
  const variables = { yes: true, no: false };
  const selections = Array.from({ length: 1_000 }, (_, seed) => createSelection(schema, seed)).filter(
    (query) => validate(schema, parse(query)).length === 0,
  );

  test('gives for every event what plain execution gives, keys in the same order', async () => {
    let planned = 0;
    for (const query of selections) {
      const args = openArgs(schema, query, variables, context);
      const plan = createSelectionPlan(args);
      for (const event of [...EVENTS, ...EVENTS]) {
        const result = plan(event);
        if (PLAIN.includes(event)) expect(result, `${event.type} of ${query}`).toBeDefined();
        if (result === undefined) continue;
        planned += 1;
        expect(JSON.stringify(result), query).toBe(JSON.stringify(await executePlainly(args, event)));
      }
    }
    expect(selections.length).toBeGreaterThan(300);
    expect(planned).toBeGreaterThan(selections.length * PLAIN.length * 2);
  });
});

describe('a planned selection', () => {
  const schema = buildSchema(`
    type Query { unused: Int }
    type Subscription { thing(size: Int = 3): Thing }
    interface Thing { id: ID! name(loud: Boolean = false): String }
    type Small implements Thing { id: ID! name(loud: Boolean = false): String many: [Small!] count: Int! }
    type Large implements Thing { id: ID! name(loud: Boolean = false): String parts: [[Int]] }
  `);
  const thing = { __typename: 'Small', id: 'x', name: 'a thing', many: null, count: 1 };
  const subscription = schema.getSubscriptionType()?.getFields()['thing'];
  const thingType = schema.getType('Thing');
  const small = schema.getType('Small');
  if (subscription === undefined || !isInterfaceType(thingType) || !isObjectType(small))
    throw new TypeError('the schema is not what it was');
  subscription.resolve = (event: unknown) => event;
  thingType.resolveType = (value: { __typename: string }) => value.__typename;
  const name = small.getFields()['name'];
  if (name === undefined) throw new TypeError('there is no name');
  name.resolve = (source: { name: unknown }, { loud }: { loud: boolean }) =>
    loud && typeof source.name === 'string' ? source.name.toUpperCase() : source.name;

  const planOf = (selection: string, variables?: Readonly<Record<string, unknown>>) => {
    const args = openArgs(schema, `subscription ($loud: Boolean) { thing ${selection} }`, variables);
    return { plan: createSelectionPlan(args), plainly: (event: unknown) => executePlainly(args, event) };
  };

  test('gives a field the arguments it was selected with', () => {
    const { plan } = planOf('{ name loud: name(loud: $loud) }', { loud: true });
    expect(plan(thing)).toEqual({ data: { thing: { name: 'a thing', loud: 'A THING' } } });
  });

  test('merges what is selected of one key in several places', () => {
    const { plan } = planOf('{ ... on Small { many { id } } id ... on Small { many { count } } }');
    expect(JSON.stringify(plan({ ...thing, many: [thing] }))).toBe(
      '{"data":{"thing":{"many":[{"id":"x","count":1}],"id":"x"}}}',
    );
  });

  test.each([
    ['a null where none may be', '{ id ... on Small { count } }', { ...thing, count: null }],
    ['a value its type cannot stand for', '{ id ... on Small { count } }', { ...thing, count: 'many' }],
    ['an error in place of a value', '{ name }', { ...thing, name: new Error('no name') }],
    ['an object of no known type', '{ id }', { ...thing, __typename: 'Medium' }],
    ['a null inside of a list', '{ ... on Small { many { id } } }', { ...thing, many: [null] }],
    ['no list where one belongs', '{ ... on Small { many { id } } }', { ...thing, many: 7 }],
  ])('leaves an event with %s to plain execution, and plans the next', async (_what, selection, event) => {
    const { plan, plainly } = planOf(selection);
    expect(plan(event)).toBeUndefined();
    expect((await plainly(event)).errors).toHaveLength(1);
    expect(plan(thing)).toEqual(await plainly(thing));
  });

  test('leaves a field that has to be waited for to plain execution', async () => {
    const { plan, plainly } = planOf('{ name }');
    const event = { ...thing, name: Promise.resolve('late') };
    expect(plan(event)).toBeUndefined();
    expect(await plainly(event)).toEqual({ data: { thing: { name: 'late' } } });
    const failing = { ...thing, name: Promise.reject(new Error('too late')) };
    expect(plan(failing)).toBeUndefined();
    expect((await plainly(failing)).errors).toHaveLength(1);
  });

  test('leaves a resolver that asks for more than is planned to plain execution', () => {
    const { resolve } = name;
    name.resolve = (_source, _args, _context, info) => String(info.path.key);
    try {
      expect(planOf('{ name }').plan(thing)).toBeUndefined();
    } finally {
      name.resolve = resolve;
    }
  });

  test('of a key that no property can have is left to plain execution', () => {
    expect(planOf('{ __proto__: id }').plan(thing)).toBeUndefined();
  });

  test('gives null for a list that is none, and lists of lists', () => {
    expect(planOf('{ ... on Small { many { id } } }').plan(thing)).toEqual({
      data: { thing: { many: null } },
    });
    const large = { __typename: 'Large', id: 'y', name: null, parts: [[1, null], null] };
    expect(planOf('{ name ... on Large { parts } }').plan(large)).toEqual({
      data: { thing: { name: null, parts: [[1, null], null] } },
    });
  });
});
