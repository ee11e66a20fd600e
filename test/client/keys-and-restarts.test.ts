import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createModelgraph } from '../../client/src/index.ts';
import { startApp } from '../support/app/app.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { toArray } from '../support/to-array.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { errorOf, until } from './waiting.ts';

const RECONNECT = { baseDelayMs: 1, maxDelayMs: 8 };
const TRANSPORTS = ['websocket', 'sse', 'auto'] as const;
const ASKED = { model: 'toy', prompt: 'Hello' } as const;

const KEY = 'mg_alice_secret';
const apiKeys = [{ id: 'alice', sha256: createHash('sha256').update(KEY).digest('hex') }];

test.for(TRANSPORTS)('a wrong key over %s is an error at once', async (transport) => {
  const toy = createSteppedToy();
  await using app = await startApp({ apiKeys }, toyOverrides(toy));
  const client = createModelgraph({ url: app.url, transport, token: 'mg_alice_wrong', reconnect: RECONNECT });
  expect(await errorOf(client.generate(ASKED).result())).toMatchObject({
    code: 'UNAUTHENTICATED',
    retryable: false,
  });
  expect(await errorOf(client.providers())).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test.for(TRANSPORTS)('a token that was refused over %s is asked for once more', async (transport) => {
  const toy = createSteppedToy();
  await using app = await startApp({ apiKeys }, toyOverrides(toy));
  const tokens = ['mg_alice_old', `Bearer ${KEY}`];
  let asked = 0;
  const token = (): Promise<string> => Promise.resolve(tokens[Math.min(asked++, 1)] ?? '');
  const client = createModelgraph({ url: app.url, transport, token, reconnect: RECONNECT });
  const handle = client.generate(ASKED);
  await toy.give(textDelta('Hi'));
  await toy.finish();
  expect((await handle.result()).text).toBe('Hi');
  expect(asked).toBe(2);
  asked = 0;
  expect(await client.providers()).toHaveLength(1);
  expect(asked).toBe(2);
  expect(toy.calls).toHaveLength(1);
});

test.for(TRANSPORTS)('a token that stays refused over %s is final after two', async (transport) => {
  const toy = createSteppedToy();
  await using app = await startApp({ apiKeys }, toyOverrides(toy));
  let asked = 0;
  const token = (): string => `mg_alice_wrong${asked++}`;
  const client = createModelgraph({ url: app.url, transport, token, reconnect: RECONNECT });
  expect(await errorOf(client.generate(ASKED).result())).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(asked).toBe(2);
});

test('a token that cannot be had is an error, unless it is the network that is missing', async () => {
  const toy = createSteppedToy();
  await using app = await startApp({}, toyOverrides(toy));
  let asked = 0;
  const refused = new Error('signed out');
  const failing = createModelgraph({ url: app.url, token: () => Promise.reject(refused) });
  const error = await errorOf(failing.generate(ASKED).result());
  expect(error).toMatchObject({ code: 'UNAUTHENTICATED', cause: refused });
  const token = (): Promise<string> => {
    asked += 1;
    return asked < 3 ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve('any');
  };
  const client = createModelgraph({ url: app.url, token, reconnect: RECONNECT });
  const handle = client.generate(ASKED);
  await toy.give(textDelta('Hi'));
  await toy.finish();
  expect((await handle.result()).text).toBe('Hi');
});

test.for(TRANSPORTS)('the token is asked for again by each connection over %s', async (transport) => {
  const toy = createSteppedToy();
  await using app = await startApp({}, toyOverrides(toy));
  await using proxy = await startFaultyProxy(app.url);
  let asked = 0;
  const token = (): string => `token ${asked++}`;
  const client = createModelgraph({ url: proxy.url, transport, token, reconnect: RECONNECT });
  const handle = client.generate(ASKED);
  await toy.give(textDelta('Hi '));
  await until(handle, () => handle.snapshot.text === 'Hi ');
  expect(asked).toBe(1);
  proxy.cut();
  await until(handle, () => handle.status === 'reconnecting');
  await toy.give(textDelta('there'));
  await toy.finish();
  expect((await handle.result()).text).toBe('Hi there');
  expect(asked).toBe(2);
});

test.for(TRANSPORTS)(
  'a server that is started anew over its database has interrupted the generation, which %s is told, with the text',
  async (transport) => {
    await using folder = temporaryFolder();
    const toy = createSteppedToy();
    const settings = { dataDirectory: folder.path };
    const first = await startApp(settings, toyOverrides(toy));
    const client = createModelgraph({ url: first.url, transport, reconnect: RECONNECT });
    const handle = client.generate(ASKED);
    await toy.give(textDelta('Half '));
    await until(handle, () => handle.snapshot.text === 'Half ');
    const closed = first.close();
    await until(handle, () => !['running', 'starting'].includes(handle.status));
    await closed;
    await using second = await startApp(
      { ...settings, port: Number(new URL(first.url).port) },
      toyOverrides(toy),
    );
    expect(second.url).toBe(first.url);
    const error = await errorOf(handle.result());
    expect(error).toMatchObject({ code: 'GENERATION_INTERRUPTED', retryable: true, generationId: handle.id });
    expect(error.partial?.text).toBe('Half ');
    const events = await toArray(handle.events());
    expect(events.filter(({ __typename }) => __typename === 'GenerationStarted')).toHaveLength(1);
    const again = client.follow(handle.id ?? '');
    expect(await errorOf(again.result())).toMatchObject({ code: 'GENERATION_INTERRUPTED' });
    expect(toy.calls).toHaveLength(1);
  },
);

test('a server that has forgotten the generation is not asked to begin it again', async () => {
  const toy = createSteppedToy();
  const first = await startApp({}, toyOverrides(toy));
  await using proxy = await startFaultyProxy(first.url);
  const client = createModelgraph({ url: proxy.url, reconnect: RECONNECT });
  const handle = client.generate(ASKED);
  await toy.give(textDelta('Half '));
  await until(handle, () => handle.snapshot.text === 'Half ');
  // Nothing more of it reaches the client.
  proxy.close();
  proxy.cut();
  await first.close();
  await using second = await startApp({ port: Number(new URL(first.url).port) }, toyOverrides(toy));
  expect(second.url).toBe(first.url);
  proxy.reopen();
  client.connection.retryNow();
  const error = await errorOf(handle.result());
  expect(error).toMatchObject({ code: 'NOT_FOUND', generationId: handle.id });
  expect(error.partial?.text).toBe('Half ');
  expect(toy.calls).toHaveLength(1);
});
