import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Services } from '../../src/server/context.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { startApp } from '../support/app/app.ts';
import { serveBare } from '../support/app/bare-server.ts';
import { GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { openEventStream, openRawSocket } from '../support/app/clients.ts';
import { createToyProvider, finish, TOY_INPUT } from '../support/app/toy-app.ts';

const HEARTBEAT_MS = 20;
const operation = { query: GENERATE_SUBSCRIPTION, variables: { input: TOY_INPUT } };
const subscribe = { type: 'subscribe', id: 'one', payload: operation };

/** A provider that says so many megabytes at once and then nothing, until it is let go or its caller leaves. */
const createSilentProvider = (megabytes = 0) => {
  const { promise: freed, resolve } = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const toy = createToyProvider(async function* (_request, { signal }) {
    called.resolve();
    const left = once(signal, 'abort').then(() => resolve());
    for (let megabyte = 0; megabyte < megabytes; megabyte += 1)
      yield { type: 'text-delta', text: 'x'.repeat(1024 * 1024) };
    await Promise.race([left, go.promise]);
    yield finish;
  });
  return { overrides: toy.overrides, called: called.promise, freed, go: go.resolve };
};

// Heartbeats come when a test wants them. By the clock, a machine under load answers some of them too late.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const beat = (): void => void vi.advanceTimersByTime(HEARTBEAT_MS);

/** Heartbeats, each after what the one before set off, until something has come about. */
const beatUntil = async (about: Promise<unknown>): Promise<void> => {
  for (;;) {
    beat();
    if (await Promise.race([about.then(() => true), setImmediate(false)])) return;
  }
};

const isEnd = ({ message }: { readonly message: string }): boolean => message === 'a generation ended';

test('a WebSocket is pinged while the provider is silent, and lives on as long as it answers', async () => {
  const { overrides, go } = createSilentProvider();
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  await using raw = await openRawSocket(app);
  raw.send(subscribe);
  const pongs = () => raw.messages.filter(({ type }) => type === 'pong').length;
  for (let ping = 0; ping < 4; ping += 1) {
    const pinged = once(raw.socket, 'ping');
    beat();
    await pinged;
    // The server reads the answer to its ping before this message, which it answers in turn.
    raw.send({ type: 'ping' });
    await raw.received(() => pongs() > ping);
  }
  go();
  await raw.received(({ type }) => type === 'complete');
  expect((await app.logged(isEnd)).fields['status']).toBe('completed');
});

test('an event stream carries comments while the provider is silent, and then its events', async () => {
  const { overrides, go } = createSilentProvider();
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  const stream = await openEventStream(app, operation);
  // It may come after the head, and would part the comments.
  await stream.received(/GenerationStarted/);
  for (let comments = 1; comments <= 4; comments += 1) {
    beat();
    await stream.received(new RegExp(`(:\\n\\n){${comments}}`));
  }
  go();
  const text = await stream.ended;
  expect(text).toContain('GenerationCompleted');
  expect(text.endsWith('event: complete\ndata: \n\n')).toBe(true);
});

test('a WebSocket client that answers no ping is dropped, and its provider is freed', async () => {
  const { overrides, called, freed } = createSilentProvider();
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  await using raw = await openRawSocket(app, { socket: { autoPong: false } });
  raw.send(subscribe);
  await called;
  await beatUntil(freed);
  expect((await raw.closed).code).toBe(1006);
  expect((await app.logged(isEnd)).fields['status']).toBe('cancelled');
});

test('a WebSocket client that stops reading is dropped, and its provider is freed', async () => {
  const { overrides, called, freed } = createSilentProvider(16);
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  await using raw = await openRawSocket(app);
  raw.send(subscribe);
  await called;
  raw.socket.pause();
  await beatUntil(freed);
  expect((await app.logged(isEnd)).fields['status']).toBe('cancelled');
  raw.socket.resume();
});

test.each([
  ['an SSE client', 'text/event-stream'],
  ['a client of multipart subscriptions', 'multipart/mixed;subscriptionSpec=1.0'],
])('%s that stops reading is dropped, and its provider is freed', async (_client, accept) => {
  const { overrides, freed } = createSilentProvider(16);
  await using app = await startApp({ heartbeatMs: HEARTBEAT_MS }, overrides);
  const { hostname, port, host } = new URL(app.url);
  const body = JSON.stringify(operation);
  // Never read from: what arrives stays in the kernel until that is full.
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\naccept: ${accept}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await beatUntil(freed);
  expect((await app.logged(isEnd)).fields['status']).toBe('cancelled');
  expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  socket.destroy();
});

test('an event stream whose client has left before it begins is over at once', async () => {
  const opened = Promise.withResolvers<AbortSignal>();
  const left = Promise.withResolvers<void>();
  const generations = {
    async stream(_input: unknown, _caller: unknown, signal: AbortSignal) {
      opened.resolve(signal);
      signal.addEventListener('abort', () => left.resolve());
      await left.promise;
      return (async function* () {})();
    },
  };
  const metrics = createMetrics({});
  await using served = await serveBare({ services: { generations } as unknown as Services, metrics });
  const leaving = new AbortController();
  const answer = fetch(served.url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify(operation),
    signal: leaving.signal,
  });
  await opened.promise;
  leaving.abort();
  await expect(answer).rejects.toThrow('aborted');
  await left.promise;
  expect((await metrics.scrape()).body).toContain('modelgraph_open_streams{transport="sse"} 0');
});
