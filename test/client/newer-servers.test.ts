import { expect, test } from 'vitest';
import { controls, createModelgraph, ModelgraphError } from '../../client/src/index.ts';
import { startApp } from '../support/app/app.ts';
import { toArray } from '../support/to-array.ts';
import { EVENTS, GENERATION, HEAD, startOddServer, toNext } from './odd-server.ts';
import { errorOf } from './waiting.ts';

const RECONNECT = { baseDelayMs: 1, maxDelayMs: 4 };
const ASKED = { model: 'toy', prompt: 'Hello' } as const;
const [STARTED, HELLO, THERE, COMPLETED] = EVENTS;
const COMPLETE = 'event: complete\ndata: \n\n';
const toStream = (events: readonly unknown[]): string =>
  events.map((event) => toNext(event)).join('') + COMPLETE;

test('events and values of a newer server are told as they come, and break nothing', async () => {
  const warning = { code: 'OF_A_NEWER_SERVER', message: 'Mind the step.', path: null };
  const place = (sequence: number) => ({ generationId: 'g1', sequence, cursor: `c${sequence}` });
  const events = [
    STARTED,
    { __typename: 'PictureDelta', ...place(2) },
    { ...HELLO, ...place(3) },
    { __typename: 'WarningRaised', ...place(4), warning },
    { __typename: 'OutputUpdated', ...place(5), path: '', change: 'REMOVE', value: null },
    { ...THERE, ...place(6) },
    {
      ...COMPLETED,
      ...place(7),
      finishReason: 'TIRED',
      generation: { ...GENERATION, finishReason: 'TIRED', warnings: [warning], lastSequence: 7 },
    },
  ];
  await using server = await startOddServer({
    onRequest: (response) => void response.writeHead(200, HEAD).end(toStream(events)),
  });
  const client = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT });
  const handle = client.generate(ASKED);
  const seen = await toArray(handle.events());
  expect(seen.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(handle).toMatchObject({ status: 'completed', cursor: 'c7' });
  expect(handle.snapshot).toMatchObject({ text: 'Hello there', finishReason: 'TIRED', warnings: [warning] });
  expect(server.bodies).toHaveLength(1);
});

test('a parameter of a newer server has no control, and the others have theirs', async () => {
  await using app = await startApp();
  const model = await createModelgraph({ url: app.url }).model('demo');
  if (model === null) throw new Error('there is no such model');
  const [parameter] = model.parameters;
  const newer = { ...model, parameters: [{ ...parameter, parameter: 'MOOD' }, ...model.parameters] };
  expect(controls(newer as typeof model)).toEqual(controls(model));
});

test('a stream with a byte order mark and other ends of lines, in pieces of one byte, is read whole', async () => {
  const lines = `\uFEFF: begins\r\n\r\n${toStream(EVENTS).replaceAll('\n', '\r\n')}`;
  await using server = await startOddServer({
    onRequest: (response) => {
      response.writeHead(200, { 'content-type': 'Text/Event-Stream;charset=UTF-8' });
      const bytes = [...Buffer.from(lines)];
      const write = (): void => {
        const byte = bytes.shift();
        if (byte === undefined) return void response.end();
        response.write(Buffer.of(byte));
        setImmediate(write);
      };
      write();
    },
  });
  const client = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT });
  expect((await client.generate(ASKED).result()).text).toBe('Hello there');
  expect(server.bodies).toHaveLength(1);
});

test.for(['null', '3', 'cut off {'])(
  'an event of a stream that is %s, no result, is asked for again, and not without end',
  async (data) => {
    await using server = await startOddServer({
      onRequest: (response) => void response.writeHead(200, HEAD).end(`event: next\ndata: ${data}\n\n`),
    });
    const client = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT });
    expect(await errorOf(client.generate(ASKED).result())).toMatchObject({ code: 'BAD_RESPONSE' });
    expect(server.bodies).toHaveLength(4);
  },
);

test('variables that are no JSON are an error of the caller, before anything is sent', async () => {
  await using server = await startOddServer({});
  const client = createModelgraph({ url: server.url, transport: 'sse', reconnect: RECONNECT });
  const loop: Record<string, unknown> = {};
  loop['again'] = loop;
  for (const value of [1n, loop])
    expect(
      await errorOf(client.request('query ($value: JSON) { providers { name } }', { value })),
    ).toMatchObject({
      code: 'INVALID_REQUEST',
      path: 'variables',
      retryable: false,
    });
  expect(server.bodies).toHaveLength(0);
});

test('what an own fetch throws is a lost connection, unless it says itself what is wrong', async () => {
  await using server = await startOddServer({
    onRequest: (response) => void response.writeHead(200, HEAD).end(toStream(EVENTS)),
  });
  const signedOut = new ModelgraphError('Sign in again.', { code: 'UNAUTHENTICATED' });
  const refusing = createModelgraph({
    url: server.url,
    transport: 'sse',
    fetch: () => Promise.reject(signedOut),
  });
  expect(await errorOf(refusing.providers())).toBe(signedOut);
  expect(await errorOf(refusing.generate(ASKED).result())).toMatchObject({
    code: 'UNAUTHENTICATED',
    message: 'Sign in again.',
  });
  let asked = 0;
  const failing = createModelgraph({
    url: server.url,
    transport: 'sse',
    reconnect: RECONNECT,
    fetch: (...given) => (asked++ < 2 ? Promise.reject(new Error('socket hang up')) : fetch(...given)),
  });
  expect((await failing.generate(ASKED).result()).text).toBe('Hello there');
  expect(asked).toBe(3);
});
