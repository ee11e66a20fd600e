import { setImmediate } from 'node:timers/promises';
import { parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { createModelgraph, EMPTY_SNAPSHOT, fold } from '../../client/src/index.ts';
import { ReconnectPolicy } from '../../client/src/reconnect-policy.ts';
import { createResumableSubscriber } from '../../client/src/resume-document/index.ts';
import { serverAway } from '../../client/src/to-modelgraph-error.ts';
import { EVENTS, GENERATION, HEAD, startOddServer, toNext } from './odd-server.ts';
import { errorOf } from './waiting.ts';

const RECONNECT = { baseDelayMs: 1, maxDelayMs: 4 };
const ASKED = { model: 'toy', prompt: 'Hello' } as const;
const [STARTED] = EVENTS;
const BATCH = { id: 'b1', status: 'RUNNING', counts: { total: 1 } };

const toUpdate = (batch: unknown): string =>
  `event: next\ndata: ${JSON.stringify({ data: { batchUpdated: batch } })}\n\n`;

/** The output after steps, each of a path and what is set there. */
const outputAfter = (...steps: readonly (readonly [path: string, value: unknown])[]): unknown =>
  steps.reduce(
    (state, [path, value], index) =>
      fold(
        {
          __typename: 'OutputUpdated',
          generationId: 'g1',
          sequence: index + 1,
          cursor: 'c',
          path,
          change: 'SET',
          value,
        },
        state,
      ),
    EMPTY_SNAPSHOT,
  ).output;

test('an index past the end of an array, and its length, change nothing', () => {
  const steps = [
    ['', ['a']],
    ['/1', 'b'],
  ] as const;
  for (const path of ['/99999999', '/3', '/length', '/-1', '/01', '/1e0'])
    expect(outputAfter(...steps, [path, 'c'])).toEqual(['a', 'b']);
  expect(outputAfter(...steps, ['/2', 'c'], ['/0', 'd'])).toEqual(['d', 'b', 'c']);
});

test('a path of a hundred thousand levels leads nowhere, and does not fail', () => {
  const depth = 100_000;
  const deep = JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
  // Compared here: a runner would print both.
  expect(outputAfter(['', deep], ['/0'.repeat(depth), 1]) === deep).toBe(true);
});

test('a snapshot that is sent again with each connection does not keep a stream from being given up', async () => {
  const generation = {
    ...GENERATION,
    status: 'RUNNING',
    text: 'Hello ',
    lastSequence: 2,
    finishReason: null,
  };
  const snapshot = {
    __typename: 'GenerationSnapshot',
    generationId: 'g1',
    sequence: 2,
    cursor: 'c2',
    generation,
  };
  await using server = await startOddServer({
    onRequest: (response, index) =>
      void response.writeHead(200, HEAD).end(toNext(snapshot, index === 0 ? 'generate' : 'generationEvents')),
  });
  const reconnect = { ...RECONNECT, giveUpAfterMs: 60 };
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect }).generate(ASKED);
  expect(await errorOf(handle.result())).toMatchObject({ code: 'SERVER_AWAY', generationId: 'g1' });
});

test('a batch whose connections end without news is given up', async () => {
  await using server = await startOddServer({
    onRequest: (response) => void response.writeHead(200, HEAD).end(toUpdate(BATCH)),
  });
  const reconnect = { ...RECONNECT, giveUpAfterMs: 60 };
  const client = createModelgraph({ url: server.url, transport: 'sse', reconnect });
  const seen: unknown[] = [];
  const reading = async (): Promise<void> => {
    for await (const batch of client.followBatch('b1')) seen.push(batch);
  };
  expect(await errorOf(reading())).toMatchObject({ code: 'SERVER_AWAY' });
  expect(seen).toEqual([BATCH]);
});

test('disposing ends a batch that is followed, and nothing connects again', async () => {
  await using server = await startOddServer({
    onRequest: (response) => void response.writeHead(200, HEAD).write(toUpdate(BATCH)),
  });
  const client = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT });
  for await (const batch of client.followBatch('b1')) {
    expect(batch).toEqual(BATCH);
    client.dispose();
  }
  expect(client.connection.state).toBe('idle');
  expect(server.bodies).toHaveLength(1);
});

