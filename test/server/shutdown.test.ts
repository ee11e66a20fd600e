import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/app.ts';
import { type Event, GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { failureOf } from '../support/upstream/provider-error.ts';
import { sendEventStream, startUpstream } from '../support/upstream/upstream-server.ts';
import {
  type EventSourceStream,
  openEventStream,
  openRawSocket,
  post,
  type RawSocket,
} from '../support/app/clients.ts';
import { rawRequest } from '../support/app/raw-http.ts';
import { startByNpm, startServerProcess } from '../support/app/server-process.ts';
import { createToyProvider, finish, TOY_INPUT } from '../support/app/toy-app.ts';

const LONG_MS = 60_000;

const subscription = (model: string): { query: string; variables: Record<string, unknown> } => ({
  query: GENERATE_SUBSCRIPTION,
  variables: { input: { model, prompt: 'Hello' } },
});

/** A provider that has said "Hi" and waits to be let go. */
const createWaitingProvider = () => {
  const go = Promise.withResolvers<void>();
  const aborted: Promise<unknown>[] = [];
  const called = new EventEmitter();
  const toy = createToyProvider(async function* (_request, { signal }) {
    const left = once(signal, 'abort');
    aborted.push(left);
    called.emit('call');
    yield { type: 'text-delta', text: 'Hi' };
    await Promise.race([left, go.promise]);
    yield finish;
  });
  const calls = async (count: number): Promise<void> => {
    while (aborted.length < count) await once(called, 'call');
  };
  return { overrides: toy.overrides, go: () => go.resolve(), aborted, calls };
};

interface Watchers extends AsyncDisposable {
  readonly raw: RawSocket;
  readonly stream: EventSourceStream;
}

/** One generation over each transport, both with some text. */
const watch = async (server: Pick<TestApp, 'url'>, model: string): Promise<Watchers> => {
  const raw = await openRawSocket(server);
  raw.send({ type: 'subscribe', id: 'one', payload: subscription(model) });
  const stream = await openEventStream(server, subscription(model));
  await raw.received(({ payload }) => payload?.data?.generate.__typename === 'TextDelta');
  await stream.received(/TextDelta/);
  return { raw, stream, [Symbol.asyncDispose]: () => raw[Symbol.asyncDispose]() };
};

/** The last event over WebSocket, how its socket was closed, and the last event over SSE. */
const endOf = async ({ raw, stream }: Watchers): Promise<readonly [Event, number, Event]> => {
  await raw.received(({ type, id }) => type === 'complete' && id === 'one');
  const overSocket = raw.messages.findLast(({ type, id }) => type === 'next' && id === 'one')?.payload.data
    .generate as Event;
  const whole = await stream.ended;
  expect(whole.endsWith('event: complete\ndata: \n\n')).toBe(true);
  const last = whole.split('\n').findLast((line) => line.startsWith('data: {')) ?? '';
  const parsed = JSON.parse(last.slice('data: '.length)) as { data: { generate: Event } };
  return [overSocket, (await raw.closed).code, parsed.data.generate];
};

const interrupted = {
  __typename: 'GenerationFailed',
  error: { code: 'GENERATION_INTERRUPTED', retryable: true },
  generation: { status: 'FAILED' },
};

describe('a server that is closed', () => {
  test('lets what runs end within the grace, takes nothing new meanwhile, and then closes every socket', async () => {
    const { overrides, go } = createWaitingProvider();
    await using app = await startApp({ shutdownGraceMs: LONG_MS }, overrides);
    await using watchers = await watch(app, 'toy');
    await using idle = await openRawSocket(app);
    const closing = app.close();

    expect(await idle.closed).toEqual({ code: 1001, reason: 'The server is shutting down' });
    expect(await failureOf(rawRequest(app, { path: '/health/ready' }))).toMatchObject({
      code: 'ECONNREFUSED',
    });
    watchers.raw.send({ type: 'subscribe', id: 'late', payload: subscription('toy') });
    const late = await watchers.raw.received(({ id }) => id === 'late');
    expect(late.payload.errors).toMatchObject([{ extensions: { code: 'GENERATION_INTERRUPTED' } }]);

    go();
    const completed = { __typename: 'GenerationCompleted', generation: { text: 'Hi', status: 'COMPLETED' } };
    expect(await endOf(watchers)).toMatchObject([completed, 1001, completed]);
    await closing;
  });

  test('tells who is connected already that it is not ready, and keeps no connection for later', async () => {
    const { overrides, go, calls } = createWaitingProvider();
    await using app = await startApp({ shutdownGraceMs: LONG_MS }, overrides);
    const { hostname, port, host } = new URL(app.url);
    const early = connect({ host: hostname, port: Number(port) });
    await once(early, 'connect');
    const body = JSON.stringify({ query: GENERATE_MUTATION, variables: { input: TOY_INPUT } });
    const agent = new http.Agent({ keepAlive: true });
    const headers = { 'content-type': 'application/json' };
    const waiting = rawRequest(app, { method: 'POST', headers, body, agent });
    await calls(1);
    const closing = app.close();
    early.write(`GET /health/ready HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    expect(await text(early)).toMatch(/^HTTP\/1.1 503 [^]*shutting down/);
    go();
    expect(await waiting).toMatchObject({
      status: 200,
      body: expect.stringContaining('COMPLETED') as string,
    });
    await closing;
    agent.destroy();
  });

  test('ends what does not end within the grace, with an event that says so, before it closes the socket', async () => {
    const { overrides, aborted } = createWaitingProvider();
    await using app = await startApp({ shutdownGraceMs: 0 }, overrides);
    await using watchers = await watch(app, 'toy');
    const closing = app.close();
    expect(await endOf(watchers)).toMatchObject([interrupted, 1001, interrupted]);
    await Promise.all(aborted);
    await closing;
    expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('answers who waits for a generation that it was interrupted', async () => {
    const { overrides, calls } = createWaitingProvider();
    await using app = await startApp({ shutdownGraceMs: 0 }, overrides);
    await using watchers = await watch(app, 'toy');
    const waiting = post(app, { query: GENERATE_MUTATION, variables: { input: TOY_INPUT } });
    await using other = await openRawSocket(app);
    other.send({
      type: 'subscribe',
      id: 'one',
      payload: { query: GENERATE_MUTATION, variables: { input: TOY_INPUT } },
    });
    await calls(4);
    const closing = app.close();
    const { errors } = (await (await waiting).json()) as { readonly errors: unknown };
    const error = { extensions: { code: 'GENERATION_INTERRUPTED', retryable: true } };
    expect(errors).toMatchObject([error]);
    expect((await other.received(({ type }) => type === 'next')).payload.errors).toMatchObject([error]);
    await endOf(watchers);
    await closing;
  });

  test('waits only a moment for a client that takes nothing and does not close', async () => {
    const { overrides } = createWaitingProvider();
    await using app = await startApp({ shutdownGraceMs: 0 }, overrides);
    await using raw = await openRawSocket(app);
    raw.socket.pause();
    await app.close();
    raw.socket.resume();
    expect((await raw.closed).code).toBe(1001);
  });

  test('waits for no client whose WebSocket was refused, though it keeps its side of the socket open', async () => {
    const app = await startApp();
    const { hostname, port, host } = new URL(app.url);
    const refused = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const answer = text(refused);
    refused.write(
      `GET /nothing HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    );
    expect(await answer).toMatch(/^HTTP\/1\.1 404 /);
    await app.close();
    refused.destroy();
  });

  test('closed twice, it is closed', async () => {
    const app = await startApp();
    await Promise.all([app.close(), app.close()]);
    await app.close();
    expect(await failureOf(rawRequest(app))).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

const delta = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n';

/** A provider over the network that says "Hi" and falls silent. */
const startSilentUpstream = () =>
  startUpstream((exchange) => sendEventStream(exchange, delta, { end: false }));

describe('a process that is told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('by %s lets streams end and exits with 0', async (signal) => {
    await using server = await startServerProcess({ MODELGRAPH_DEMO_DELAY_MS: '5' });
    await using watchers = await watch(server, 'demo');
    server.child.kill(signal);
    const completed = { __typename: 'GenerationCompleted', finishReason: 'STOP' };
    expect(await endOf(watchers)).toMatchObject([completed, 1001, completed]);
    expect(await server.exited).toBe(0);
    expect(server.lines.at(-1)).toContain('"msg":"stopped"');
    expect(await failureOf(rawRequest(server, { path: '/health/ready' }))).toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  const signals: readonly (readonly [name: string, send: (npm: ChildProcess) => void])[] = [
    ['SIGTERM to npm', (npm) => npm.kill('SIGTERM')],
    // As a terminal does: to every process of the group, so that npm sends it a second time.
    ['Ctrl-C', ({ pid = 0 }) => process.kill(-pid, 'SIGINT')],
  ];
  test.each(signals)('by %s, started with `npm start`, drains, and npm ends with it', async (_name, send) => {
    await using server = await startByNpm({ MODELGRAPH_DEMO_DELAY_MS: '5' });
    await using watchers = await watch(server, 'demo');
    send(server.child);
    const completed = { __typename: 'GenerationCompleted', finishReason: 'STOP' };
    expect(await endOf(watchers)).toMatchObject([completed, 1001, completed]);
    expect(await server.exited).toBe(0);
    expect(server.lines.filter((line) => line.includes('"msg":"stopped"'))).toHaveLength(1);
    expect(await failureOf(rawRequest(server, { path: '/health/ready' }))).toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test('interrupts streams that outlast the grace, frees the provider and exits with 0', async () => {
    await using upstream = await startSilentUpstream();
    await using server = await startServerProcess({
      OPENAI_API_KEY: 'test',
      OPENAI_BASE_URL: upstream.origin,
      MODELGRAPH_SHUTDOWN_GRACE_MS: '0',
    });
    await using watchers = await watch(server, 'gpt-4o');
    server.child.kill('SIGTERM');
    expect(await endOf(watchers)).toMatchObject([interrupted, 1001, interrupted]);
    await Promise.all(upstream.requests.map(({ closed }) => closed));
    expect(upstream.requests).toHaveLength(2);
    expect(await server.exited).toBe(0);
  });

  test('twice ends at once', async () => {
    await using upstream = await startSilentUpstream();
    await using server = await startServerProcess({
      OPENAI_API_KEY: 'test',
      OPENAI_BASE_URL: upstream.origin,
      MODELGRAPH_SHUTDOWN_GRACE_MS: String(LONG_MS),
    });
    await using watchers = await watch(server, 'gpt-4o');
    server.child.kill('SIGTERM');
    await server.printed('shutting down');
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(1);
    await Promise.all(upstream.requests.map(({ closed }) => closed));
    expect((await watchers.raw.closed).code).toBe(1006);
  });
});
