import { afterEach, expect, test, vi } from 'vitest';
import { createModelgraph } from '../../client/src/index.ts';
import { startApp } from '../support/app/app.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { EVENTS, HEAD, startOddServer, toNext } from './odd-server.ts';
import { until } from './waiting.ts';

const HOUR_MS = 3_600_000;

afterEach(() => void vi.useRealTimers());

test.for([-HOUR_MS, HOUR_MS])(
  'a time of day that is set by %i ms neither stops what is shown of an answer nor ends it',
  async (byMs) => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    const client = createModelgraph({ url: app.url, transport: 'sse' });
    const handle = client.generate({ model: 'toy', prompt: 'Hello' });
    const shown: string[] = [];
    const half = Promise.withResolvers<void>();
    const more = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const { text } of handle.snapshots({ throttleMs: 20 })) {
        shown.push(text);
        if (text === 'Half ') {
          // Between the moment that the pause is counted from and the pause itself.
          vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + byMs });
          half.resolve();
        }
        if (text === 'Half and ') more.resolve();
      }
    })();
    await toy.give(textDelta('Half '));
    await half.promise;
    await toy.give(textDelta('and '));
    await more.promise;
    expect(handle.status).toBe('running');
    await toy.give(textDelta('half'));
    await toy.finish();
    await reading;
    expect(shown.at(-1)).toBe('Half and half');
  },
);

test('a device that sleeps while its server is away goes on with the answer when it wakes', async () => {
  let isAway = false;
  await using server = await startOddServer({
    onRequest: (response, index) => {
      if (isAway) return void response.writeHead(503).end();
      const [started, hello, ...rest] = EVENTS;
      response.writeHead(200, HEAD);
      if (index === 0) response.end(toNext(started) + toNext(hello));
      else response.end(rest.map((event) => toNext(event, 'generationEvents')).join(''));
      isAway = index === 0;
    },
  });
  const client = createModelgraph({
    url: server.url,
    transport: 'sse',
    reconnect: { giveUpAfterMs: 300_000 },
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  const handle = client.generate({ model: 'toy', prompt: 'Hello' });
  await until(handle, () => handle.status === 'reconnecting');
  // The clocks go on in its sleep, its timers do not; the first try after it fails as well.
  vi.setSystemTime(Date.now() + 8 * HOUR_MS);
  vi.advanceTimersByTime(8 * HOUR_MS);
  await vi.waitUntil(() => server.bodies.length === 2, { timeout: 30_000 });
  isAway = false;
  await vi.waitUntil(
    async () => {
      await vi.advanceTimersByTimeAsync(1_000);
      return handle.status === 'completed';
    },
    { timeout: 30_000 },
  );
  expect(handle.snapshot.text).toBe('Hello there');
});
