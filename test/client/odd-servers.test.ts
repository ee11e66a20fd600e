import { expect, test } from 'vitest';
import { createModelgraph, type Generation } from '../../client/src/index.ts';
import { toArray } from '../support/to-array.ts';
import { EVENTS, GENERATION, HEAD, say, startOddServer, toNext } from './odd-server.ts';
import { errorOf } from './waiting.ts';

const RECONNECT = { baseDelayMs: 1, maxDelayMs: 4 };
const ASKED = { model: 'toy', prompt: 'Hello' } as const;
const [STARTED, HELLO, THERE, COMPLETED] = EVENTS;
const COMPLETE = 'event: complete\ndata: \n\n';

const sequencesOf = (events: readonly { readonly sequence: number }[]): number[] =>
  events.map(({ sequence }) => sequence);

const keysOf = (bodies: readonly string[]): unknown[] =>
  bodies.map((body) => {
    const { variables } = JSON.parse(body) as { readonly variables: Readonly<Record<string, unknown>> };
    return variables['idempotencyKey'] ?? variables['after'];
  });

test('the page of a proxy whose server is away is waited out, and the same is asked with the same key', async () => {
  await using server = await startOddServer({
    onRequest: (response, index) => {
      if (index < 3)
        return void response
          .writeHead([502, 503, 504][index] ?? 502, { 'content-type': 'text/html' })
          .end('<html><body>Bad gateway</body></html>');
      response.writeHead(200, HEAD).end(EVENTS.map((event) => toNext(event)).join('') + COMPLETE);
    },
  });
  const client = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT });
  const handle = client.generate(ASKED);
  expect((await handle.result()).text).toBe('Hello there');
  expect(new Set(keysOf(server.bodies))).toEqual(new Set([handle.idempotencyKey]));
  expect(server.bodies).toHaveLength(4);
});

test('a server that shuts down is left for another one, which is asked with the same key', async () => {
  const refusal = {
    errors: [
      {
        message: 'The server is shutting down. Send the request again.',
        path: ['generate'],
        extensions: { code: 'GENERATION_INTERRUPTED', retryable: true },
      },
    ],
    data: null,
  };
  await using server = await startOddServer({
    onRequest: (response, index) => {
      const events =
        index < 4
          ? [`event: next\ndata: ${JSON.stringify(refusal)}\n\n`]
          : EVENTS.map((event) => toNext(event));
      response.writeHead(200, HEAD).end(events.join('') + COMPLETE);
    },
  });
  const client = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT });
  const handle = client.generate(ASKED);
  expect((await handle.result()).text).toBe('Hello there');
  expect(new Set(keysOf(server.bodies))).toEqual(new Set([handle.idempotencyKey]));
  expect(server.bodies).toHaveLength(5);
});

test('a server that stays away is given up after its time, with what had come', async () => {
  await using server = await startOddServer({
    onRequest: (response, index) => {
      if (index > 0) return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>');
      response.writeHead(200, HEAD).write(toNext(STARTED) + toNext(HELLO));
      setImmediate(() => response.destroy());
    },
  });
  const reconnect = { ...RECONNECT, giveUpAfterMs: 40 };
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect }).generate(ASKED);
  const error = await errorOf(handle.result());
  expect(error).toMatchObject({ code: 'SERVER_AWAY', retryable: true, generationId: 'g1' });
  expect(error.partial?.text).toBe('Hello ');
  expect(handle).toMatchObject({ status: 'failed', id: 'g1', cursor: 'c2' });
});

