import { afterEach, expect, test, vi } from 'vitest';
import { createModelgraph } from '../../client/src/index.ts';
import { request, startApp } from '../support/app/app.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { until } from './waiting.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.for(['websocket', 'sse'] as const)(
  'a connection over %s on which nothing comes any more is given up, and resumed over another',
  async (transport) => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    await using proxy = await startFaultyProxy(app.url);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    const client = createModelgraph({ url: proxy.url, transport });
    const handle = client.generate({ model: 'toy', prompt: 'Hello' });
    await toy.give(textDelta('Half '));
    await until(handle, () => handle.snapshot.text === 'Half ');
    proxy.freeze();
    expect(handle.status).toBe('running');
    const lost = until(handle, () => handle.status === 'reconnecting');
    await vi.advanceTimersByTimeAsync(41_000);
    await lost;
    client.connection.retryNow();
    await toy.give(textDelta('and half'));
    await toy.finish();
    expect((await handle.result()).text).toBe('Half and half');
    expect(toy.calls).toHaveLength(1);
  },
);

test.for(['websocket', 'sse'] as const)(
  'a model that is silent for minutes is no lost connection over %s',
  async (transport) => {
    const toy = createSteppedToy();
    await using app = await startApp({ idleTimeoutMs: 1_000_000 }, toyOverrides(toy));
    await using proxy = await startFaultyProxy(app.url);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    const client = createModelgraph({ url: proxy.url, transport });
    const handle = client.generate({ model: 'toy', prompt: 'Hello' });
    await toy.give(textDelta('Half '));
    await until(handle, () => handle.snapshot.text === 'Half ');
    for (let seconds = 0; seconds < 120; seconds += 5) {
      await vi.advanceTimersByTimeAsync(5_000);
      // Pings and their answers go over the network meanwhile: they are before what is asked now.
      await request(app, '{ providers { name } }');
    }
    await toy.give(textDelta('and half'));
    await toy.finish();
    expect((await handle.result()).text).toBe('Half and half');
    expect(proxy.connections()).toBe(1);
  },
);

test('a page that is no secure context makes its keys without randomUUID', async () => {
  const toy = createSteppedToy();
  await using app = await startApp({}, toyOverrides(toy));
  vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(7) });
  const client = createModelgraph({ url: app.url, transport: 'sse' });
  const handle = client.generate({ model: 'toy', prompt: 'Hello' });
  expect(handle.idempotencyKey).toBe('07'.repeat(16));
  vi.stubGlobal('crypto', undefined);
  const other = client.generate({ model: 'toy', prompt: 'Hello' });
  expect(other.idempotencyKey).toMatch(/^[\da-f]{32}$/);
  vi.unstubAllGlobals();
  handle.detach();
  other.detach();
});

test('a page that has its network back, or comes to the front, tries again at once', async () => {
  const toy = createSteppedToy();
  await using app = await startApp({}, toyOverrides(toy));
  await using proxy = await startFaultyProxy(app.url);
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const navigator = { onLine: true };
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  vi.stubGlobal('document', document);
  vi.stubGlobal('navigator', navigator);
  // Nothing but the page ends a pause.
  const reconnect = { baseDelayMs: 10_000_000, maxDelayMs: 10_000_000, giveUpAfterMs: 1_000_000_000 };
  const client = createModelgraph({ url: proxy.url, transport: 'sse', reconnect });
  const states: string[] = [];
  client.connection.subscribe(() => states.push(client.connection.state));
  const handle = client.generate({ model: 'toy', prompt: 'Hello' });
  await toy.give(textDelta('Half '));
  await until(handle, () => handle.snapshot.text === 'Half ');
  proxy.cut();
  await until(handle, () => handle.status === 'reconnecting');
  navigator.onLine = false;
  window.dispatchEvent(new Event('offline'));
  expect(client.connection.state).toBe('offline');
  expect(client.connection.nextTryAt).toBeGreaterThan(Date.now());
  navigator.onLine = true;
  window.dispatchEvent(new Event('online'));
  await until(handle, () => handle.status === 'running');
  proxy.cut();
  await until(handle, () => handle.status === 'reconnecting');
  expect(client.connection.state).toBe('server-away');
  document.dispatchEvent(new Event('visibilitychange'));
  await until(handle, () => handle.status === 'running');
  expect(client.connection.nextTryAt).toBeUndefined();
  await toy.finish();
  expect((await handle.result()).text).toBe('Half ');
  expect(states).toEqual(expect.arrayContaining(['connecting', 'open', 'offline', 'server-away', 'idle']));
});
