import {
  buildSchema,
  type ExecutionResult,
  getIntrospectionQuery,
  type GraphQLObjectType,
  parse,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { createExecute } from '../../../src/server/compiled/execute.ts';
import { request, startApp } from '../../support/app/app.ts';

/** A schema whose fields count how often they are asked for. */
const createCounting = () => {
  const schema = buildSchema(`
    type Query { now: Thing later: Thing failing: Thing }
    type Mutation { change: Thing }
    type Thing { name: String! }
  `);
  const calls: string[] = [];
  const resolveBy = (type: GraphQLObjectType | null | undefined, name: string, give: () => unknown): void => {
    const field = type?.getFields()[name];
    if (field === undefined) throw new TypeError(`there is no field ${name}`);
    field.resolve = () => {
      calls.push(name);
      return give();
    };
  };
  const query = schema.getQueryType();
  resolveBy(query, 'now', () => ({ name: 'here' }));
  resolveBy(query, 'later', () => Promise.resolve({ name: 'here' }));
  resolveBy(query, 'failing', () => ({ name: null }));
  resolveBy(schema.getMutationType(), 'change', () => ({ name: 'changed' }));
  const execute = createExecute({ hideSuggestions: false });
  return {
    calls,
    executeAgain: (text: string) => {
      const document = parse(text);
      return async (times: number): Promise<readonly ExecutionResult[]> => {
        const results: ExecutionResult[] = [];
        for (let time = 0; time < times; time += 1) results.push(await execute({ schema, document }));
        return results;
      };
    },
  };
};

describe('an operation that comes again', () => {
  test('is answered the same, each field asked for once each time', async () => {
    const { calls, executeAgain } = createCounting();
    const results = await executeAgain('{ now { name } again: now { name } }')(3);
    for (const result of results)
      expect(JSON.stringify(result)).toBe('{"data":{"now":{"name":"here"},"again":{"name":"here"}}}');
    expect(calls).toEqual(Array.from({ length: 6 }, () => 'now'));
  });

  test('is asked for once more only when it turns out that a field has to be waited for', async () => {
    const { calls, executeAgain } = createCounting();
    const results = await executeAgain('{ later { name } }')(4);
    for (const result of results) expect(result).toEqual({ data: { later: { name: 'here' } } });
    expect(calls).toHaveLength(5);
  });

  test('fails the same', async () => {
    const results = await createCounting().executeAgain('{ failing { name } }')(3);
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(results[2]).toMatchObject({ data: { failing: null }, errors: [{ path: ['failing', 'name'] }] });
  });

  test('is executed once each time when it is a mutation', async () => {
    const { calls, executeAgain } = createCounting();
    await executeAgain('mutation { change { name } }')(3);
    expect(calls).toHaveLength(3);
  });
});

const QUERIES: Readonly<Record<string, string>> = {
  'a filtered list': `{
    models(where: { reasoning: true }, orderBy: { field: INPUT_PRICE, direction: DESC }, first: 7) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { cursor node { ...Told } }
      nodes { ... on Node { id __typename } kind: __typename }
    }
  } fragment Told on Model { name pricing { inputPerMillion tiers { inputPerMillion } } capabilities { reasoning { efforts } } parameters { name } }`,
  'all providers with their models':
    '{ providers { id name capabilities { streaming } models { totalCount } } }',
  'a field that has to be waited for': '{ models(first: 2) { nodes { name available } } }',
  'an unknown name': '{ resolveModel(name: "no-such-model") { requested } }',
  'a name that is nobody': '{ model(name: "no-such-model") { name } provider(name: "nobody") { name } }',
  'a node': `{ node(id: "bm9uZTpub25l") { __typename } }`,
  introspection: getIntrospectionQuery(),
};

test.each(Object.entries(QUERIES))(
  'of the schema itself, %s is answered the same each time',
  async (_name, query) => {
    await using app = await startApp();
    const answers = [];
    for (let time = 0; time < 3; time += 1) answers.push(JSON.stringify(await request(app, query)));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^\{"(data|errors)":/);
  },
);

test('a variable is read anew each time', async () => {
  await using app = await startApp();
  const query =
    'query ($first: Int, $yes: Boolean = true) { models(first: $first) { nodes { name @include(if: $yes) id @skip(if: $yes) } } }';
  const namesOf = async (variables: Readonly<Record<string, unknown>>): Promise<readonly object[]> =>
    (await request(app, query, variables)).data.models.nodes as object[];
  for (const first of [1, 2, 3, 1]) expect(await namesOf({ first })).toHaveLength(first);
  const [byId] = await namesOf({ first: 1, yes: false });
  expect(Object.keys(byId ?? {})).toEqual(['id']);
});
