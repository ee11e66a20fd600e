import { expect, test } from 'vitest';
import { createModelgraph, toMessages, type ToolHandler } from '../../client/src/index.ts';
import type { StreamEvent } from '../../src/core/stream-event.ts';
import { startApp } from '../support/app/app.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  type ToyCall,
  toyOverrides,
} from '../support/app/toy-provider.ts';
import { toArray } from '../support/to-array.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { errorOf, until } from './waiting.ts';

const RECONNECT = { baseDelayMs: 1, maxDelayMs: 8 };
const ASKED = {
  model: 'toy',
  prompt: 'Weather?',
  tools: [{ function: { name: 'get_weather', parameters: { type: 'object' } } }],
} as const;

const callOf = (callId: string, city: string): StreamEvent => ({
  type: 'tool-call',
  toolCall: { callId, name: 'get_weather', arguments: { city }, builtIn: false, result: null, opaque: null },
});

/** Two calls in the first turn; in the second, which waits for the gate, what their results were. */
const answer = async function* ({ request }: ToyCall, gate: Promise<void>): AsyncGenerator<StreamEvent> {
  const results = request.messages.filter(({ role }) => role === 'tool');
  if (results.length === 0) {
    yield textDelta('Let me see. ');
    yield callOf('a', 'Paris');
    yield callOf('b', 'Rome');
    yield finishEvent({ reason: 'tool-calls' });
    return;
  }
  await gate;
  yield textDelta(results.map((result) => JSON.stringify('output' in result && result.output)).join(' and '));
  yield finishEvent();
};

const open = async (gate = Promise.resolve()) => {
  const toy = createToy((call) => answer(call, gate));
  const app = await startApp(
    {},
    toyOverrides(toy, { toy: { functionCalling: true, parallelToolCalls: true } }),
  );
  return { toy, app, [Symbol.asyncDispose]: () => app.close() };
};

const weather: ToolHandler = ({ arguments: given }) => ({ warmIn: (given as { city: string }).city });

const EXPECTED = 'Let me see. {"warmIn":"Paris"} and {"warmIn":"Rome"}';

test.for(['websocket', 'sse'] as const)(
  'the calls of a turn are answered all at once over %s',
  async (transport) => {
    await using server = await open();
    const client = createModelgraph({ url: server.app.url, transport });
    const begun: string[] = [];
    const both = Promise.withResolvers<void>();
    const handle = client.generate(ASKED, {
      onToolCall: async (call, options) => {
        begun.push(call.callId);
        expect(call).toMatchObject({ name: 'get_weather', argumentsText: JSON.stringify(call.arguments) });
        if (begun.length === 2) both.resolve();
        await both.promise;
        return weather(call, options);
      },
    });
    expect((await handle.result()).text).toBe(EXPECTED);
    expect(handle.snapshot.parts).toMatchObject([
      { type: 'text', text: 'Let me see. ', state: 'done' },
      { type: 'tool', callId: 'a', state: 'answered', output: { warmIn: 'Paris' }, isError: false },
      { type: 'tool', callId: 'b', state: 'answered', output: { warmIn: 'Rome' } },
      { type: 'text', state: 'done' },
    ]);
    expect(server.toy.calls).toHaveLength(2);
  },
);

test('what a handler throws is given to the model as an error, and nothing is no error', async () => {
  await using server = await open();
  const handle = createModelgraph({ url: server.app.url }).generate(ASKED, {
    onToolCall: ({ callId }) => {
      if (callId === 'a') throw new Error('no network there');
      return undefined;
    },
  });
  await handle.result();
  expect(handle.snapshot.toolCalls).toMatchObject([
    { callId: 'a', output: 'no network there', isError: true },
    { callId: 'b', output: 'null', isError: false },
  ]);
});

test('a handler that is set after the calls have come answers them', async () => {
  await using server = await open();
  const handle = createModelgraph({ url: server.app.url }).generate(ASKED);
  await until(handle, () => handle.status === 'requires-action');
  handle.onToolCall(weather);
  expect((await handle.result()).text).toBe(EXPECTED);
});

