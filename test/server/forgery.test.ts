import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { openRawSocket } from '../support/app/clients.ts';
import { handshakeStatus, rawRequest } from '../support/app/raw-http.ts';
import { createPoliteProvider, TOY_INPUT } from '../support/app/toy-app.ts';

const toy = createPoliteProvider();
const ALLOWED = 'https://app.example.com';
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ allowedOrigins: [ALLOWED], maxBodyBytes: 10_000 }, toy.overrides);
});
afterAll(() => app.close());
let callsBefore = 0;
beforeEach(() => {
  callsBefore = toy.calls.length;
});
const expectNothingExecuted = (): void => {
  expect(toy.calls.length).toBe(callsBefore);
};

const JSON_TYPE = { 'content-type': 'application/json' } as const;
const EVENT_STREAM = { accept: 'text/event-stream' } as const;
const INPUT = '(input: { model: "toy", prompt: "Hello" })';
const MUTATION = `mutation { generate${INPUT} { id } }`;
const inPath = (query: string): string => `/graphql?query=${encodeURIComponent(query)}`;
const mutationBody = JSON.stringify({ query: GENERATE_MUTATION, variables: { input: TOY_INPUT } });
const streamBody = JSON.stringify({ query: GENERATE_SUBSCRIPTION, variables: { input: TOY_INPUT } });

describe('a request that a foreign page can send without being asked', () => {
  const FORGED: Readonly<Record<string, Parameters<typeof rawRequest>[1]>> = {
    'a link': { path: inPath(MUTATION) },
    'a link to a query': { path: inPath('{ __typename }') },
    'an EventSource': {
      path: inPath(`subscription { generate${INPUT} { sequence } }`),
      headers: EVENT_STREAM,
    },
    'an EventSource of a mutation': { path: inPath(MUTATION), headers: EVENT_STREAM },
    ...Object.fromEntries(
      [
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'text/plain',
        'TEXT/PLAIN',
      ].flatMap((type) => [
        [`a form of ${type}`, { method: 'POST', headers: { 'content-type': type }, body: mutationBody }],
        [
          `a form of ${type} that takes an event stream`,
          { method: 'POST', headers: { 'content-type': type, ...EVENT_STREAM }, body: streamBody },
        ],
      ]),
    ),
    'a body without a type': { method: 'POST', body: mutationBody },
    'a body without a type that takes an event stream': {
      method: 'POST',
      headers: EVENT_STREAM,
      body: streamBody,
    },
  };

  test.each(Object.entries(FORGED))('is refused as %s, and nothing is executed', async (_name, options) => {
    const { status, body } = await rawRequest(app, options);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expectNothingExecuted();
  });

  test.each(['HEAD', 'PUT', 'DELETE', 'PATCH'])(
    'is refused as %s, with the methods there are',
    async (method) => {
      for (const headers of [{}, EVENT_STREAM, { ...EVENT_STREAM, 'x-graphql-client': 'test' }]) {
        const answer = await rawRequest(app, { method, path: inPath(MUTATION), headers });
        expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, POST, OPTIONS' } });
      }
      expectNothingExecuted();
    },
  );

  test.each(['x-graphql-client', 'graphql-require-preflight'])(
    'is answered with the header %s',
    async (name) => {
      const headers = { [name]: 'test' };
      const query = await rawRequest(app, { path: inPath('{ __typename }'), headers });
      expect(JSON.parse(query.body)).toEqual({ data: { __typename: 'Query' } });
      const stream = await rawRequest(app, {
        path: inPath(`subscription { generate${INPUT} { __typename } }`),
        headers: { ...headers, ...EVENT_STREAM },
      });
      expect(stream.body).toContain('GenerationCompleted');
    },
  );

  test('is no way to execute a mutation by GET, even with the header', async () => {
    for (const accept of [{}, EVENT_STREAM]) {
      const headers = { 'x-graphql-client': 'test', ...accept };
      expect((await rawRequest(app, { path: inPath(MUTATION), headers })).status).toBe(405);
    }
    expectNothingExecuted();
  });

  test('is not executed with the header either when its type is not JSON', async () => {
    for (const type of ['text/plain', 'application/octet-stream', 'application/jsonp']) {
      for (const accept of [{}, EVENT_STREAM]) {
        const headers = { 'content-type': type, 'x-graphql-client': 'test', ...accept };
        expect((await rawRequest(app, { method: 'POST', headers, body: mutationBody })).status).toBe(415);
      }
    }
    expectNothingExecuted();
  });

  test('variables in an address that are no JSON are refused on every transport', async () => {
    for (const accept of [{}, EVENT_STREAM]) {
      const { body } = await rawRequest(app, {
        path: `${inPath('query ($n: Int) { models(first: $n) { totalCount } }')}&variables={"n"`,
        headers: { 'x-graphql-client': 'test', ...accept },
      });
      expect(body).toContain('"code":"INVALID_REQUEST"');
      expect(body).not.toContain('totalCount":');
    }
  });
});