test('an event that never ends is not kept without bound', async () => {
  await using server = await startOddServer({
    onRequest: (response, index) => {
      response.writeHead(200, HEAD).write('data: ');
      const piece = 'x'.repeat(4 * 1024 * 1024);
      const write = (): void => {
        while (!response.destroyed) if (!response.write(piece)) return;
      };
      response.on('drain', write);
      if (index < 5) write();
    },
  });
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT }).generate(
    ASKED,
  );
  expect(await errorOf(handle.result())).toMatchObject({ code: 'BAD_RESPONSE', retryable: false });
  expect(server.bodies).toHaveLength(1);
});

test('pages of models that lead nowhere are an error', async () => {
  await using server = await startOddServer({
    onRequest: (response, index) => {
      const pageInfo = { endCursor: 'same', hasNextPage: index < 50 };
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ data: { models: { nodes: [], pageInfo } } }));
    },
  });
  expect(await errorOf(createModelgraph({ url: server.url }).models())).toMatchObject({
    code: 'BAD_RESPONSE',
  });
  expect(server.bodies).toHaveLength(2);
});

test('pauses between tries stay within what a timer can wait, however many and however long', () => {
  const settings = { baseDelayMs: 0, maxDelayMs: Infinity, giveUpAfterMs: Infinity, renewsToken: false };
  const LONGEST_TIMER_MS = 2 ** 31 - 1;
  for (const [baseDelayMs, longestMs] of [
    [0, 0],
    [250, LONGEST_TIMER_MS],
  ] as const) {
    const policy = new ReconnectPolicy({ ...settings, baseDelayMs });
    const pauses = Array.from({ length: 2_000 }, () => policy.findPauseMs(serverAway()) ?? Number.NaN);
    expect(pauses.every((pauseMs) => pauseMs >= 0 && pauseMs <= longestMs)).toBe(true);
  }
  const year = serverAway(undefined, 365 * 86_400_000);
  expect(new ReconnectPolicy(settings).findPauseMs(year)).toBe(LONGEST_TIMER_MS);
  expect(new ReconnectPolicy({ ...settings, giveUpAfterMs: 300_000 }).findPauseMs(year)).toBe(undefined);
});

test('a listener that throws costs no connection, and its error is reported', async () => {
  await using server = await startOddServer({
    onRequest: (response, index) =>
      void response
        .writeHead(200, HEAD)
        .end(EVENTS.map((event) => toNext(event, index === 0 ? 'generate' : 'generationEvents')).join('')),
  });
  const reported: unknown[] = [];
  const listeners = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => reported.push(error));
  try {
    const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT }).generate(
      ASKED,
    );
    const error = new Error('of the listener');
    handle.subscribe(() => {
      throw error;
    });
    expect((await handle.result()).text).toBe('Hello there');
    await setImmediate();
    expect(server.bodies).toHaveLength(1);
    expect(new Set(reported)).toEqual(new Set([error]));
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener as () => void);
  }
});

test('a token that is never given does not hold up what is aborted', async () => {
  const token = (): Promise<string> => new Promise(() => undefined);
  const client = createModelgraph({ url: 'http://127.0.0.1:1/graphql', token });
  const controller = new AbortController();
  const asked = client.models({ signal: controller.signal });
  const handle = client.generate(ASKED);
  await setImmediate();
  expect(client.connection.state).toBe('connecting');
  controller.abort();
  handle.detach();
  await expect(asked).rejects.toThrow('aborted');
  await setImmediate();
  expect(client.connection.state).toBe('idle');
});

test('disposing ends a document that is resumed, and nothing connects again', async () => {
  await using server = await startOddServer({
    onRequest: (response) => void response.writeHead(200, HEAD).write(toNext(STARTED, 'generationEvents')),
  });
  const subscriber = createResumableSubscriber({ url: server.url, transport: 'sse', reconnect: RECONNECT });
  const document = parse(
    'subscription { generationEvents(id: "g1") { __typename generationId cursor sequence } }',
  );
  await subscriber.subscribe({
    request: { document },
    print,
    idempotencyKey: 'k',
    signal: new AbortController().signal,
    onResult: () => subscriber.dispose(),
  });
  expect(server.bodies).toHaveLength(1);
});
