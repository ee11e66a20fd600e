import {
  buildSchema,
  type ExecutionResult,
  executeSubscriptionEvent,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  parse,
  validate,
  type ValidatedSubscriptionArgs,
  validateSubscriptionArgs,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { createSchema } from '../../../src/schema/index.ts';
import { fromByteText } from '../../../src/lib/to-byte-text.ts';
import { createJsonPlan, createSelectionPlan } from '../../../src/server/compiled/selection-plan.ts';
import { createEventContext, createSelection, EVENTS } from '../../support/app/random-selections.ts';

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

/** Events whose every field is a plain value: plain execution must never be needed for them. */
const PLAIN = EVENTS.filter((event) => !('generation' in event) && event.type !== 'GenerationStarted');

describe('a planned selection of generation events', () => {
  const schema = createSchema();
  const context = createEventContext();
  const variables = { yes: true, no: false };
  const selections = Array.from({ length: 1_000 }, (_, seed) => createSelection(schema, seed)).filter(
    (query) => validate(schema, parse(query)).length === 0,
  );

  test('gives for every event what plain execution gives, keys in the same order', async () => {
    let planned = 0;
    for (const query of selections) {
      const args = openArgs(schema, query, variables, context);
      const plan = createSelectionPlan(args);
      const toJson = createJsonPlan(args);
      for (const event of [...EVENTS, ...EVENTS]) {
        const result = plan(event);
        const texts = [toJson(event, false), toJson(event, true), toJson(event, true)];
        if (PLAIN.includes(event)) expect(result, `${event.type} of ${query}`).toBeDefined();
        if (result === undefined) {
          expect(texts).toEqual([undefined, undefined, undefined]);
          continue;
        }
        planned += 1;
        const expected = JSON.stringify(await executePlainly(args, event));
        expect(JSON.stringify(result), query).toBe(expected);
        for (const text of texts) expect(fromByteText(text ?? ''), query).toBe(expected);
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
    return {
      plan: createSelectionPlan(args),
      toJson: createJsonPlan(args),
      plainly: (event: unknown) => executePlainly(args, event),
    };
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

  test.each([
    '',
    'plain words',
    'say "this" \\ that\n\u0000\u007f\u2028',
    'naïve, 你好, 😀',
    'half of a pair: \ud83d',
    'long '.repeat(50_000),
  ])('gives the JSON of a text as plain execution does: %j', async (text) => {
    const { toJson, plainly } = planOf('{ name }');
    const json = toJson({ ...thing, name: text }, false) ?? '';
    const sent = Buffer.from(JSON.stringify(await plainly({ ...thing, name: text })));
    expect(Buffer.from(json, 'latin1').equals(sent)).toBe(true);
  });

  test('leaves the JSON of what is so large that it has to be measured to plain execution, and not the next', async () => {
    const { toJson, plainly } = planOf('{ ... on Small { many { name } } }');
    const many = Array.from({ length: 20 }, () => ({ ...thing, name: 'a'.repeat(100_000) }));
    expect(toJson({ ...thing, many }, false)).toBeUndefined();
    const fewer = { ...thing, many: many.slice(0, 5) };
    expect(toJson(fewer, false)).toBe(JSON.stringify(await plainly(fewer)));
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

describe('an event that several subscribers are sent in one turn', () => {
  const schema = buildSchema(`
    type Query { unused: Int }
    type Subscription { thing(size: Int): Thing }
    type Thing { name: String owner: String size: Int }
  `);
  const subscription = schema.getSubscriptionType()?.getFields()['thing'];
  const fields = (schema.getType('Thing') as GraphQLObjectType).getFields();
  const [name, owner] = [fields['name'], fields['owner']];
  if (subscription === undefined || name === undefined || owner === undefined)
    throw new TypeError('the schema is not what it was');
  let asked = 0;
  name.resolve = (source: { name: string }) => {
    asked += 1;
    return source.name;
  };
  owner.resolve = (_source, _args, context: { owner: string }) => context.owner;

  const readAll = (selection: string, event: object, resolve: (event: object, args: object) => unknown) => {
    subscription.resolve = resolve;
    asked = 0;
    const document = parse(`subscription ($size: Int) { thing(size: $size) ${selection} }`);
    return ['a', 'b', 'c'].map((who, index) => {
      const variableValues = { size: index };
      const args = validateSubscriptionArgs({
        schema,
        document,
        variableValues,
        contextValue: { owner: who },
      });
      if (!('schema' in args)) throw new TypeError('the subscription has no valid arguments');
      return createJsonPlan(args)(event, true);
    });
  };

  test('is read once for all of them', () => {
    const texts = readAll('{ name size }', { name: 'x', size: 1 }, (event) => event);
    expect(texts).toEqual(Array.from({ length: 3 }, () => '{"data":{"thing":{"name":"x","size":1}}}'));
    expect(asked).toBe(1);
  });

  test('is read for each of them where a field depends on who asks', () => {
    const texts = readAll('{ owner }', { name: 'x' }, (event) => event);
    expect(texts).toEqual(['a', 'b', 'c'].map((who) => `{"data":{"thing":{"owner":"${who}"}}}`));
  });

  test('is read for each of them where it depends on the arguments of the subscription', () => {
    const texts = readAll('{ name size }', { name: 'x' }, (event, args) => ({ ...event, ...args }));
    expect(texts).toEqual([0, 1, 2].map((size) => `{"data":{"thing":{"name":"x","size":${size}}}}`));
  });

  test('is read again in the next turn', async () => {
    const event = { name: 'x' };
    readAll('{ name }', event, (own) => own);
    await new Promise(setImmediate);
    event.name = 'y';
    expect(readAll('{ name }', event, (own) => own)[2]).toBe('{"data":{"thing":{"name":"y"}}}');
  });
});
