import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/app.ts';
import { rawRequest } from '../support/app/raw-http.ts';
import { createPoliteProvider } from '../support/app/toy-app.ts';

const toy = createPoliteProvider();
const ALLOWED = 'https://app.example.com';
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ allowedOrigins: [ALLOWED, 'https://*.example.org'] }, toy.overrides);
});
afterAll(() => app.close());
let callsBefore = 0;
beforeEach(() => {
  callsBefore = toy.calls.length;
});
const expectNothingExecuted = (): void => expect(toy.calls.length).toBe(callsBefore);

const EVENT_STREAM = { accept: 'text/event-stream' } as const;
const SCRIPT = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' } as const;
const INPUT = '(input: { model: "toy", prompt: "Hello" })';

const pathOf = (query: string, variables?: object): string =>
  `/graphql?${new URLSearchParams({ query, ...(variables && { variables: JSON.stringify(variables) }) })}`;
const get = (query: string, headers: Readonly<Record<string, string>>, variables?: object) =>
  rawRequest(app, { path: pathOf(query, variables), headers });

const PAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'an allowed origin': { origin: ALLOWED, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'empty' },
  'an allowed origin in a browser without Fetch Metadata': { origin: ALLOWED },
  'an origin of an allowed pattern': { origin: 'https://a.b.example.org' },
  'a loopback page': { origin: 'http://localhost:5173' },
  'a page below localhost': { origin: 'http://app.localhost:8080' },
  'a loopback page of IPv6': { origin: 'http://[::1]:3000' },
  'the same origin': SCRIPT,
};

describe.each(Object.entries(PAGES))('a GET of a script of %s', (_name, headers) => {
  test('is answered with a query, which no cache keeps', async () => {
    const answer = await get('{ __typename }', headers);
    expect(JSON.parse(answer.body)).toEqual({ data: { __typename: 'Query' } });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['access-control-allow-origin']).toBe(headers['origin']);
  });

  test('is answered with a generation that has a key, as an event stream', async () => {
    const key = crypto.randomUUID();
    const query = `subscription { generate(input: { model: "toy", prompt: "Hello" }, idempotencyKey: "${key}") { __typename } }`;
    const { status, body, headers: answered } = await get(query, { ...headers, ...EVENT_STREAM });
    expect([status, answered['content-type'], answered['cache-control']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no-store',
    ]);
    expect(body).toContain('GenerationCompleted');
    expect(toy.calls.length).toBe(callsBefore + 1);
    await get(query, { ...headers, ...EVENT_STREAM });
    expect(toy.calls.length).toBe(callsBefore + 1);
  });

  const GENERATE =
    'subscription ($key: String) { generate(input: { model: "toy", prompt: "Hello" }, idempotencyKey: $key) { __typename } }';
  const KEYLESS: Readonly<Record<string, readonly [string, object?]>> = {
    'no key': [`subscription { generate${INPUT} { __typename } }`],
    'a key that is null': [
      'subscription { generate(input: { model: "toy", prompt: "Hello" }, idempotencyKey: null) { __typename } }',
    ],
    'a key that is null by variable': [GENERATE, { key: null }],
    'a key whose variable is left out': [GENERATE, {}],
    'a key that is null by default': [GENERATE.replace('String)', 'String = null)')],
    'an alias': [`subscription { s: generate${INPUT} { __typename } }`],
    'a fragment': [`subscription { ...F } fragment F on Subscription { generate${INPUT} { __typename } }`],
    'an inline fragment': [
      `subscription { ... on Subscription { ... { generate${INPUT} { __typename } } } }`,
    ],
    'a key that is empty': [
      'subscription { generate(input: { model: "toy", prompt: "Hello" }, idempotencyKey: "") { __typename } }',
    ],
  };

  test.each(Object.entries(KEYLESS))(
    'starts no generation with %s, and is told why',
    async (_what, [query, variables]) => {
      const { status, body } = await get(query, { ...headers, ...EVENT_STREAM }, variables);
      expect(status).toBe(400);
      expect(JSON.parse(body)).toMatchObject({
        errors: [{ extensions: { code: 'INVALID_REQUEST', path: ['idempotencyKey'] } }],
      });
      expectNothingExecuted();
    },
  );

  test('has no tokens counted by a provider, however it says so', async () => {
    const preview = (count: string) =>
      `previewGeneration(input: { model: "toy", prompt: "Hi" }, count: ${count}) { accepted }`;
    const asked: readonly (readonly [string, object?])[] = [
      [`{ ${preview('PROVIDER')} }`],
      [`query ($c: TokenCounting!) { ${preview('$c')} }`, { c: 'PROVIDER' }],
      [`query ($c: TokenCounting! = PROVIDER) { ${preview('$c')} }`],
      [`{ ...F } fragment F on Query { p: ${preview('PROVIDER')} }`],
    ];
    for (const [query, variables] of asked)
      for (const accept of [{}, EVENT_STREAM]) {
        const { body } = await get(query, { ...headers, ...accept }, variables);
        expect(body).toContain('not available over GET');
      }
    const { body } = await get(`{ ${preview('ESTIMATE')} }`, headers);
    expect(JSON.parse(body)).toEqual({ data: { previewGeneration: { accepted: true } } });
  });

  test('executes no mutation', async () => {
    for (const accept of [{}, EVENT_STREAM]) {
      const { status } = await get(`mutation { generate${INPUT} { id } }`, { ...headers, ...accept });
      expect(status).toBe(405);
      const named = `query Q { __typename } mutation M { generate${INPUT} { id } }`;
      const path = `${pathOf(named)}&operationName=M`;
      expect((await rawRequest(app, { path, headers: { ...headers, ...accept } })).status).toBe(405);
    }
    expectNothingExecuted();
  });

  test('is no HEAD, which is refused', async () => {
    expect((await rawRequest(app, { method: 'HEAD', path: pathOf('{ __typename }'), headers })).status).toBe(
      405,
    );
  });
});

