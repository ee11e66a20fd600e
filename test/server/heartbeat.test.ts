import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { listen } from '../../src/server/listen.ts';
import { serveEventStream } from '../../src/server/sse.ts';
import { startApp } from '../support/app/app.ts';
import { GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { openEventStream, openRawSocket } from '../support/app/clients.ts';
import { createToyProvider, finish, TOY_INPUT } from '../support/app/toy-app.ts';

const HEARTBEAT_MS = 20;
const operation = { query: GENERATE_SUBSCRIPTION, variables: { input: TOY_INPUT } };
const subscribe = { type: 'subscribe', id: 'one', payload: operation };

/** A provider that says so many megabytes at once and then nothing, until it is let go or its caller leaves. */
const createSilentProvider = (megabytes = 0) => {
  const { promise: freed, resolve } = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const toy = createToyProvider(async function* (_request, { signal }) {
    const left = once(signal, 'abort').then(() => resolve());
    for (let megabyte = 0; megabyte < megabytes; megabyte += 1)
      yield { type: 'text-delta', text: 'x'.repeat(1024 * 1024) };
    await Promise.race([left, go.promise]);
    yield finish;
  });
  return { overrides: toy.overrides, freed, go: go.resolve };
};

const isEnd = ({ message }: { readonly message: string }): boolean => message === 'a generation ended';

test('a WebSocket is pinged while the provider is silent, and lives on as long as it answers', async () => {
  const { overrides, go } = createSilentProvider();
  // Long enough for an answer on a busy machine.
  await using app = await startApp({ heartbeatMs: 250 }, overrides);
  await using raw = await openRawSocket(app);
  raw.send(subscribe);
  for (let ping = 0; ping < 4; ping += 1) await once(raw.socket, 'ping');
  go();
  await raw.received(({ type }) => type === 'complete');
  expect((await app.logged(isEnd)).fields['status']).toBe('completed');
});

test('an event stream carries comments while the provider is silent, and then its events', async () => {
  const { overrides, go } = createSilentProvider();
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  const stream = await openEventStream(app, operation);
  await stream.received(/(:\n\n){4}/);
  go();
  const text = await stream.ended;
  expect(text).toContain('GenerationCompleted');
  expect(text.endsWith('event: complete\ndata: \n\n')).toBe(true);
});

test('a WebSocket client that answers no ping is dropped, and its provider is freed', async () => {
  const { overrides, freed } = createSilentProvider();
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  await using raw = await openRawSocket(app, { socket: { autoPong: false } });
  raw.send(subscribe);
  await freed;
  expect((await raw.closed).code).toBe(1006);
  expect((await app.logged(isEnd)).fields['status']).toBe('cancelled');
});

test('a WebSocket client that stops reading is dropped, and its provider is freed', async () => {
  const { overrides, freed } = createSilentProvider(32);
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  await using raw = await openRawSocket(app);
  raw.send(subscribe);
  raw.socket.pause();
  await freed;
  expect((await app.logged(isEnd)).fields['status']).toBe('cancelled');
  raw.socket.resume();
});

test('an SSE client that stops reading is dropped, and its provider is freed', async () => {
  const { overrides, freed } = createSilentProvider(32);
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  const { hostname, port, host } = new URL(app.url);
  const body = JSON.stringify(operation);
  // Never read from: what arrives stays in the kernel until that is full.
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await freed;
  expect((await app.logged(isEnd)).fields['status']).toBe('cancelled');
  expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  socket.destroy();
});

test('an event stream whose client has left before it begins is over at once', async () => {
  const served = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    response.on('close', () => {
      const refused = [new GraphQLError('nobody reads this')];
      serveEventStream(response, refused, {}, HEARTBEAT_MS).then(served.resolve, served.reject);
    });
    response.destroy();
  });
  const { port } = new URL(await listen(server, '127.0.0.1', 0));
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
  await served.promise;
  server.close();
  expect(server.listening).toBe(false);
});
