import { getEventListeners, once } from 'node:events';
import { expect, test } from 'vitest';
import { type ModelgraphError, ProviderError } from '../../../../src/core/errors.ts';
import type { FinishEvent, StreamEvent } from '../../../../src/core/stream-event.ts';
import { createGuardedFetch } from '../../../../src/providers/shared/call/guarded-fetch.ts';
import { guardStream } from '../../../../src/providers/shared/call/terminal-guard.ts';
import { failureOf, providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { toArray } from '../../../support/to-array.ts';
import { sendEventStream, startUpstream } from '../../../support/upstream/upstream-server.ts';

const text = (value: string): StreamEvent => ({ type: 'text-delta', text: value });
const finish = (part: Partial<FinishEvent> = {}): FinishEvent => ({
  type: 'finish',
  reason: 'stop',
  rawReason: 'stop',
  usage: null,
  state: null,
  ...part,
});

const mapped = new ProviderError('PROVIDER_REJECTED', { provider: 'testing', vendorMessage: 'mapped' });
const guard = (
  open: (signal: AbortSignal) => AsyncIterable<StreamEvent>,
  signal: AbortSignal = new AbortController().signal,
  mapError: (error: unknown) => ModelgraphError = () => mapped,
): AsyncIterableIterator<StreamEvent> => guardStream({ provider: 'testing', signal, open, mapError });

const never = new AbortController().signal;

async function* from(...events: StreamEvent[]): AsyncGenerator<StreamEvent> {
  yield* events;
}

const silent = (signal: AbortSignal | null): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));

const usage = {
  inputTokens: 3,
  outputTokens: 0,
  totalTokens: 3,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
} as const;

test('a stream that finishes passes through, and what follows its finish is dropped', async () => {
  const events = await toArray(guard(() => from(text('a'), text('b'), finish(), text('c'), finish())));
  expect(events).toEqual([text('a'), text('b'), finish()]);
});

test('a stream that ends without a finish is STREAM_TRUNCATED, after its events', async () => {
  const seen: StreamEvent[] = [];
  const read = async (): Promise<void> => {
    for await (const event of guard(() => from(text('a')))) seen.push(event);
  };
  expect((await providerErrorOf(read())).code).toBe('STREAM_TRUNCATED');
  expect(seen).toEqual([text('a')]);
});

test('events that came at once are given at once, one by one where they are asked for so', async () => {
  const together = async function* (): AsyncGenerator<StreamEvent | readonly StreamEvent[]> {
    yield [text('a'), text('b')];
    yield text('c');
    yield [text('d'), finish(), text('e')];
  };
  const open = () =>
    guardStream({ provider: 'testing', signal: never, open: together, mapError: () => mapped });
  expect(await toArray(open().batches())).toEqual([
    [text('a'), text('b')],
    [text('c')],
    [text('d'), finish()],
  ]);
  expect(await toArray(open())).toEqual([text('a'), text('b'), text('c'), text('d'), finish()]);
});

