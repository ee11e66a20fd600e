import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import {
  createPlaygroundFetch,
  type PlaygroundFetchOptions,
} from '../../../../src/server/playground/browser/playground-fetch.ts';
import { startApp } from '../../../support/app/app.ts';

const KEY = 'mg_alice_secret';
const apiKeys = [{ id: 'alice', sha256: createHash('sha256').update(KEY).digest('hex') }];
const QUERY = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query: '{ __typename }' }),
};

const watched = (pageUrl: string, key?: string) => {
  const calls: string[] = [];
  const options: PlaygroundFetchOptions = {
    pageUrl,
    findAuthorization: () => (key === undefined ? undefined : `Bearer ${key}`),
    onUnauthorized: () => calls.push('unauthorized'),
  };
  return { calls, playgroundFetch: createPlaygroundFetch(fetch, options) };
};

test("a request to the page's server carries the key, whether it is given as text, URL or Request", async () => {
  await using app = await startApp({ apiKeys });
  const { calls, playgroundFetch } = watched(app.url, KEY);
  for (const input of [app.url, new URL(app.url), new Request(app.url)]) {
    const response = await playgroundFetch(input, QUERY);
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  }
  expect(calls).toEqual([]);
});

test.each([
  ['there is none', undefined],
  ['the server refuses it', 'mg_alice_wrong'],
])('the page asks for a key where %s', async (_case, key) => {
  await using app = await startApp({ apiKeys });
  const { calls, playgroundFetch } = watched(app.url, key);
  expect((await playgroundFetch(app.url, QUERY)).status).toBe(401);
  expect(calls).toEqual(['unauthorized']);
});

test('an authorization header that is set by hand is sent instead of the key', async () => {
  await using app = await startApp({ apiKeys });
  const { calls, playgroundFetch } = watched(app.url, 'mg_alice_wrong');
  const headers = { ...QUERY.headers, authorization: `Bearer ${KEY}` };
  expect((await playgroundFetch(app.url, { ...QUERY, headers })).status).toBe(200);
  expect(calls).toEqual([]);
});

test('another server gets no key', async () => {
  const seen: unknown[] = [];
  const server = createServer(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(401).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { calls, playgroundFetch } = watched('http://127.0.0.1:1/graphql', KEY);
    await playgroundFetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(seen).toEqual([undefined]);
    expect(calls).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