test.for([
  [200, 'text/html', 'BAD_RESPONSE', false],
  [404, 'text/html', 'BAD_RESPONSE', false],
  [403, 'text/html', 'FORBIDDEN', false],
  [401, 'text/plain', 'UNAUTHENTICATED', false],
  [413, 'text/html', 'INVALID_REQUEST', false],
] as const)('an answer %i of %s is the error %s, at once', async ([status, type, code, retryable]) => {
  await using server = await startOddServer({
    onRequest: (response) => void response.writeHead(status, { 'content-type': type }).end('<html>'),
  });
  const client = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT });
  expect(await errorOf(client.generate(ASKED).result())).toMatchObject({ code, retryable });
  expect(await errorOf(client.providers())).toMatchObject({ code, retryable });
  expect(server.bodies).toHaveLength(2);
});

test('a limit of requests is waited for as it says, and not for longer than a reader would', async () => {
  const limits = ['0', '0', '3600'];
  await using server = await startOddServer({
    onRequest: (response, index) =>
      void response.writeHead(429, { 'retry-after': limits[index] ?? '0' }).end('slow down'),
  });
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT }).generate(
    ASKED,
  );
  expect(await errorOf(handle.result())).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 3_600_000 });
  expect(server.bodies).toHaveLength(3);
});

test('a server that fails each time is not asked without end', async () => {
  await using server = await startOddServer({
    onRequest: (response) => void response.writeHead(500).end('oops'),
  });
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT }).generate(
    ASKED,
  );
  expect(await errorOf(handle.result())).toMatchObject({ code: 'BAD_RESPONSE' });
  expect(server.bodies).toHaveLength(4);
});

test('frames that are cut, repeated and out of order give each event once, in order', async () => {
  const half = toNext(THERE, 'generationEvents').slice(0, 60);
  const answers = [
    toNext(STARTED) + toNext(HELLO) + toNext(HELLO) + half,
    // The piece in between is missing: it is asked for again after the last good cursor.
    toNext(HELLO, 'generationEvents') + toNext({ ...THERE, offset: 9 }, 'generationEvents'),
    `:\n\n${toNext(STARTED, 'generationEvents')}${toNext({ ...THERE, offset: 4, text: 'o there' }, 'generationEvents')}`,
    toNext(COMPLETED, 'generationEvents') + toNext(COMPLETED, 'generationEvents') + COMPLETE,
  ];
  await using server = await startOddServer({
    onRequest: (response, index) => void response.writeHead(200, HEAD).end(answers[index]),
  });
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT }).generate(
    ASKED,
  );
  const events = await toArray(handle.events());
  expect(sequencesOf(events)).toEqual([1, 2, 3, 4]);
  expect(handle.snapshot.text).toBe('Hello there');
  expect(keysOf(server.bodies)).toEqual([handle.idempotencyKey, 'c2', 'c2', 'c3']);
});

test('a stream with a gap that stays is given up', async () => {
  await using server = await startOddServer({
    onRequest: (response, index) =>
      void response
        .writeHead(200, HEAD)
        .end(index === 0 ? toNext(STARTED) : toNext({ ...THERE, offset: 9 }, 'generationEvents')),
  });
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT }).generate(
    ASKED,
  );
  expect(await errorOf(handle.result())).toMatchObject({ code: 'BAD_RESPONSE', generationId: 'g1' });
});

test('a stream that is complete without a last event asks the generation', async () => {
  await using server = await startOddServer({
    onRequest: (response, index) => {
      if (index === 0) response.writeHead(200, HEAD).end(toNext(STARTED) + COMPLETE);
      else
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ data: { generation: GENERATION } }));
    },
  });
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT }).generate(
    ASKED,
  );
  expect((await handle.result()).text).toBe('Hello there');
  expect(handle.snapshot.text).toBe('Hello there');
});

test('a snapshot replaces what had come before it', async () => {
  const running = { ...GENERATION, status: 'RUNNING', text: 'Hello ', lastSequence: 2, finishReason: null };
  const events = [
    STARTED,
    { __typename: 'GenerationSnapshot', generationId: 'g1', sequence: 2, cursor: 'c2', generation: running },
    THERE,
    COMPLETED,
  ];
  await using server = await startOddServer({
    onRequest: (response) =>
      void response.writeHead(200, HEAD).end(events.map((event) => toNext(event)).join('') + COMPLETE),
  });
  const handle = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT }).generate(
    ASKED,
  );
  const generation: Generation = await handle.result();
  expect(handle.snapshot.parts).toEqual([{ type: 'text', text: generation.text, state: 'done' }]);
});