test('an event that breaks the rules is told after those that came with it before', async () => {
  const stream = guardStream({
    provider: 'testing',
    signal: never,
    open: async function* () {
      yield JSON.parse(
        '[{"type":"text-delta","text":"a"},{"type":"text-delta","text":"b"},{"type":"text-delta","text":1}]',
      ) as readonly StreamEvent[];
    },
    mapError: () => mapped,
  }).batches();
  expect(await stream.next()).toEqual({ done: false, value: [text('a'), text('b')] });
  expect((await providerErrorOf(stream.next())).code).toBe('PROVIDER_FAILED');
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('an empty stream is STREAM_TRUNCATED', async () => {
  expect((await providerErrorOf(guard(() => from()).next())).code).toBe('STREAM_TRUNCATED');
});

test('an error of the SDK goes through the mapper of the provider', async () => {
  const thrown = new Error('status 400');
  const seen: unknown[] = [];
  const stream = guard(
    () => {
      throw thrown;
    },
    undefined,
    (error) => {
      seen.push(error);
      return mapped;
    },
  );
  expect(await failureOf(stream.next())).toBe(mapped);
  expect(seen).toEqual([thrown]);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('an error of ours inside one of the SDK is given as it is', async () => {
  const ours = new ProviderError('STREAM_STALLED', { provider: 'testing' });
  const stream = guard(async function* () {
    yield text('a');
    throw new Error('Connection error.', { cause: ours });
  });
  await stream.next();
  expect(await failureOf(stream.next())).toBe(ours);
});

test('a filtered turn without content is CONTENT_FILTERED, its usage kept', async () => {
  const stream = guard(() => from(finish({ reason: 'content-filter', rawReason: 'SAFETY', usage })));
  expect(await stream.next()).toEqual({ done: false, value: { type: 'usage', usage } });
  const error = await providerErrorOf(stream.next());
  expect(error).toMatchObject({ code: 'CONTENT_FILTERED', vendorMessage: 'SAFETY' });
});

test('a turn filtered after some text keeps the text and says so in its finish', async () => {
  const filtered = finish({ reason: 'content-filter', rawReason: 'content_filter' });
  expect(await toArray(guard(() => from(text('a'), filtered)))).toEqual([text('a'), filtered]);
});

test('nothing is called before the first event is asked for, nor with a signal that is aborted already', async () => {
  let calls = 0;
  const open = (): AsyncIterable<StreamEvent> => {
    calls += 1;
    return from(finish());
  };
  guard(open);
  const caller = new AbortController();
  caller.abort();
  expect((await providerErrorOf(guard(open, caller.signal).next())).code).toBe('GENERATION_CANCELLED');
  expect(calls).toBe(0);
});

test('it can be consumed once: iterating again makes no second call', async () => {
  let calls = 0;
  const stream = guard(() => {
    calls += 1;
    return from(text('a'), finish());
  });
  expect(await toArray(stream)).toHaveLength(2);
  expect(await toArray(stream)).toEqual([]);
  expect(calls).toBe(1);
});

test('aborting while the source is silent rejects the pending event, even if the source takes no notice', async () => {
  const caller = new AbortController();
  const stream = guard(async function* () {
    yield text('a');
    await silent(null);
  }, caller.signal);
  await stream.next();
  const pending = providerErrorOf(stream.next());
  const reason = new Error('the client asked for it');
  caller.abort(reason);
  expect(await pending).toMatchObject({ code: 'GENERATION_CANCELLED', cause: reason });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('aborting between two events is told at the next one', async () => {
  const caller = new AbortController();
  const stream = guard(() => from(text('a'), text('b'), finish()), caller.signal);
  await stream.next();
  caller.abort();
  expect((await providerErrorOf(stream.next())).code).toBe('GENERATION_CANCELLED');
});

test('a source that ends quietly because it was aborted is GENERATION_CANCELLED, not truncated', async () => {
  const caller = new AbortController();
  const stream = guard(async function* (signal) {
    yield text('a');
    await silent(signal).catch(() => undefined);
  }, caller.signal);
  await stream.next();
  const pending = providerErrorOf(stream.next());
  caller.abort();
  expect((await pending).code).toBe('GENERATION_CANCELLED');
});

test('aborting after the finish changes nothing', async () => {
  const caller = new AbortController();
  const stream = guard(() => from(finish()), caller.signal);
  expect(await stream.next()).toEqual({ done: false, value: finish() });
  caller.abort();
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('return() during a pending next() comes back at once and aborts the call', async () => {
  const signals: AbortSignal[] = [];
  const stream = guard(async function* (signal) {
    signals.push(signal);
    yield text('a');
    await silent(null);
  });
  await stream.next();
  const pending = stream.next();
  expect(await stream.return?.()).toEqual({ done: true, value: undefined });
  expect(await pending).toEqual({ done: true, value: undefined });
  expect(signals.map((signal) => signal.aborted)).toEqual([true]);
});

test('a source whose finish is not its end is let go of', async () => {
  const signals: AbortSignal[] = [];
  const stream = guard(async function* (signal) {
    signals.push(signal);
    yield text('a');
    yield finish();
    await silent(null);
  });
  expect(await toArray(stream)).toHaveLength(2);
  expect(signals.map((signal) => signal.aborted)).toEqual([true]);
});

test('the signal of the caller keeps no listener of a call that is over', async () => {
  const caller = new AbortController();
  const { signal } = caller;
  await toArray(guard(() => from(text('a'), finish()), signal));
  await failureOf(toArray(guard(() => from(text('a')), signal)));
  const left = guard(() => from(text('a'), finish()), signal);
  await left.next();
  await left.return?.();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

/** As `guard`, with a limit for the first content. */
const limited = (
  firstDeltaTimeoutMs: number,
  open: Parameters<typeof guardStream>[0]['open'],
): AsyncIterableIterator<StreamEvent> =>
  guardStream({
    provider: 'testing',
    signal: new AbortController().signal,
    firstDeltaTimeoutMs,
    open,
    mapError: () => mapped,
  });

/** Lets so much time pass. */
const pass = async (ms: number): Promise<void> => {
  for (const started = performance.now(); performance.now() - started < ms; ) await new Promise(setImmediate);
};

const WARNING = {
  code: 'PROVIDER_WARNING',
  message: 'Mind this.',
  path: null,
  from: null,
  to: null,
} as const;

/** Over a real socket: each `data:` line is one text delta, `data: end` the finish. */
async function* readUpstream(
  origin: string,
  signal: AbortSignal,
  { onlyData = false }: { readonly onlyData?: boolean } = {},
): AsyncGenerator<StreamEvent> {
  const response = await createGuardedFetch({
    provider: 'testing',
    expect: 'event-stream',
    limits: { connectTimeoutMs: 10_000, idleTimeoutMs: 60_000 },
  })(origin, { signal });
  for await (const chunk of response.body ?? [])
    for (const line of Buffer.from(chunk).toString().split('\n\n'))
      if (line !== '' && (!onlyData || line.startsWith('data:')))
        yield line === 'data: end' ? finish() : text(line.slice(6));
}

test.each(['before the headers', 'while the upstream is silent'])(
  'a consumer that stops %s leaves no socket behind',
  async (phase) => {
    await using upstream = await startUpstream((request) =>
      phase === 'before the headers' ? undefined : sendEventStream(request, 'data: 1\n\n', { end: false }),
    );
    const stream = guard((signal) => readUpstream(upstream.origin, signal));
    const first = stream.next();
    const request = await upstream.request(0);
    if (phase !== 'before the headers') await first;
    const pending = phase === 'before the headers' ? first : stream.next();
    await stream.return?.();
    expect((await pending).done).toBe(true);
    await request.closed;
  },
);

test('a stream whose headers do not come in the time for the first delta is PROVIDER_TIMEOUT and its socket is closed', async () => {
  await using upstream = await startUpstream(() => undefined);
  const stream = limited(1_500, (signal) => readUpstream(upstream.origin, signal));
  expect(await providerErrorOf(stream.next())).toMatchObject({
    code: 'PROVIDER_TIMEOUT',
    provider: 'testing',
    providerStatus: null,
  });
  await (await upstream.request(0)).closed;
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('bytes, usage and warnings are no content: a stream of nothing else is PROVIDER_TIMEOUT', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, ': processing\n\n', { end: false }),
  );
  const stream = limited(1_500, async function* (signal) {
    yield { type: 'usage', usage };
    yield { type: 'warning', warning: WARNING };
    yield* readUpstream(upstream.origin, signal, { onlyData: true });
  });
  expect((await providerErrorOf(toArray(stream))).code).toBe('PROVIDER_TIMEOUT');
  await (await upstream.request(0)).closed;
});

test.each([
  ['text', text('a')],
  ['reasoning', { type: 'reasoning-delta', text: 'Hm' }],
  ['the beginning of a tool call', { type: 'tool-call-delta', callId: '1', name: 'add', argumentsDelta: '' }],
] as const)('a stream that has begun with %s may be as slow as it likes', async (_what, first) => {
  const stream = limited(20, async function* () {
    yield first;
    await pass(60);
    yield finish();
  });
  expect(await toArray(stream)).toEqual([first, finish()]);
});

test('a time limit that ends between two events is told at the next one', async () => {
  const signals: AbortSignal[] = [];
  const stream = limited(20, async function* (signal) {
    signals.push(signal);
    yield { type: 'usage', usage };
    yield text('late');
  });
  await stream.next();
  await once(signals[0] ?? new EventTarget(), 'abort');
  expect((await providerErrorOf(stream.next())).code).toBe('PROVIDER_TIMEOUT');
});

test('a turn of several upstream calls has the time for the first content in each', async () => {
  const stream = limited(20, async function* (signal, expectContent) {
    yield text('first call');
    expectContent();
    yield { type: 'usage', usage };
    await silent(signal);
  });
  await stream.next();
  await stream.next();
  expect((await providerErrorOf(stream.next())).code).toBe('PROVIDER_TIMEOUT');
});

test('an answer that comes whole has no time limit of its own', async () => {
  const stream = guard(async function* () {
    await pass(60);
    yield finish();
  });
  expect(await toArray(stream)).toEqual([finish()]);
});

test('a break out of the loop closes the socket', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, 'data: 1\n\n', { end: false }),
  );
  for await (const event of guard((signal) => readUpstream(upstream.origin, signal))) {
    expect(event).toEqual(text('1'));
    break;
  }
  await (await upstream.request(0)).closed;
});

test('connections of finished calls are used again', async () => {
  await using upstream = await startUpstream(async (request) => {
    await sendEventStream(request, 'data: 1\n\ndata: end\n\n', { end: false });
    setImmediate(() => request.response.end());
  });
  for (let calls = 0; calls < 10; calls += 1)
    await toArray(guard((signal) => readUpstream(upstream.origin, signal)));
  expect(upstream.connections()).toBeLessThan(10);
});
