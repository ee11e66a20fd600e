import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createPlaygroundWebSocket } from '../../../../src/server/playground/browser/playground-web-socket.ts';
import { startApp } from '../../../support/app/app.ts';

const KEY = 'mg_alice_secret';
const apiKeys = [{ id: 'alice', sha256: createHash('sha256').update(KEY).digest('hex') }];

const watched = (pageUrl: string, key?: string) => {
  const messages: string[] = [];
  const sent: string[] = [];
  const unauthorized = Promise.withResolvers<void>();
  let hasAsked = false;
  const PlaygroundWebSocket = createPlaygroundWebSocket(WebSocket, {
    pageUrl,
    findAuthorization: () => (key === undefined ? undefined : `Bearer ${key}`),
    onSend: (message) => sent.push(message),
    onMessage: (message) => messages.push(message),
    onUnauthorized: () => {
      hasAsked = true;
      unauthorized.resolve();
    },
  });
  return {
    messages,
    sent,
    /** Resolves when the page asks for a key. */
    unauthorized: unauthorized.promise,
    hasAsked: () => hasAsked,
    PlaygroundWebSocket,
  };
};

const socketUrl = (url: string): string => url.replace(/^http/, 'ws');

/** A server that closes each socket with a code, and the messages that it gets. */
const startClosingServer = async (code: number) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const received: string[] = [];
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      received.push(data.toString('utf8'));
      socket.close(code);
    });
  });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
};

/** Sends one message and waits for the close. */
const sendOnce = async (
  { PlaygroundWebSocket }: ReturnType<typeof watched>,
  url: string,
  message: string,
): Promise<void> => {
  const socket = new PlaygroundWebSocket(url);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
  socket.send(message);
  await closed;
};

test('graphql-ws streams from a server with keys, and each message is seen', async () => {
  await using app = await startApp({ apiKeys });
  const { messages, sent, PlaygroundWebSocket } = watched(app.url, KEY);
  const client = createClient({
    url: socketUrl(app.url),
    webSocketImpl: PlaygroundWebSocket,
    retryAttempts: 0,
  });
  const events: unknown[] = [];
  const query = 'subscription { generate(input: { model: "demo", prompt: "Hello" }) { __typename } }';
  for await (const event of client.iterate({ query })) events.push(event);
  await client.dispose();
  expect(events.length).toBeGreaterThan(2);
  expect(messages.filter((message) => message.includes('"next"'))).toHaveLength(events.length);
  // Before the key is added: it is for the server alone.
  expect(sent.join()).not.toContain(KEY);
  expect(sent.map((message) => (JSON.parse(message) as { type: string }).type)).toEqual(
    expect.arrayContaining(['connection_init', 'subscribe']),
  );
});

test.each([
  ['there is none', undefined],
  ['the server refuses it', 'mg_alice_wrong'],
])('the page asks for a key where %s', async (_case, key) => {
  await using app = await startApp({ apiKeys });
  const { unauthorized, PlaygroundWebSocket } = watched(app.url, key);
  const client = createClient({
    url: socketUrl(app.url),
    webSocketImpl: PlaygroundWebSocket,
    retryAttempts: 0,
  });
  await expect(client.iterate({ query: '{ __typename }' }).next()).rejects.toMatchObject({
    reason: expect.any(String),
  });
  await unauthorized;
});

test.each([4401, 4403])('a close with %i asks for a key', async (code) => {
  await using server = await startClosingServer(code);
  const page = watched(server.url.replace(/^ws/, 'http'));
  await sendOnce(page, server.url, '{"type":"connection_init"}');
  await page.unauthorized;
});

test.each([1000, 4400, 4408, 4499])('a close with %i asks for none', async (code) => {
  await using server = await startClosingServer(code);
  const page = watched(server.url.replace(/^ws/, 'http'));
  await sendOnce(page, server.url, '{"type":"connection_init"}');
  expect(page.hasAsked()).toBe(false);
});

test.each([
  ['{"type":"connection_init"}', { type: 'connection_init', payload: { authorization: `Bearer ${KEY}` } }],
  [
    '{"type":"connection_init","payload":{"a":1}}',
    { type: 'connection_init', payload: { a: 1, authorization: `Bearer ${KEY}` } },
  ],
  [
    '{"type":"connection_init","payload":{"authorization":"Bearer mine"}}',
    { type: 'connection_init', payload: { authorization: 'Bearer mine' } },
  ],
  [
    '{"type":"subscribe","payload":{"query":"\\"connection_init\\""}}',
    { type: 'subscribe', payload: { query: '"connection_init"' } },
  ],
])('of what is sent only connection_init gets the key: %s', async (sent, arrives) => {
  await using server = await startClosingServer(1000);
  await sendOnce(watched(server.url.replace(/^ws/, 'http'), KEY), server.url, sent);
  expect(server.received.map((message) => JSON.parse(message) as unknown)).toEqual([arrives]);
});

test('another server gets no key, and is not read', async () => {
  await using server = await startClosingServer(4401);
  const page = watched('http://127.0.0.1:1/graphql', KEY);
  await sendOnce(page, server.url, '{"type":"connection_init"}');
  expect(server.received).toEqual(['{"type":"connection_init"}']);
  expect(page.hasAsked()).toBe(false);
});