test.for([
  [1006, undefined],
  [1001, undefined],
  [1000, undefined],
  [1011, undefined],
  [4500, undefined],
  [4429, undefined],
  [4408, undefined],
  [4401, 'UNAUTHENTICATED'],
  [4403, 'FORBIDDEN'],
  [4400, 'INVALID_REQUEST'],
  [4406, 'BAD_RESPONSE'],
  [1009, 'INVALID_REQUEST'],
] as const)('a socket that is closed with %i is resumed, or is the error %s', async ([code, expected]) => {
  await using server = await startOddServer({
    onMessage: (socket, { type, id, payload }, index) => {
      if (type === 'connection_init') return say(socket, { type: 'connection_ack' });
      if (type !== 'subscribe') return undefined;
      const next = (event: unknown, field: string): void =>
        say(socket, { id, type: 'next', payload: { data: { [field]: event } } });
      if (index === 0) {
        next(STARTED, 'generate');
        next(HELLO, 'generate');
        return code === 1006 ? socket.terminate() : socket.close(code, 'as told');
      }
      expect(payload?.variables).toEqual({ id: 'g1', after: 'c2' });
      next(THERE, 'generationEvents');
      next(COMPLETED, 'generationEvents');
      return say(socket, { id, type: 'complete' });
    },
  });
  const client = createModelgraph({ url: server.url, transport: 'websocket', reconnect: RECONNECT });
  const handle = client.generate(ASKED);
  if (expected === undefined) {
    expect((await handle.result()).text).toBe('Hello there');
    expect(sequencesOf(await toArray(handle.events()))).toEqual([1, 2, 3, 4]);
  } else {
    const error = await errorOf(handle.result());
    expect(error).toMatchObject({ code: expected, generationId: 'g1' });
    expect(error.partial?.text).toBe('Hello ');
  }
  const subscribed = server.messages.filter(({ message }) => message.type === 'subscribe');
  expect(subscribed).toHaveLength(expected === undefined ? 2 : 1);
});

test('where no WebSocket opens, SSE serves instead, and is tried first from then on', async () => {
  await using server = await startOddServer({
    onRequest: (response) =>
      void response.writeHead(200, HEAD).end(EVENTS.map((event) => toNext(event)).join('') + COMPLETE),
  });
  let upgrades = 0;
  class CountedWebSocket extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      upgrades += 1;
    }
  }
  const client = createModelgraph({ url: server.url, webSocket: CountedWebSocket, reconnect: RECONNECT });
  expect((await client.generate(ASKED).result()).text).toBe('Hello there');
  expect((await client.generate(ASKED).result()).text).toBe('Hello there');
  expect(upgrades).toBe(1);
});

test('an address that nothing answers at is given up, and said to be away', async () => {
  const reconnect = { ...RECONNECT, giveUpAfterMs: 40 };
  const client = createModelgraph({ url: 'http://127.0.0.1:1/graphql', reconnect });
  const handle = client.generate(ASKED);
  expect(await errorOf(handle.result())).toMatchObject({ code: 'SERVER_AWAY', retryable: true });
  expect(await errorOf(client.models())).toMatchObject({ code: 'SERVER_AWAY' });
});

test('an address without a page to belong to is an error that says so', async () => {
  const client = createModelgraph({ url: '/graphql' });
  expect(await errorOf(client.generate(ASKED).result())).toMatchObject({
    code: 'INVALID_REQUEST',
    path: 'url',
  });
  expect(await errorOf(client.models())).toMatchObject({ code: 'INVALID_REQUEST', path: 'url' });
});
