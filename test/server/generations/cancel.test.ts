import { afterEach, describe, expect, test } from 'vitest';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from '../../support/app/events.ts';
import { failureOf } from '../../support/upstream/provider-error.ts';
import {
  sendEventStream,
  startUpstream,
  type UpstreamRequest,
} from '../../support/upstream/upstream-server.ts';
import { openEventStream, openRawSocket, post } from '../../support/app/clients.ts';

const variables = { input: { model: 'gpt-4o', prompt: 'Say hi' } } as const;
const SUBSCRIPTION = { query: GENERATE_SUBSCRIPTION, variables };
const MUTATION = { query: GENERATE_MUTATION, variables };

const delta = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const stop = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;

/** Where the provider falls silent, and what of its answer has come by then. */
const PHASES = {
  'before its headers': { text: '', answer: (): void => undefined },
  'before its first byte': {
    text: '',
    answer: (exchange: UpstreamRequest) => sendEventStream(exchange, '', { end: false }),
  },
  'after some deltas': {
    text: 'Hi there',
    answer: (exchange: UpstreamRequest) =>
      sendEventStream(exchange, delta('Hi') + delta(' there'), { end: false }),
  },
} as const;
type Phase = keyof typeof PHASES;

const startServer = (baseUrl: string): Promise<TestApp> =>
  startApp({ providers: { openai: { apiKey: 'test', baseUrl } } });

interface Client {
  /** It is told of each delta, so that what has reached the server is known. */
  readonly streams: boolean;
  /** Resolves once the client has been sent what is there in that phase. */
  readonly ready: (phase: Phase) => Promise<unknown>;
  readonly leave: () => unknown;
  /** What must hold once the generation has ended. */
  readonly check?: () => void | Promise<void>;
  readonly close?: () => Promise<void>;
}

const overSocket =
  (operation: object, leaveBy: 'complete' | 'socket loss' | 'close') =>
  async (app: TestApp): Promise<Client> => {
    const raw = await openRawSocket(app);
    raw.send({ type: 'subscribe', id: 'one', payload: operation });
    const isStream = operation === SUBSCRIPTION;
    return {
      streams: isStream,
      ready: async (phase) => {
        if (!isStream) return;
        await raw.received(({ payload }) => payload?.data?.generate.__typename === 'GenerationStarted');
        if (phase === 'after some deltas')
          await raw.received(({ payload }) => payload?.data?.generate.text === ' there');
      },
      leave: () => {
        if (leaveBy === 'complete') raw.send({ type: 'complete', id: 'one' });
        else if (leaveBy === 'close') raw.socket.close(1000);
        else raw.socket.terminate();
      },
      check: async () => {
        if (leaveBy !== 'complete') return;
        const before = raw.messages.length;
        raw.send({ type: 'ping' });
        await raw.received(({ type }) => type === 'pong');
        // The socket lives on, and nothing more was said of an operation that its client had left.
        expect(raw.messages.slice(before).map(({ type }) => type)).toEqual(['pong']);
        expect(raw.messages.every(({ type }) => type !== 'complete' && type !== 'error')).toBe(true);
        if (!isStream) expect(raw.messages.every(({ id }) => id === undefined)).toBe(true);
      },
      close: async () => {
        await raw[Symbol.asyncDispose]();
      },
    };
  };

const overEventStream =
  (operation: typeof SUBSCRIPTION) =>
  async (app: TestApp): Promise<Client> => {
    const stream = await openEventStream(app, operation);
    const streams = operation === SUBSCRIPTION;
    return {
      streams,
      ready: async (phase) => {
        if (!streams) return;
        await stream.received(/GenerationStarted/);
        if (phase === 'after some deltas') await stream.received(/ there/);
      },
      leave: () => stream.leave(),
    };
  };

const overPost = (app: TestApp): Promise<Client> => {
  const controller = new AbortController();
  const failure = failureOf(post(app, MUTATION, { signal: controller.signal }));
  return Promise.resolve({
    streams: false,
    ready: () => Promise.resolve(),
    leave: () => controller.abort(),
    check: async () => {
      expect(await failure).toMatchObject({ name: 'AbortError' });
    },
  });
};

/** Each way to leave: what is asked for, and how its client goes away. */
const CLIENTS: Readonly<Record<string, (app: TestApp) => Promise<Client>>> = {
  'a WebSocket subscription that is completed': overSocket(SUBSCRIPTION, 'complete'),
  'a WebSocket subscription whose socket is closed': overSocket(SUBSCRIPTION, 'close'),
  'a WebSocket subscription whose socket is lost': overSocket(SUBSCRIPTION, 'socket loss'),
  'a WebSocket mutation that is completed': overSocket(MUTATION, 'complete'),
  'a WebSocket mutation whose socket is lost': overSocket(MUTATION, 'socket loss'),
  'an SSE subscription that is disconnected': overEventStream(SUBSCRIPTION),
  'an SSE mutation that is disconnected': overEventStream(MUTATION),
  'a POST mutation that is aborted': overPost,
};

