import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { request, startApp, type TestApp } from '../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { ANSWERS, openEventStream, openRawSocket, type Operation, post } from '../support/app/clients.ts';
import { rawRequest } from '../support/app/raw-http.ts';
import {
  createPoliteProvider,
  createToyProvider,
  finish,
  TOY_INPUT,
  toyModel,
} from '../support/app/toy-app.ts';

const keyOf = (id: string): { readonly key: string; readonly setting: { id: string; sha256: string } } => {
  const key = `mg_${id}_${id.repeat(8)}`;
  return { key, setting: { id, sha256: createHash('sha256').update(key).digest('hex') } };
};
const ALICE = keyOf('alice');
const BOB = keyOf('bob');
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const MUTATION = { query: GENERATE_MUTATION, variables: { input: TOY_INPUT } } as const;
const STREAM = { query: GENERATE_SUBSCRIPTION, variables: { input: TOY_INPUT } } as const;

const startLocked = async (): Promise<{ app: TestApp; toy: ReturnType<typeof createPoliteProvider> }> => {
  const toy = createPoliteProvider();
  return { app: await startApp({ apiKeys: [ALICE.setting, BOB.setting] }, toy.overrides), toy };
};

describe('a server with keys', () => {
  const BAD: Readonly<Record<string, Record<string, string>>> = {
    'no key': {},
    'another secret': bearer('mg_alice_wrong'),
    'an unknown id': bearer('mg_carol_secret'),
    "the secret of another's key": bearer(BOB.key.replace('mg_bob', 'mg_alice')),
    'the hash of a key': bearer(ALICE.setting.sha256),
    'no more than an id': bearer('mg_alice_'),
    'another scheme': { authorization: `Basic ${ALICE.key}` },
  };

  test.each(Object.entries(BAD))('lets nobody in with %s', async (_name, headers) => {
    const { app, toy } = await startLocked();
    await using _closing = app;
    for (const accept of ['application/json', 'text/event-stream']) {
      const response = await post(app, STREAM, { headers: { accept, ...headers } });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    await using byHeader = await openRawSocket(app, { headers });
    expect(await byHeader.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
    await using byPayload = await openRawSocket(app, { init: headers });
    expect((await byPayload.closed).code).toBe(4401);
    expect(toy.calls).toEqual([]);
  });

  test('lets its keys in, on every transport', async () => {
    const { app, toy } = await startLocked();
    await using _closing = app;
    const headers = bearer(ALICE.key);
    expect((await request(app, MUTATION.query, MUTATION.variables, { headers })).data.generate.text).toBe(
      'Hi',
    );
    const stream = await openEventStream(app, STREAM, headers);
    expect(await stream.ended).toContain('GenerationCompleted');
    for (const options of [
      { headers },
      { init: headers },
      { init: { Authorization: headers['authorization'] } },
    ]) {
      await using raw = await openRawSocket(app, options);
      raw.send({ type: 'subscribe', id: 'one', payload: MUTATION });
      expect((await raw.received(({ type }) => type === 'next')).payload.data.generate.text).toBe('Hi');
    }
    expect(toy.calls).toHaveLength(5);
  });

  test('believes the payload of a socket before its header', async () => {
    const { app } = await startLocked();
    await using _closing = app;
    await using raw = await openRawSocket(app, {
      headers: bearer(ALICE.key),
      init: bearer('mg_alice_wrong'),
    });
    expect((await raw.closed).code).toBe(4401);
  });

  test("shows nobody another's generation, on any transport", async () => {
    const { app } = await startLocked();
    await using _closing = app;
    const { data } = await request(app, MUTATION.query, MUTATION.variables, { headers: bearer(ALICE.key) });
    const { id } = data.generate as { readonly id: string };
    const query = `{ generation(id: "${id}") { id } node(id: "${id}") { id } }`;
    const found = { generation: { id }, node: { id } };
    const none = { generation: null, node: null };
    for (const [{ key }, expected] of [
      [ALICE, found],
      [BOB, none],
    ] as const) {
      expect(await request(app, query, {}, { headers: bearer(key) })).toEqual({ data: expected });
      const stream = await openEventStream(app, { query }, bearer(key));
      expect(await stream.ended).toContain(JSON.stringify({ data: expected }));
      await using raw = await openRawSocket(app, { init: bearer(key) });
      raw.send({ type: 'subscribe', id: 'one', payload: { query } });
      expect((await raw.received(({ type }) => type === 'next')).payload).toEqual({ data: expected });
    }
  });
});

describe.each(['http', 'sse', 'websocket'] as const)('over %s', (transport) => {
  test('the schema is not told where introspection is off', async () => {
    await using app = await startApp({ introspection: false });
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Query") { name } }']) {
      const [answer] = await ANSWERS[transport](app, { query });
      expect(answer?.data ?? null).toBeNull();
      expect(answer?.errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_REQUEST' } });
    }
    const [misspelt] = await ANSWERS[transport](app, { query: '{ modell(name: "demo") { name } }' });
    expect(misspelt?.errors?.[0]?.message).toBe('Cannot query field "modell" on type "Query".');
    expect(await ANSWERS[transport](app, { query: '{ __typename }' })).toEqual([
      { data: { __typename: 'Query' } },
    ]);
  });

  test('a defect of a provider is hidden from the client and logged once', async () => {
    const toy = createToyProvider(async function* () {
      yield { type: 'text-delta', text: 'Hi' };
      throw new Error('secret words');
    });
    await using app = await startApp({}, toy.overrides);
    const answers = await ANSWERS[transport](app, transport === 'http' ? MUTATION : STREAM);
    const wire = JSON.stringify(answers);
    expect(wire).toContain('"code":"INTERNAL"');
    expect(wire).not.toContain('secret');
    const errors = app.logLines.filter(({ level }) => level === 'error');
    expect(errors.map(({ fields }) => String(fields['err']))).toEqual(['Error: secret words']);
  });

  test('a defect of a resolver is hidden from the client and logged once', async () => {
    const model = Object.defineProperty({ ...toyModel() }, 'family', {
      get() {
        throw new Error('secret words');
      },
    });
    await using app = await startApp({}, { ...createPoliteProvider().overrides, models: [model] });
    const query = '{ model(name: "toy") { name family } }';
    expect(await ANSWERS[transport](app, { query })).toEqual([
      {
        data: { model: { name: 'toy', family: null } },
        errors: [
          {
            message: 'The server failed to answer the request.',
            locations: [{ line: 1, column: query.indexOf('family') + 1 }],
            path: ['model', 'family'],
            extensions: { code: 'INTERNAL', retryable: false },
          },
        ],
      },
    ]);
    const errors = app.logLines.filter(({ level }) => level === 'error');
    expect(errors.map(({ fields }) => String(fields['err']))).toEqual(['Error: secret words']);
  });

  test('what is for the server only never reaches the wire', async () => {
    await using app = await startApp();
    const asked: readonly Operation[] = [
      { query: '{ ' },
      { query: '{ nothing }' },
      { query: '{ model }' },
      { query: '{ resolveModel(name: "x") { requested } }' },
      { query: MUTATION.query },
      { query: MUTATION.query, variables: { input: { model: 'demo-error', prompt: 'x' } } },
      { query: STREAM.query, variables: { input: { model: 'nothing', prompt: 'x' } } },
      {
        query: `{ models { nodes { provider { models { nodes { provider { models { totalCount } } } } } } } }`,
      },
      { query: '{ a: __typename }', operationName: 'Other' },
    ];
    for (const operation of asked) {
      const [answer] = await ANSWERS[transport](app, operation);
      const [error] = answer?.errors ?? [];
      expect(error?.extensions).toHaveProperty('retryable');
      for (const name of ['http', 'unexpected', 'originalError', 'stack'])
        expect(error?.extensions).not.toHaveProperty(name);
    }
  });
});

describe('the WebSocket protocol', () => {
  test('a socket without connection_init is closed with 4408', async () => {
    await using app = await startApp({}, { webSocketLimits: { initTimeoutMs: 20 } });
    await using raw = await openRawSocket(app, { init: null });
    expect((await raw.closed).code).toBe(4408);
  });

  const closes: Readonly<Record<string, readonly [number, readonly unknown[], object?]>> = {
    'an operation before connection_ack': [
      4401,
      [{ type: 'subscribe', id: 'one', payload: MUTATION }],
      { init: null },
    ],
    'a second connection_init': [4429, [{ type: 'connection_init' }]],
    'an id that is in use': [
      4409,
      [
        { type: 'subscribe', id: 'one', payload: STREAM },
        { type: 'subscribe', id: 'one', payload: STREAM },
      ],
    ],
    'text that is no JSON': [4400, ['{']],
    'a message of no type': [4400, [{ id: 'one' }]],
    'a message of an unknown type': [4400, [{ type: 'start', id: 'one' }]],
    'an operation without an id': [4400, [{ type: 'subscribe', payload: MUTATION }]],
    'an operation without a query': [4400, [{ type: 'subscribe', id: 'one', payload: {} }]],
  };

  test.each(Object.entries(closes))('%s closes the socket', async (_name, [code, messages, options]) => {
    const go = Promise.withResolvers<void>();
    const toy = createToyProvider(async function* (_request, { signal }) {
      signal.addEventListener('abort', () => go.resolve());
      await go.promise;
      yield finish;
    });
    await using app = await startApp({}, toy.overrides);
    await using raw = await openRawSocket(app, { ...options });
    for (const message of messages) raw.send(message);
    expect((await raw.closed).code).toBe(code);
    expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a socket of no subprotocol, or of the legacy one, is not served', async () => {
    await using app = await startApp();
    await using none = await openRawSocket(app, { protocol: null, init: null });
    expect((await none.closed).code).toBe(4406);
    await expect(openRawSocket(app, { protocol: 'graphql-ws' })).rejects.toThrow('subprotocol');
  });

  test('an error of syntax ends its operation and leaves the socket and its others alone', async () => {
    const go = Promise.withResolvers<void>();
    const toy = createToyProvider(async function* () {
      await go.promise;
      yield finish;
    });
    await using app = await startApp({}, toy.overrides);
    await using raw = await openRawSocket(app);
    raw.send({ type: 'subscribe', id: 'stream', payload: STREAM });
    raw.send({ type: 'subscribe', id: 'broken', payload: { query: '{ models {' } });
    raw.send({ type: 'subscribe', id: 'invalid', payload: { query: '{ nothing }' } });
    for (const broken of ['broken', 'invalid'])
      expect(await raw.received(({ id }) => id === broken)).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'INVALID_REQUEST' } }],
      });
    go.resolve();
    await raw.received(({ id, type }) => id === 'stream' && type === 'complete');
    expect(raw.socket.readyState).toBe(raw.socket.OPEN);
  });

  test('a ping is answered with its payload', async () => {
    await using app = await startApp();
    await using raw = await openRawSocket(app, { init: null });
    raw.send({ type: 'ping', payload: { at: 1 } });
    expect(await raw.received(({ type }) => type === 'pong')).toEqual({ type: 'pong', payload: { at: 1 } });
  });
});

test('every answer over HTTP says what it is, and none asks a browser to guess', async () => {
  await using app = await startApp();
  const answer = await rawRequest(app, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.headers).not.toHaveProperty('x-powered-by');
});
