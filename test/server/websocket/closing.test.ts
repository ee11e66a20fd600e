import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { startApp } from '../../support/app/app.ts';
import { openRawSocket } from '../../support/app/clients.ts';

const KEY = { id: 'ann', sha256: 'a'.repeat(64) };

test('a real client with a wrong key is told so at once, and does not connect again', async () => {
  await using app = await startApp({ apiKeys: [KEY] });
  let connections = 0;
  class CountedSocket extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      connections += 1;
    }
  }
  const client = createClient({
    url: app.url.replace(/^http/, 'ws'),
    webSocketImpl: CountedSocket,
    connectionParams: { authorization: 'Bearer mg_ann_wrong' },
    retryAttempts: 5,
  });
  const results = client.iterate({ query: '{ __typename }' });
  await expect(results.next()).rejects.toMatchObject({ code: 4401, reason: 'Unauthorized' });
  expect(connections).toBe(1);
  await client.dispose();
});

test.each([
  ['no key', undefined],
  ['a key of no form', { authorization: 'sk-…' }],
  ['a key that is no text', { authorization: 7 }],
  ['a key under another name', { token: 'mg_ann_wrong' }],
])('a socket with %s is closed with 4401', async (_what, payload) => {
  await using app = await startApp({ apiKeys: [KEY] });
  await using raw = await openRawSocket(app, { init: payload ?? {} });
  expect(await raw.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
});

test.each([1, 1_000_000])(
  'a message %i bytes over the limit closes its socket, and the reason says what to do',
  async (over) => {
    const maxBodyBytes = 100_000;
    await using app = await startApp({ maxBodyBytes });
    await using raw = await openRawSocket(app);
    raw.send('x'.repeat(maxBodyBytes + over));
    const { code, reason } = await raw.closed;
    expect(code).toBe(1009);
    expect(reason).toBe(
      'A message has at most 100000 bytes. Send larger ones over HTTP or SSE, files as uploads.',
    );
  },
);
