import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/app.ts';
import { openRawSocket } from '../support/app/clients.ts';
import { rawRequest } from '../support/app/raw-http.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const EXTENSIONS = { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } };
const NOT_SUPPORTED = {
  message: 'PersistedQueryNotSupported',
  extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', retryable: false },
};
const TYPES = ['application/json', 'application/graphql-response+json', '*/*'];

const ask = (body: unknown, accept: string) =>
  rawRequest(app, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });

const asked: Readonly<Record<string, object>> = {
  'no query': { operationName: 'Q', variables: {}, extensions: EXTENSIONS },
  'an empty query': { query: '', extensions: EXTENSIONS },
  'a query that is null': { query: null, extensions: { persistedQuery: {} } },
};

test.each(Object.entries(asked))(
  'a hash with %s is answered as not supported over POST',
  async (_name, body) => {
    for (const accept of TYPES) {
      const { status, body: answer, headers } = await ask(body, accept);
      expect([status, JSON.parse(answer), headers['cache-control']]).toEqual([
        200,
        { errors: [NOT_SUPPORTED] },
        'no-store',
      ]);
    }
  },
);

test('a hash alone is answered as not supported over GET', async () => {
  for (const accept of TYPES) {
    const response = await fetch(`${app.url}?extensions=${encodeURIComponent(JSON.stringify(EXTENSIONS))}`, {
      headers: { 'graphql-require-preflight': '1', accept },
    });
    expect([response.status, await response.json()]).toEqual([200, { errors: [NOT_SUPPORTED] }]);
  }
});

test('a hash alone is answered as not supported to a client that accepts an event stream', async () => {
  const { status, body } = await ask({ extensions: EXTENSIONS }, 'text/event-stream');
  expect(status).toBe(200);
  expect(body).toContain('PERSISTED_QUERY_NOT_SUPPORTED');
});

test.each(Object.entries(asked))(
  'a hash with %s is answered as not supported over a WebSocket, which stays open',
  async (_name, payload) => {
    await using raw = await openRawSocket(app);
    raw.send({ type: 'subscribe', id: 'one', payload });
    const { payload: errors } = await raw.received(({ type }) => type === 'error');
    expect(errors).toEqual([NOT_SUPPORTED]);
    raw.send({ type: 'subscribe', id: 'two', payload: { query: '{ __typename }', extensions: EXTENSIONS } });
    const { payload: result } = await raw.received(({ id, type }) => id === 'two' && type === 'next');
    expect(result).toEqual({ data: { __typename: 'Query' } });
  },
);

test('a hash that comes with its query is executed, and nothing is remembered under it', async () => {
  const { body } = await ask({ query: '{ __typename }', extensions: EXTENSIONS }, 'application/json');
  expect(JSON.parse(body)).toEqual({ data: { __typename: 'Query' } });
  const again = await ask({ extensions: EXTENSIONS }, 'application/json');
  expect(JSON.parse(again.body)).toEqual({ errors: [NOT_SUPPORTED] });
});
