import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startApp } from '../../support/app/app.ts';
import { openRawSocket, type RawSocket } from '../../support/app/clients.ts';

const KIB = 1024;

/** The connection under a client's socket. */
const connectionOf = ({ socket }: RawSocket): Socket => Reflect.get(socket, '_socket') as Socket;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until the server takes no more of what has been sent; gives how much is left, in bytes. */
const settledBacklog = async ({ socket }: RawSocket): Promise<number> => {
  for (let last = -1, same = 0; ; last = socket.bufferedAmount) {
    same = socket.bufferedAmount === last ? same + 1 : 0;
    if (socket.bufferedAmount === 0 || same === 20) return socket.bufferedAmount;
    await pause(50);
  }
};

describe('a client that sends pings without reading', () => {
  test.each([
    ['before connection_init', null, 400],
    ['after connection_init', {}, 100],
    ['after connection_init', {}, 900],
  ] as const)('%s is not read any further', async (_when, init, size) => {
    // Without a key a client may send too little for that, and has too little time.
    const webSocketLimits = { maxBytesBeforeInit: 1_000_000_000, initTimeoutMs: 600_000 };
    await using app = await startApp({ heartbeatMs: 600_000 }, { webSocketLimits });
    await using raw = await openRawSocket(app, { init });
    connectionOf(raw).pause();
    const message = JSON.stringify({ type: 'ping', payload: { padding: 'x'.repeat(size) } });
    const total = 40_000_000;
    for (let sent = 0; sent < total; sent += message.length) raw.socket.send(message);
    expect(await settledBacklog(raw)).toBeGreaterThan(total / 4);
    connectionOf(raw).resume();
    await raw.received(({ type }) => type === 'pong');
  });
});

test('a ping is answered with its payload where that is small, and without it where it is large', async () => {
  await using app = await startApp();
  await using raw = await openRawSocket(app);
  const pongOf = async (payload: unknown): Promise<unknown> => {
    const before = raw.messages.length;
    raw.send({ type: 'ping', payload });
    return raw.received((message) => message.type === 'pong' && raw.messages.indexOf(message) >= before);
  };
  expect(await pongOf({ at: 1 })).toEqual({ type: 'pong', payload: { at: 1 } });
  for (const large of [
    { text: 'x'.repeat(4_000) },
    { list: Array.from({ length: 500 }, () => 0) },
    JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`),
  ])
    expect(await pongOf(large)).toEqual({ type: 'pong' });
});

describe('a client without a key', () => {
  test.each([
    ['in one message', 1],
    ['in half a message', 2],
    ['in many', 40],
  ])('that sends more than 64 KiB %s is cut off at once', async (_name, parts) => {
    await using app = await startApp({ apiKeys: [{ id: 'alice', sha256: '0'.repeat(64) }] });
    await using raw = await openRawSocket(app, { init: null });
    const size = Math.ceil((100 * KIB) / parts);
    for (let part = 0; part < parts; part += 1) {
      const text = JSON.stringify({ type: 'ping', payload: { padding: 'x'.repeat(size) } });
      if (parts === 2) raw.socket.send(text, { fin: false });
      else raw.socket.send(text);
    }
    expect((await raw.closed).code).toBe(1006);
    expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a message that only a server sends', () => {
  test.each(['next', 'connection_ack', 'error'])(
    '(%s) closes the socket with 4400, which is no defect',
    async (type) => {
      await using app = await startApp();
      await using raw = await openRawSocket(app);
      raw.send({ type, id: '1', payload: type === 'error' ? [{ message: 'x' }] : {} });
      expect((await raw.closed).code).toBe(4400);
      expect(app.logLines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    },
  );
});

test('a client that sends pongs without being asked is dropped if it answers no ping', async () => {
  await using app = await startApp({ heartbeatMs: 300 });
  await using raw = await openRawSocket(app, { socket: { autoPong: false } });
  const answering = setInterval(() => raw.socket.pong(), 50);
  raw.socket.on('ping', () => raw.socket.pong('something else'));
  await raw.closed;
  clearInterval(answering);
});

test('an id of an operation is short, since it is repeated with each result', async () => {
  await using app = await startApp();
  await using raw = await openRawSocket(app);
  raw.send({ type: 'subscribe', id: 'x'.repeat(201), payload: { query: '{ __typename }' } });
  const { payload } = await raw.received(({ type }) => type === 'error');
  expect(payload).toMatchObject([{ extensions: { code: 'INVALID_REQUEST' } }]);
});

test('a client that sends many operations at once is answered all of them', async () => {
  await using app = await startApp({}, { webSocketLimits: { maxOperationsPerSocket: 1_000 } });
  await using raw = await openRawSocket(app);
  for (let id = 0; id < 500; id += 1)
    raw.send({ type: 'subscribe', id: String(id), payload: { query: '{ __typename }' } });
  await raw.received(({ type, id }) => type === 'complete' && id === '499');
  expect(raw.messages.filter(({ type }) => type === 'next')).toHaveLength(500);
  raw.socket.close();
  await once(raw.socket, 'close');
});
