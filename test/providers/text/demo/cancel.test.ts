import { expect, test } from 'vitest';
import { connectDemoModel, drain, never, requestOf } from './demo-harness.ts';

const HOUR_MS = 3_600_000;

test('an abort during the pause before the first delta ends the stream at once', async () => {
  const { provider } = connectDemoModel('demo', { demoDelayMs: HOUR_MS });
  const controller = new AbortController();
  const events = provider.stream(requestOf('Hello'), { signal: controller.signal })[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ type: 'warning' });
  const next = events.next();
  controller.abort();
  await expect(next).rejects.toMatchObject({ code: 'GENERATION_CANCELLED', provider: 'demo' });
  expect(await events.next()).toMatchObject({ done: true });
});

test('an abort during the pause before a failure cancels instead', async () => {
  const { provider } = connectDemoModel('demo-error', { demoDelayMs: HOUR_MS });
  const controller = new AbortController();
  const generating = provider.generate(requestOf('Hello'), { signal: controller.signal });
  controller.abort();
  await expect(generating).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
});

test('an abort while the stream is stalled ends it at once, its text kept', async () => {
  const { provider } = connectDemoModel('demo-stalled', { idleTimeoutMs: HOUR_MS });
  const controller = new AbortController();
  let text = '';
  const reading = (async () => {
    for await (const event of provider.stream(requestOf('Hello'), { signal: controller.signal })) {
      if (event.type !== 'text-delta') continue;
      text += event.text;
      if (text.endsWith('that ')) setImmediate(() => controller.abort());
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
  expect(text).toContain('beginning of an answer that ');
});

test('a waiting call is cancelled while it is stalled', async () => {
  const { provider } = connectDemoModel('demo-stalled', { idleTimeoutMs: HOUR_MS });
  const controller = new AbortController();
  const generating = provider.generate(requestOf('Hello'), { signal: controller.signal });
  setImmediate(() => controller.abort());
  await expect(generating).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
});

test('an abort reaches a stream without pauses', async () => {
  const { provider } = connectDemoModel('demo-long');
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  const { events, error } = await drain(
    provider.stream(requestOf('Go', { maxOutputTokens: 200_000 }), { signal: controller.signal }),
  );
  expect(error).toMatchObject({ code: 'GENERATION_CANCELLED' });
  expect(events.length).toBeLessThan(100_000);
});

test('a signal that is aborted beforehand gives no event', async () => {
  const { provider } = connectDemoModel('demo');
  const { events, error } = await drain(provider.stream(requestOf('Hello'), { signal: AbortSignal.abort() }));
  expect(events).toEqual([]);
  expect(error).toMatchObject({ code: 'GENERATION_CANCELLED' });
});

test('return() comes back while a pause of an hour is pending', async () => {
  const { provider } = connectDemoModel('demo', { demoDelayMs: HOUR_MS });
  const events = provider.stream(requestOf('Hello'), { signal: never })[Symbol.asyncIterator]();
  await events.next();
  const pending = events.next();
  await events.return?.();
  expect(await pending).toMatchObject({ done: true });
});