const FOREIGN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'nothing that a browser says of it': {},
  'a sandboxed frame': { origin: 'null' },
  'a sandboxed frame, of the same origin': { ...SCRIPT, origin: 'null' },
  'another site': { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'empty' },
  'another origin of the same site': { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'empty' },
  'the address bar': { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' },
  'an extension without an origin': { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'empty' },
  'a link on the same origin': { ...SCRIPT, 'sec-fetch-dest': 'document' },
  'an image on the same origin': { ...SCRIPT, 'sec-fetch-dest': 'image' },
  'a script element on the same origin': { ...SCRIPT, 'sec-fetch-dest': 'script' },
  'a frame on the same origin': { ...SCRIPT, 'sec-fetch-dest': 'iframe' },
  'an image of an allowed page': { origin: ALLOWED, 'sec-fetch-dest': 'image' },
  'a same-origin request of no destination': { 'sec-fetch-site': 'same-origin' },
  'two sites at once': { ...SCRIPT, 'sec-fetch-site': 'same-origin, same-origin' },
  'two origins at once': { origin: `${ALLOWED}, ${ALLOWED}` },
  'an empty origin': { origin: '' },
  'a name that ends like an allowed one': { origin: 'https://evilexample.org' },
  'the name of a pattern itself': { origin: 'https://example.org' },
  'the name of a pattern over http': { origin: 'http://a.example.org' },
  'the name of a pattern at another port': { origin: 'https://a.example.org:8443' },
  'a pattern in a longer name': { origin: 'https://a.example.org.evil.example' },
  'a name with an empty label': { origin: 'https://.example.org' },
  'a user in the name of a pattern': { origin: 'https://evil.example#.example.org' },
  'a name that has localhost in it': { origin: 'http://localhost.evil.example' },
  'a name that ends like localhost': { origin: 'http://evillocalhost' },
};

describe.each(Object.entries(FOREIGN))('a GET with the headers of %s', (_name, headers) => {
  test('is refused, and nothing is executed', async () => {
    const key = crypto.randomUUID();
    for (const query of [
      '{ __typename }',
      `subscription { generate(input: { model: "toy", prompt: "Hello" }, idempotencyKey: "${key}") { __typename } }`,
    ])
      for (const accept of [{}, EVENT_STREAM]) {
        const answer = await get(query, { ...headers, ...accept });
        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
      }
    expectNothingExecuted();
  });
});

describe('a name that was rebound to this machine', () => {
  test('is not the same origin', async () => {
    for (const host of ['evil.example', `evil.example:${new URL(app.url).port}`, 'localhost.evil.example'])
      for (const headers of [
        { ...SCRIPT, host },
        { origin: `http://${host}`, host },
      ])
        expect((await get('{ __typename }', headers)).status).toBe(403);
  });

  test('may be one below localhost, which has no name server', async () => {
    const host = `modelgraph.localhost:${new URL(app.url).port}`;
    expect((await get('{ __typename }', { ...SCRIPT, host })).status).toBe(200);
  });
});

test('the header of Apollo Client stands for a preflight', async () => {
  const answer = await get('{ __typename }', { 'apollo-require-preflight': 'true' });
  expect(JSON.parse(answer.body)).toEqual({ data: { __typename: 'Query' } });
});

test('a hash without its query is answered as not supported to a page that asks by GET', async () => {
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } });
  const answer = await rawRequest(app, {
    path: `/graphql?${new URLSearchParams({ extensions, variables: '{}', operationName: 'Q' })}`,
    headers: { origin: ALLOWED },
  });
  expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ message: 'PersistedQueryNotSupported' }] });
});

describe('a preflight', () => {
  const ask = (headers: Readonly<Record<string, string>>) =>
    rawRequest(app, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST', ...headers } });

  test('allows the headers of usual clients, and of tracing', async () => {
    const { status, headers } = await ask({ origin: ALLOWED });
    expect(status).toBe(204);
    expect(headers['access-control-allow-headers']?.split(', ')).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'last-event-id',
        'x-graphql-client',
        'graphql-require-preflight',
        'apollo-require-preflight',
        'apollographql-client-name',
        'apollographql-client-version',
        'traceparent',
        'tracestate',
        'baggage',
        'sentry-trace',
        'x-request-id',
      ]),
    );
    expect(headers).not.toHaveProperty('access-control-allow-private-network');
  });

  test('lets an allowed page of the internet call this machine, and no other', async () => {
    const network = { 'access-control-request-private-network': 'true' };
    expect((await ask({ origin: ALLOWED, ...network })).headers).toMatchObject({
      'access-control-allow-private-network': 'true',
    });
    const foreign = await ask({ origin: 'https://evil.example', ...network });
    expect(foreign.status).toBe(403);
    expect(foreign.headers).not.toHaveProperty('access-control-allow-private-network');
  });
});

test.each([
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'moz-extension://6a1c0b7e-1',
  'tauri://localhost',
  'capacitor://localhost',
])('pages of %s can be allowed', async (origin) => {
  await using allowing = await startApp({ allowedOrigins: [origin] });
  const answer = await rawRequest(allowing, { path: pathOf('{ __typename }'), headers: { origin } });
  expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } });
  const other = await rawRequest(allowing, {
    path: pathOf('{ __typename }'),
    headers: { origin: 'chrome-extension://other' },
  });
  expect(other.status).toBe(403);
});
