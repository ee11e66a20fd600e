import {
  getIntrospectionQuery,
  getNamedType,
  type GraphQLObjectType,
  isCompositeType,
  isObjectType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { createSchema } from '../../src/schema/index.ts';
import { DEFAULT_LIMITS } from '../../src/server/limits.ts';
import { startApp, type TestApp } from '../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { ANSWERS, openRawSocket, type Operation, post } from '../support/app/clients.ts';
import {
  createPoliteProvider,
  createToyProvider,
  finish,
  TOY_INPUT,
  toyModel,
  type ToyProvider,
} from '../support/app/toy-app.ts';

const times = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

const INPUT = '(input: { model: "toy", prompt: "Hello" })';
const generate = (selection: string): string => `mutation { generate${INPUT} { ${selection} } }`;
const nested = (levels: number): string => `${'replacement { '.repeat(levels)}id${' }'.repeat(levels)}`;
/** Each fragment spreads the next one twice: the number of fields doubles with each. */
const bomb = (fragments: number, type = 'Generation', last = 'id'): string =>
  `${times(fragments, (index) => `fragment F${index} on ${type} { ...F${index + 1} ...F${index + 1} }`)} fragment F${fragments} on ${type} { ${last} }`;

const { maxTokens, maxDepth, maxAliases, maxRootFields, maxDirectives, maxCostlyRootFields, maxComments } =
  DEFAULT_LIMITS;
const LISTS = 'model { provider { models { nodes { provider { models { nodes { name } } } } } } }';

/** What is refused, and the words that say why. Every one of them would call the provider if it were executed. */
const REFUSED: Readonly<Record<string, readonly [Operation, string]>> = {
  'a depth beyond the limit': [
    { query: generate(`model { ${nested(maxDepth - 2)} }`) },
    `a depth of ${maxDepth + 1}`,
  ],
  'a depth in a fragment': [
    { query: `${generate('...F')} fragment F on Generation { model { ${nested(maxDepth - 2)} } }` },
    `a depth of ${maxDepth + 1}`,
  ],
  'more aliases than allowed': [
    { query: generate(times(maxAliases + 1, (index) => `a${index}: id`)) },
    `a number of aliases of ${maxAliases + 1}`,
  ],
  'more aliases than allowed, in introspection': [
    { query: `{ __schema { types { ${times(maxAliases + 1, (index) => `a${index}: name`)} } } }` },
    `a number of aliases of ${maxAliases + 1}`,
  ],
  'more root fields than allowed': [
    { query: `mutation { generate${INPUT} { id } ${times(maxRootFields, () => '__typename')} }` },
    `a number of root fields of ${maxRootFields + 1}`,
  ],
  'more directives than allowed': [
    { query: generate(times(maxDirectives + 1, () => 'id @include(if: true)')) },
    `a number of directives of ${maxDirectives + 1}`,
  ],
  'more tokens than allowed': [
    { query: generate(times(maxTokens, () => 'id')) },
    `more than ${maxTokens} tokens`,
  ],
  'more complexity than allowed': [{ query: generate(LISTS) }, 'a complexity of'],
  'more generations than allowed': [
    {
      query: `mutation { ${times(maxCostlyRootFields + 1, (index) => `a${index}: generate${INPUT} { id }`)} }`,
    },
    `a number of generations of ${maxCostlyRootFields + 1}`,
  ],
  'more generations than allowed, hidden in fragments': [
    {
      query: `mutation { ...F } fragment F on Mutation { ${times(maxCostlyRootFields + 1, (index) => `... { a${index}: generate${INPUT} { id } }`)} }`,
    },
    `a number of generations of ${maxCostlyRootFields + 1}`,
  ],
  'a second operation that is the costly one': [
    {
      query: `query Cheap { __typename } mutation Costly { generate${INPUT} { ${LISTS} } }`,
      operationName: 'Costly',
    },
    'a complexity of',
  ],
  'a fragment bomb': [{ query: `${generate('...F0')} ${bomb(40)}` }, 'a number of fragment spreads of 5001'],
  'a fragment bomb in introspection': [
    { query: `{ __schema { ...F0 } } ${bomb(40, '__Schema', 'description')}` },
    'a number of fragment spreads of 5001',
  ],
  'fragments that are never spread by an operation, in a long chain': [
    {
      query: `${generate('id')} ${times(210, (index) => `fragment G${index} on Generation { ${index === 0 ? 'id' : `...G${index - 1}`} }`)}`,
    },
    'a number of fragment spreads in its document of 20001 or more; at most 20000 is allowed',
  ],
  'a fragment that spreads itself': [
    { query: `${generate('...A')} fragment A on Generation { ...B } fragment B on Generation { ...A }` },
    'Cannot spread fragment',
  ],
  'variables that nest too deeply': [
    {
      query: GENERATE_MUTATION,
      variables: {
        input: { ...TOY_INPUT, metadata: JSON.parse('['.repeat(200) + ']'.repeat(200)) as unknown },
      },
    },
    'a depth of variables of 101',
  ],
  'more comments than allowed': [
    { query: `${'#\n'.repeat(maxComments + 1)}${generate('id')}` },
    `a number of comments of ${maxComments + 1}`,
  ],
  'comments after blanks and commas': [
    { query: `{ __typename }${'\r , # more'.repeat(maxComments + 1)}` },
    `a number of comments of ${maxComments + 1}`,
  ],
  'a long text in many places of one field': [
    {
      query: `query ($text: String!) { previewGeneration(input: { model: "toy", messages: [{ user: [${times(20, () => '{ text: $text }')}] }] }) { accepted } }`,
      variables: { text: 'x'.repeat(3 * 1024 * 1024) },
    },
    'a number of characters in variables that are used more than once',
  ],
  'a long text in many root fields': [
    {
      query: `query ($text: String!) { ${times(maxRootFields, (index) => `a${index}: previewGeneration(input: { model: "toy", prompt: $text }) { accepted }`)} }`,
      variables: { text: 'x'.repeat(1024 * 1024) },
    },
    'a number of characters in variables that are used more than once',
  ],
  'a variable that is missing': [{ query: GENERATE_MUTATION }, '"$input"'],
  'a variable of another type': [
    { query: GENERATE_MUTATION, variables: { input: { ...TOY_INPUT, prompt: 5 } } },
    '"$input"',
  ],
  'no operation of the name': [
    { query: `mutation One { generate${INPUT} { id } }`, operationName: 'Two' },
    'operation',
  ],
  'no name where there are several operations': [
    { query: `mutation One { generate${INPUT} { id } } mutation Two { generate${INPUT} { id } }` },
    'operation',
  ],
};

const REFUSED_STREAMS: Readonly<Record<string, readonly [Operation, string]>> = {
  'a subscription of more complexity than allowed': [
    {
      query: `subscription { generate${INPUT} { ... on GenerationCompleted { generation { ${LISTS} } } } }`,
    },
    'a complexity of',
  ],
  'a subscription of two generations': [
    { query: `subscription { a: generate${INPUT} { sequence } b: generate${INPUT} { sequence } }` },
    'one top level field',
  ],
  'a subscription whose variable is missing': [{ query: GENERATE_SUBSCRIPTION }, '"$input"'],
};

const start = async (): Promise<{ app: TestApp; toy: ToyProvider }> => {
  const toy = createPoliteProvider();
  return { app: await startApp({}, toy.overrides), toy };
};

const expectRefused = async (
  transport: keyof typeof ANSWERS,
  [operation, words]: readonly [Operation, string],
): Promise<void> => {
  const { app, toy } = await start();
  await using _closing = app;
  const [answer, ...others] = await ANSWERS[transport](app, operation);
  expect(others).toEqual([]);
  expect(answer?.data ?? null).toBeNull();
  expect(answer?.errors?.[0]?.message).toContain(words);
  for (const error of answer?.errors ?? [])
    expect(error.extensions).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
  expect(toy.calls).toEqual([]);
  expect(app.logLines).toEqual([]);
};

describe.each(['http', 'sse', 'websocket'] as const)('over %s', (transport) => {
  test.each(Object.entries(REFUSED))('%s is refused, and nothing is started', async (_name, refused) => {
    await expectRefused(transport, refused);
  });

  test('what is within the limits is answered', async () => {
    const { app, toy } = await start();
    await using _closing = app;
    const within = [
      generate(times(maxAliases, (index) => `a${index}: id`)),
      generate(`model { ${nested(maxDepth - 3)} }`),
      generate(times(maxDirectives, () => 'id @include(if: true)')),
      `mutation { ${times(maxCostlyRootFields, (index) => `a${index}: generate${INPUT} { id }`)} }`,
      `${generate('...F0')} ${bomb(10)}`,
    ];
    for (const query of within) {
      const [answer] = await ANSWERS[transport](app, { query });
      expect(answer?.errors).toBeUndefined();
    }
    expect(toy.calls).toHaveLength(within.length - 1 + maxCostlyRootFields);
  });

  test('the cheap operation of a document with a complex one is answered', async () => {
    const { app } = await start();
    await using _closing = app;
    const query = `query Cheap { __typename } query Complex { ${LISTS.replace('model', 'model(name: "toy")')} }`;
    expect(await ANSWERS[transport](app, { query, operationName: 'Cheap' })).toEqual([
      { data: { __typename: 'Query' } },
    ]);
    const [refused] = await ANSWERS[transport](app, { query, operationName: 'Complex' });
    expect(refused?.errors?.[0]?.message).toContain('a complexity of');
  });

  test("the playground's introspection is answered", async () => {
    await using app = await startApp();
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const [answer] = await ANSWERS[transport](app, { query, operationName: 'IntrospectionQuery' });
    expect(answer?.errors).toBeUndefined();
    expect(answer?.data.__schema.types.length).toBeGreaterThan(50);
  });

  test('every field of a hundred models is answered', async () => {
    const [first] = Object.values(MODEL_CONFIGS.demo);
    if (first === undefined) throw new Error('there is no demo model');
    const models = Array.from({ length: 100 }, (_, index) =>
      toyModel({ name: `toy-${index}`, apiModel: `toy-${index}` }),
    );
    await using app = await startApp({}, { ...createPoliteProvider().overrides, models });
    const query = `{ models(first: 100) { totalCount nodes ${everyField('Model')} } }`;
    const [answer] = await ANSWERS[transport](app, { query });
    expect(answer?.errors).toBeUndefined();
    expect(answer?.data.models.nodes).toHaveLength(100);
  });
});

/** Every field without arguments, with every field of what it gives; never the same type twice on the way. */
const everyField = (name: string, above: readonly string[] = []): string => {
  const fields = Object.values((createSchema().getType(name) as GraphQLObjectType).getFields());
  const selected = fields.map((field) => {
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return field.name;
    if (!isObjectType(type) || field.args.length > 0 || [...above, name].includes(type.name)) return '';
    return `${field.name} ${everyField(type.name, [...above, name])}`;
  });
  return `{ ${selected.join(' ')} }`;
};

describe.each(['sse', 'websocket'] as const)('a stream over %s', (transport) => {
  test.each(Object.entries(REFUSED_STREAMS))(
    '%s is refused, and nothing is started',
    async (_name, refused) => {
      await expectRefused(transport, refused);
    },
  );
});

const MALFORMED = {
  'variables that are a list': { query: GENERATE_MUTATION, variables: [1] },
  'variables that are text': { query: GENERATE_MUTATION, variables: '{"input":{}}' },
  'extensions that are text': { query: generate('id'), extensions: 'x' },
  'an operation name that is a number': { query: generate('id'), operationName: 5 },
  'a query that is an object': { query: { text: generate('id') } },
  'no query': { variables: {} },
} as const;

describe.each(Object.entries(MALFORMED))('%s', (_name, body) => {
  test.each(['application/json', 'text/event-stream'])('is refused where %s is accepted', async (accept) => {
    const { app, toy } = await start();
    await using _closing = app;
    const response = await post(app, body, { headers: { accept } });
    expect(await response.text()).toContain('"code":"INVALID_REQUEST"');
    expect(toy.calls).toEqual([]);
  });

  test('closes a WebSocket with 4400, as its protocol has it', async () => {
    const { app, toy } = await start();
    await using _closing = app;
    await using raw = await openRawSocket(app);
    raw.send({ type: 'subscribe', id: 'one', payload: body });
    expect(await raw.closed).toEqual({ code: 4400, reason: 'Invalid message received' });
    expect(toy.calls).toEqual([]);
  });
});

describe('a request larger than allowed', () => {
  const maxBodyBytes = 2_000;
  const operation = {
    query: GENERATE_MUTATION,
    variables: { input: { ...TOY_INPUT, prompt: 'x'.repeat(2_000) } },
  };
  const startSmall = async (): Promise<{ app: TestApp; toy: ToyProvider }> => {
    const toy = createPoliteProvider();
    return { app: await startApp({ maxBodyBytes }, toy.overrides), toy };
  };

  test.each(['application/json', 'text/event-stream'])('is refused where %s is accepted', async (accept) => {
    const { app, toy } = await startSmall();
    await using _closing = app;
    const response = await post(app, operation, { headers: { accept } });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
    expect(toy.calls).toEqual([]);
  });

  test('is refused too when its length is not announced', async () => {
    const { app, toy } = await startSmall();
    await using _closing = app;
    const response = await fetch(app.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([JSON.stringify(operation)]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
    expect(toy.calls).toEqual([]);
  });

  test('closes a WebSocket with 1009', async () => {
    const { app, toy } = await startSmall();
    await using _closing = app;
    await using raw = await openRawSocket(app);
    raw.send({ type: 'subscribe', id: 'one', payload: operation });
    expect((await raw.closed).code).toBe(1009);
    expect(toy.calls).toEqual([]);
  });

  test('just within the limit is answered on all transports', async () => {
    const toy = createPoliteProvider();
    // A WebSocket message is the request and its envelope.
    const maxBytes = Buffer.byteLength(JSON.stringify(operation)) + 120;
    await using app = await startApp({ maxBodyBytes: maxBytes }, toy.overrides);
    for (const ask of Object.values(ANSWERS))
      expect(await ask(app, operation)).toMatchObject([{ data: { generate: { text: 'Hi' } } }]);
    expect(toy.calls).toHaveLength(3);
  });
});

test('a socket carries as many operations as allowed, refuses one more, and takes another once one has ended', async () => {
  const go = Promise.withResolvers<void>();
  const toy = createToyProvider(async function* () {
    await go.promise;
    yield finish;
  });
  await using app = await startApp(
    {},
    {
      ...toy.overrides,
      webSocketLimits: { maxOperationsPerSocket: 2 },
    },
  );
  await using raw = await openRawSocket(app);
  const subscribe = (id: string): void =>
    raw.send({
      type: 'subscribe',
      id,
      payload: { query: GENERATE_SUBSCRIPTION, variables: { input: TOY_INPUT } },
    });
  for (const id of ['one', 'two', 'three']) subscribe(id);
  expect(await raw.received(({ id }) => id === 'three')).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'RATE_LIMITED', retryable: true } }],
  });
  go.resolve();
  for (const id of ['one', 'two'])
    await raw.received((message) => message.id === id && message.type === 'complete');
  subscribe('four');
  await raw.received(({ id, type }) => id === 'four' && type === 'complete');
  expect(toy.calls).toHaveLength(3);
});