const postWith = (
  headers: Readonly<Record<string, string>>,
  body = mutationBody,
): ReturnType<typeof rawRequest> =>
  rawRequest(app, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });

describe('a page of another origin', () => {
  test.each([
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'https://app.example.com.evil',
    // None that a browser writes.
    'http://localhost/',
    'http://user@localhost',
    'http://evil.example@localhost',
    'HTTP://LOCALHOST',
    'http://127.1',
    'http://localhost:80',
    'http://localhost, http://localhost',
    '',
  ])('is refused on all transports when it is %s', async (origin) => {
    const answers = [
      await postWith({ origin }),
      await postWith({ origin, ...EVENT_STREAM }, streamBody),
      await rawRequest(app, { method: 'OPTIONS', headers: { origin } }),
      await rawRequest(app, { path: '/health/ready', headers: { origin } }),
    ];
    for (const { status, headers } of answers) {
      expect(status).toBe(403);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
    expect(await handshakeStatus(app, { origin })).toBe(403);
    expectNothingExecuted();
  });

  test.each([ALLOWED, 'http://localhost:5173', 'http://127.0.0.1:8080', 'http://[::1]:3000'])(
    'is let in on all transports when it is %s',
    async (origin) => {
      const json = await postWith({ origin });
      const stream = await postWith({ origin, ...EVENT_STREAM }, streamBody);
      for (const { status, headers } of [json, stream]) {
        expect(status).toBe(200);
        expect(headers).toMatchObject({
          'access-control-allow-origin': origin,
          vary: expect.stringContaining('Origin') as string,
        });
        expect(headers).not.toHaveProperty('access-control-allow-credentials');
      }
      expect(stream.body).toContain('GenerationCompleted');
      expect(await handshakeStatus(app, { origin })).toBe(101);
    },
  );

  test('learns from a preflight what it may send', async () => {
    const answer = await rawRequest(app, {
      method: 'OPTIONS',
      headers: {
        origin: ALLOWED,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    });
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ALLOWED,
      'access-control-allow-methods': 'GET, POST, OPTIONS',
    });
    for (const name of ['authorization', 'content-type', 'x-graphql-client', 'graphql-require-preflight'])
      expect(answer.headers['access-control-allow-headers']).toContain(name);
  });

  test('can read why it is refused, too, where it may call', async () => {
    const tooLarge = await postWith({ origin: ALLOWED }, 'x'.repeat(20_000));
    expect(tooLarge).toMatchObject({ status: 413, headers: { 'access-control-allow-origin': ALLOWED } });
  });

  test('is the same origin when it comes from the server itself', async () => {
    const origin = new URL(app.url).origin;
    expect((await postWith({ origin })).status).toBe(200);
    expect(await handshakeStatus(app, { origin })).toBe(101);
  });
});

describe('a foreign name that leads to this machine', () => {
  test.each(['evil.example', 'localhost.evil.example:4000', '10.0.0.1', '127.0.0.1.evil.example'])(
    'is refused on all transports when it is %s',
    async (host) => {
      const answers = [
        await postWith({ host }),
        await postWith({ host, ...EVENT_STREAM }, streamBody),
        await rawRequest(app, { headers: { host, accept: 'text/html' } }),
        await rawRequest(app, { path: '/health/live', headers: { host } }),
        // The page has rebound its own name, so that it is of the same origin.
        await postWith({ host, origin: `http://${host}` }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
      expect(await handshakeStatus(app, { host })).toBe(403);
      expectNothingExecuted();
    },
  );

  test.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'])('is not %s', async (name) => {
    const host = `${name}:${new URL(app.url).port}`;
    expect((await postWith({ host })).status).toBe(200);
    expect(await handshakeStatus(app, { host })).toBe(101);
  });
});

test('a WebSocket anywhere else is refused', async () => {
  expect(await handshakeStatus({ url: app.url.replace('/graphql', '/elsewhere') }, {})).toBe(404);
  await using raw = await openRawSocket({ url: `${app.url}?from=page` });
  expect(raw.messages).toEqual([{ type: 'connection_ack' }]);
});