const LOOK_UP = 'query ($id: ID!) { generation(id: $id) { status text error { code } } }';

interface Found {
  readonly status: string;
  readonly text: string;
  readonly error: unknown;
}

const lookUp = async (app: TestApp, id: unknown): Promise<Found> =>
  (await request(app, LOOK_UP, { id })).data.generation as Found;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const isEnd = ({ message }: { readonly message: string }): boolean => message === 'a generation ended';

describe.each(Object.keys(PHASES) as Phase[])('while the provider is silent %s', (phase) => {
  test.each(Object.entries(CLIENTS))('%s frees the provider', async (_name, connect) => {
    const { text, answer } = PHASES[phase];
    await using upstream = await startUpstream(answer);
    await using app = await startServer(upstream.origin);
    const client = await connect(app);
    if (client.close) closers.push(client.close);
    await client.ready(phase);
    const exchange = await upstream.request(0);
    client.leave();
    await exchange.closed;
    const { fields } = await app.logged(isEnd);
    expect(fields['status']).toBe('cancelled');
    const generation = await lookUp(app, fields['generationId']);
    expect(generation).toMatchObject({ status: 'CANCELLED', error: null });
    if (client.streams) expect(generation.text).toBe(text);
    else expect(text.startsWith(generation.text)).toBe(true);
    await client.check?.();
    expect(upstream.requests).toHaveLength(1);
    expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('beside the operation that is left', () => {
  test.each(['complete', 'socket loss'] as const)(
    'leaving by %s after the end leaves the generation as it ended',
    async (way) => {
      await using upstream = await startUpstream((exchange) =>
        sendEventStream(exchange, delta('Hi') + stop, { end: true }),
      );
      await using app = await startServer(upstream.origin);
      await using raw = await openRawSocket(app);
      raw.send({ type: 'subscribe', id: 'one', payload: SUBSCRIPTION });
      await raw.received(({ type, id }) => type === 'complete' && id === 'one');
      const { fields } = await app.logged(isEnd);
      if (way === 'complete') {
        raw.send({ type: 'complete', id: 'one' });
        raw.send({ type: 'ping' });
        await raw.received(({ type }) => type === 'pong');
      } else {
        raw.socket.terminate();
        await raw.closed;
      }
      expect(await lookUp(app, fields['generationId'])).toEqual({
        status: 'COMPLETED',
        text: 'Hi',
        error: null,
      });
      expect(app.logLines.filter(isEnd)).toHaveLength(1);
    },
  );

  test('leaving one of two operations on a socket leaves the other alone', async () => {
    const answers: UpstreamRequest[] = [];
    await using upstream = await startUpstream(async (exchange) => {
      answers.push(exchange);
      await sendEventStream(exchange, delta('Hi'), { end: false });
    });
    await using app = await startServer(upstream.origin);
    await using raw = await openRawSocket(app);
    for (const id of ['one', 'two']) {
      raw.send({ type: 'subscribe', id, payload: SUBSCRIPTION });
      await raw.received(({ id: of, payload }) => of === id && payload?.data?.generate.text === 'Hi');
    }
    raw.send({ type: 'complete', id: 'one' });
    await (await upstream.request(0)).closed;
    const { fields } = await app.logged(isEnd);
    expect(fields['status']).toBe('cancelled');
    answers[1]?.response.end(delta(' again') + stop);
    await raw.received(({ type, id }) => type === 'complete' && id === 'two');
    const events = raw.messages.flatMap(({ id, payload }) => (id === 'two' ? [payload?.data?.generate] : []));
    expect(events.findLast(Boolean)).toMatchObject({
      __typename: 'GenerationCompleted',
      generation: { text: 'Hi again' },
    });
  });

  test('an operation that is left in the breath that starts it ends, and its socket goes on', async () => {
    await using upstream = await startUpstream(() => undefined);
    await using app = await startServer(upstream.origin);
    await using raw = await openRawSocket(app);
    raw.send({ type: 'subscribe', id: 'one', payload: SUBSCRIPTION });
    raw.send({ type: 'complete', id: 'one' });
    raw.send({ type: 'subscribe', id: 'two', payload: { query: '{ __typename }' } });
    await raw.received(({ type, id }) => type === 'complete' && id === 'two');
    for (const exchange of upstream.requests) await exchange.closed;
    // Closing would fail a generation that still ran.
    await app.close();
    expect(app.logLines.filter(isEnd).map(({ fields }) => fields['status'])).not.toContain('failed');
  });
});