test('calls can be answered by hand, and wrong results change nothing', async () => {
  await using server = await open();
  const handle = createModelgraph({ url: server.app.url }).generate(ASKED);
  await until(handle, () => handle.status === 'requires-action');
  const missing = handle.submitToolResults([{ callId: 'a', output: 'warm' }]);
  expect(await errorOf(missing)).toMatchObject({ code: 'INVALID_REQUEST' });
  expect(handle.status).toBe('requires-action');
  await handle.submitToolResults([
    { callId: 'a', output: 'warm' },
    { callId: 'b', output: 'cold', isError: true },
  ]);
  expect((await handle.result()).text).toBe('Let me see. "warm" and "cold"');
});

test('results whose answer was lost are handed in again without harm', async () => {
  const again = Promise.withResolvers<void>();
  await using server = await open(again.promise);
  // The stream first, then the mutation, whose answer is cut off after its head.
  await using proxy = await startFaultyProxy(server.app.url, (index) => {
    if (index === 2) again.resolve();
    return index === 1 ? { afterReceived: 30 } : undefined;
  });
  let runs = 0;
  const client = createModelgraph({ url: proxy.url, transport: 'websocket', reconnect: RECONNECT });
  const handle = client.generate(ASKED, {
    onToolCall: (call, options) => {
      runs += 1;
      return weather(call, options);
    },
  });
  expect((await handle.result()).text).toBe(EXPECTED);
  expect(runs).toBe(2);
  expect(proxy.connections()).toBeGreaterThan(2);
  expect(server.toy.calls).toHaveLength(2);
});

test('a second reader answers calls that are waiting, and runs none that were answered', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const first = client.generate(ASKED);
  await until(first, () => first.status === 'requires-action');
  const ran: string[] = [];
  const onToolCall: ToolHandler = (call, options) => {
    ran.push(call.callId);
    return weather(call, options);
  };
  // As after a reload, with what was stored of the first reader.
  const second = client.follow(first.id ?? '', {
    after: first.cursor ?? '',
    from: first.snapshot,
    onToolCall,
  });
  expect((await second.result()).text).toBe(EXPECTED);
  expect(ran).toEqual(['a', 'b']);
  const third = client.follow(first.id ?? '', { onToolCall });
  expect((await third.result()).text).toBe(EXPECTED);
  expect(ran).toEqual(['a', 'b']);
  expect((await first.result()).text).toBe(EXPECTED);
});

test('two readers with a handler end well, and the model is asked once a turn', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const first = client.generate(ASKED, { onToolCall: weather });
  await until(first, () => first.id !== undefined);
  const second = client.follow(first.id ?? '', { onToolCall: weather });
  const results = await Promise.all([first.result(), second.result()]);
  expect(results.map(({ text }) => text)).toEqual([EXPECTED, EXPECTED]);
  expect(server.toy.calls).toHaveLength(2);
});

test('the messages of a tool loop can be sent back, those of a cancelled one without its open calls', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const handle = client.generate(ASKED, { onToolCall: weather });
  const generation = await handle.result();
  const user = { user: [{ text: 'Weather?' }] };
  const messages = toMessages(generation);
  expect(messages.map((message) => Object.keys(message)[0])).toEqual([
    'assistant',
    'tool',
    'tool',
    'assistant',
  ]);
  const tools = ASKED.tools;
  const next = { model: 'toy', tools, messages: [user, ...messages, { user: [{ text: 'And now?' }] }] };
  expect(await client.preview(next)).toMatchObject({ accepted: true, problems: [] });
  expect(toMessages(handle.snapshot)).toEqual(messages);

  const open_ = client.generate(ASKED);
  await until(open_, () => open_.status === 'requires-action');
  await open_.cancel();
  const left = toMessages(open_.snapshot);
  expect(left).toEqual([{ assistant: { text: 'Let me see. ' } }]);
  expect(await client.preview({ ...next, messages: [user, ...left, user] })).toMatchObject({
    accepted: true,
  });
});

test('a handler that runs when the handle is detached is told, and hands nothing in', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const aborted = Promise.withResolvers<void>();
  const running = Promise.withResolvers<void>();
  const handle = client.generate(ASKED, {
    onToolCall: (_call, { signal }) => {
      running.resolve();
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.resolve();
          resolve('too late');
        });
      });
    },
  });
  await running.promise;
  handle.detach();
  await aborted.promise;
  const events = await toArray(handle.events());
  expect(events.at(-1)?.__typename).toBe('ActionRequired');
  expect((await client.generation(handle.id ?? ''))?.status).toBe('REQUIRES_ACTION');
});
