import { expect, test } from 'vitest';
import { failureOf } from '../../../support/upstream/provider-error.ts';
import { sendEventStream, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { connect, createRequest, drain, never, toFrames } from './gemini-harness.ts';

const TEXT = { candidates: [{ content: { role: 'model', parts: [{ text: 'Well' }] }, index: 0 }] };
const INTERRUPTED = { candidates: [{ finishReason: 'CONTINUATION', continuationToken: 'more', index: 0 }] };

test.each(['stream', 'generate'] as const)(
  'an abort before the headers closes the socket: %s',
  async (mode) => {
    await using upstream = await startUpstream(() => undefined);
    const controller = new AbortController();
    const provider = connect(upstream.origin);
    const { signal } = controller;
    const running =
      mode === 'stream'
        ? drain(provider.stream(createRequest(), { signal })).then(({ error }) => error)
        : failureOf(provider.generate(createRequest(), { signal }));
    const { closed } = await upstream.request(0);
    controller.abort();
    expect(await running).toMatchObject({ code: 'GENERATION_CANCELLED', provider: 'gemini' });
    await closed;
  },
);

test('an abort while the model is silent closes the socket and keeps the text', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, toFrames([TEXT]), { end: false }),
  );
  const controller = new AbortController();
  const stream = connect(upstream.origin).stream(createRequest(), { signal: controller.signal });
  const events = stream[Symbol.asyncIterator]();
  expect((await events.next()).value).toEqual({ type: 'text-delta', text: 'Well' });
  const next = failureOf(events.next());
  controller.abort();
  expect(await next).toMatchObject({ code: 'GENERATION_CANCELLED' });
  await (await upstream.request(0)).closed;
});

test('an abort inside the body of a waiting answer closes the socket', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"candidates":');
  });
  const controller = new AbortController();
  const generating = failureOf(
    connect(upstream.origin).generate(createRequest(), { signal: controller.signal }),
  );
  const { closed } = await upstream.request(0);
  controller.abort();
  expect(await generating).toMatchObject({ code: 'GENERATION_CANCELLED' });
  await closed;
});

test('an abort reaches the request that continues an answer', async () => {
  await using upstream = await startUpstream(async (request) => {
    if (upstream.requests.length === 1) await sendEventStream(request, toFrames([TEXT, INTERRUPTED]));
  });
  const controller = new AbortController();
  const running = drain(connect(upstream.origin).stream(createRequest(), { signal: controller.signal }));
  const { closed } = await upstream.request(1);
  controller.abort();
  const { events, error } = await running;
  expect(events).toEqual([{ type: 'text-delta', text: 'Well' }]);
  expect(error).toMatchObject({ code: 'GENERATION_CANCELLED' });
  await closed;
});

test('a consumer that stops reading closes the socket', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, toFrames([TEXT, TEXT]), { end: false }),
  );
  for await (const event of connect(upstream.origin).stream(createRequest(), { signal: never() })) {
    expect(event).toEqual({ type: 'text-delta', text: 'Well' });
    break;
  }
  await (await upstream.request(0)).closed;
});

test('return() comes back while the upstream is silent, and closes the socket', async () => {
  await using upstream = await startUpstream((request) => sendEventStream(request, '', { end: false }));
  const stream = connect(upstream.origin).stream(createRequest(), { signal: never() });
  const events = stream[Symbol.asyncIterator]();
  const pending = events.next();
  const { closed } = await upstream.request(0);
  await events.return?.();
  expect(await pending).toMatchObject({ done: true });
  await closed;
});

test('a signal that is aborted beforehand sends nothing', async () => {
  await using upstream = await startUpstream(() => undefined);
  const provider = connect(upstream.origin);
  const signal = AbortSignal.abort();
  expect(await failureOf(provider.generate(createRequest(), { signal }))).toMatchObject({
    code: 'GENERATION_CANCELLED',
  });
  expect(upstream.requests).toHaveLength(0);
});

test('a stream that is silent for too long has stalled, its text kept', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, toFrames([TEXT]), { end: false }),
  );
  const provider = connect(upstream.origin, { idleTimeoutMs: 1_000 });
  const { events, error } = await drain(provider.stream(createRequest(), { signal: never() }));
  expect(events).toEqual([{ type: 'text-delta', text: 'Well' }]);
  expect(error).toMatchObject({ code: 'STREAM_STALLED', provider: 'gemini' });
  await (await upstream.request(0)).closed;
});
