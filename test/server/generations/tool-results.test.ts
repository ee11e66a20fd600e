import { describe, expect, it, test } from 'vitest';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { usageOf } from '../../services/generations/run/run-harness.ts';
import { request } from '../../support/app/app.ts';
import { answerOf, finishEvent, textDelta } from '../../support/app/toy-provider.ts';
import {
  STREAMS,
  TRANSPORTS,
  GENERATE,
  ALL,
  input,
  callOf,
  calls,
  inTurns,
  startCaller,
  submit,
  read,
  endOf,
  play,
  resultsFor,
  typesOf,
} from './tool-results-harness.ts';

const citation = (startIndex: number | null, endIndex: number | null): StreamEvent => ({
  type: 'citation',
  citation: { url: 'https://a.test', title: null, snippet: null, startIndex, endIndex },
});

const TWO_TURNS = inTurns(
  [
    { type: 'reasoning-delta', text: 'Hm. ' },
    textDelta('Let me '),
    textDelta('see 👀. '),
    citation(4, 6),
    { type: 'tool-call-delta', callId: 'Bern', name: 'weather', argumentsDelta: '{"city":"Bern"}' },
    callOf('Bern', { opaque: 'signed' }),
    { type: 'usage', usage: usageOf(10, 4) },
    finishEvent({
      reason: 'tool-calls',
      usage: usageOf(10, 5, { cacheReadTokens: 3 }),
      state: { kept: [1] },
    }),
  ],
  [
    { type: 'reasoning-delta', text: 'Aha.' },
    textDelta('It is '),
    textDelta('sunny.'),
    citation(0, 5),
    citation(null, null),
    { type: 'usage', usage: usageOf(30, 1) },
    finishEvent({ usage: usageOf(30, 7, { reasoningTokens: 2 }) }),
  ],
);

describe.each(TRANSPORTS)('tool results, for a stream over %s', (transport) => {
  it('make the same subscription go on: same id, same log, sums of both turns', async () => {
    await using caller = await startCaller(TWO_TURNS);
    const { events, submitted } = await play(caller.app, transport, input, resultsFor);
    expect(typesOf(events)).toEqual([
      'GenerationStarted',
      'ReasoningDelta',
      'TextDelta',
      'TextDelta',
      'CitationAdded',
      'ToolCallDelta',
      'ToolCallReady',
      'UsageUpdated',
      'UsageUpdated',
      'ActionRequired',
      'ReasoningDelta',
      'TextDelta',
      'TextDelta',
      'CitationAdded',
      'CitationAdded',
      'UsageUpdated',
      'UsageUpdated',
      'GenerationCompleted',
    ]);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
    const id = events[0]?.['generationId'] as string;
    expect(new Set(events.map((event) => event['generationId'] as string))).toEqual(new Set([id]));

    for (const [type, whole] of [
      ['TextDelta', 'Let me see 👀. It is sunny.'],
      ['ReasoningDelta', 'Hm. Aha.'],
    ]) {
      let text = '';
      for (const event of events.filter(({ __typename }) => __typename === type)) {
        expect(event['offset']).toBe(text.length);
        text += String(event['text']);
      }
      expect(text).toBe(whole);
    }
    const first = 'Let me see 👀. '.length;
    const cited = events.flatMap((event) => (event['citation'] ? [event['citation']] : []));
    expect(cited).toMatchObject([
      { startIndex: 4, endIndex: 6 },
      { startIndex: first, endIndex: first + 5 },
      { startIndex: null, endIndex: null },
    ]);
    const totals = events.flatMap((event) => (event['usage'] ? [event['usage'].totalTokens] : []));
    expect(totals).toEqual([14, 15, 46, 52]);
    expect(events.at(-1)).toMatchObject({
      finishReason: 'STOP',
      generation: {
        id,
        status: 'COMPLETED',
        text: 'Let me see 👀. It is sunny.',
        reasoning: 'Hm. Aha.',
        toolCalls: [{ callId: 'Bern', arguments: { city: 'Bern' } }],
        citations: cited,
        finishReason: 'STOP',
        rawFinishReason: 'stop',
        lastSequence: events.length,
        usage: { inputTokens: 40, outputTokens: 12, totalTokens: 52, cacheReadTokens: 3, reasoningTokens: 2 },
      },
    });
    expect(submitted).toMatchObject([
      { data: { submitToolResults: { id, status: 'RUNNING', finishReason: null, completedAt: null } } },
    ]);
    expect(events[9]).toMatchObject({
      toolCalls: [{ callId: 'Bern', name: 'weather', arguments: { city: 'Bern' } }],
    });
  });

  it('reach the provider after the turn that asked for them, which brings its state along', async () => {
    await using caller = await startCaller(TWO_TURNS);
    await play(caller.app, transport, { ...input, toolChoice: { mode: 'REQUIRED' } }, () => [
      { callId: 'Bern', output: { sky: ['clear', null] }, isError: true },
    ]);
    const [before, after] = caller.toy.calls.map(({ request: sent }) => sent);
    expect(after).toEqual({
      ...before,
      messages: [
        ...(before?.messages ?? []),
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'Hm. ', opaque: '{"kept":[1]}', provider: 'toy' },
            { type: 'text', text: 'Let me see 👀. ' },
            {
              type: 'tool-call',
              callId: 'Bern',
              name: 'weather',
              arguments: { city: 'Bern' },
              opaque: 'signed',
            },
          ],
        },
        { role: 'tool', callId: 'Bern', output: { sky: ['clear', null] }, isError: true },
      ],
      // Forced for ever, it would never say anything.
      toolChoice: null,
    });
    expect(before?.toolChoice).toEqual({ type: 'required' });
  });

  it('may be wanted several times, of several calls at once', async () => {
    await using caller = await startCaller(
      inTurns(
        calls(callOf('a'), callOf('b')),
        calls(textDelta('One more: '), callOf('c')),
        calls(callOf('d')),
        [textDelta('Done.'), finishEvent()],
      ),
    );
    const { events, submitted } = await play(caller.app, transport, input, (event) =>
      // In another order than they were asked for.
      resultsFor(event).toReversed(),
    );
    expect(events.filter(({ __typename }) => __typename === 'ActionRequired')).toMatchObject([
      { toolCalls: [{ callId: 'a' }, { callId: 'b' }] },
      { toolCalls: [{ callId: 'c' }] },
      { toolCalls: [{ callId: 'd' }] },
    ]);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationCompleted',
      generation: {
        text: 'One more: Done.',
        toolCalls: ['a', 'b', 'c', 'd'].map((callId) => ({ callId })),
      },
    });
    expect(submitted.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(caller.toy.calls.at(-1)?.request.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'tool',
      'assistant',
      'tool',
      'assistant',
      'tool',
    ]);
  });

  it('may lead to a failure, which ends the one log', async () => {
    await using caller = await startCaller(inTurns(calls(callOf('a')), [textDelta('Well')]));
    const { events } = await play(caller.app, transport, input, resultsFor);
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationFailed',
      error: { code: 'STREAM_TRUNCATED' },
      generation: { text: 'Well', status: 'FAILED', lastSequence: events.length },
    });
  });
});

describe('a generation that is waited for', () => {
  it('answers at once when it wants tool results, and goes on when it has them', async () => {
    await using caller = await startCaller(TWO_TURNS);
    const { data, errors } = await request(caller.app, GENERATE + ALL, { input });
    expect(errors).toBeUndefined();
    const { id } = data.generate;
    const waiting = {
      id,
      status: 'REQUIRES_ACTION',
      text: 'Let me see 👀. ',
      finishReason: 'TOOL_CALLS',
      output: null,
      completedAt: null,
      toolCalls: [{ callId: 'Bern' }],
      usage: { totalTokens: 15 },
    };
    expect(data.generate).toMatchObject(waiting);
    expect(await read(caller.app, id)).toEqual(data.generate);

    const submitted = await submit(caller.app, id, [{ callId: 'Bern', output: 'sunny' }]);
    expect(submitted.data.submitToolResults).toMatchObject({ id, status: 'RUNNING', finishReason: null });
    expect(await endOf(caller.app, id)).toBe('completed');
    expect(await read(caller.app, id)).toMatchObject({
      id,
      status: 'COMPLETED',
      text: 'Let me see 👀. It is sunny.',
      finishReason: 'STOP',
      usage: { totalTokens: 52 },
    });
  });

  it('is not cancelled by its answer having been read', async () => {
    await using caller = await startCaller(TWO_TURNS);
    for (const transport of TRANSPORTS) {
      const [answer] = await STREAMS[transport](caller.app, GENERATE + ALL, { input });
      const { id, status } = answer?.data.generate ?? {};
      expect(status).toBe('REQUIRES_ACTION');
      const { errors } = await submit(caller.app, id, [{ callId: 'Bern', output: 'sunny' }]);
      expect(errors).toBeUndefined();
      expect(await endOf(caller.app, id)).toBe('completed');
    }
  });

  it('gives the answer of its last turn as its output', async () => {
    await using caller = await startCaller(
      inTurns(calls(textDelta('Let me see.'), callOf('a')), [textDelta('{"sunny":true}'), finishEvent()]),
    );
    const given = { ...input, output: { json: true } };
    const { data } = await request(caller.app, GENERATE + ALL, { input: given });
    const { id } = data.generate;
    await submit(caller.app, id, [{ callId: 'a', output: 1 }]);
    await endOf(caller.app, id);
    expect(await read(caller.app, id)).toMatchObject({
      text: 'Let me see.{"sunny":true}',
      output: { sunny: true },
    });
  });
});

describe('built-in tool calls', () => {
  const builtIn = callOf('search', { name: 'web_search', builtIn: true, result: { hits: 3 } });
  const given = { ...input, tools: [...input.tools, { builtIn: 'WEB_SEARCH' }] };

  it.each(['stop', 'tool-calls'] as const)(
    'ask for nothing, even where a turn ends with %s',
    async (reason) => {
      await using caller = await startCaller(answerOf(builtIn, textDelta('Found.'), finishEvent({ reason })));
      const { events } = await play(caller.app, 'sse', given, resultsFor);
      expect(typesOf(events)).toEqual([
        'GenerationStarted',
        'ToolCallReady',
        'TextDelta',
        'GenerationCompleted',
      ]);
      expect(events.at(-1)).toMatchObject({
        generation: {
          status: 'COMPLETED',
          toolCalls: [{ callId: 'search', builtIn: true, result: { hits: 3 } }],
        },
      });
    },
  );

  it('beside others are not among those that are asked for', async () => {
    await using caller = await startCaller(
      inTurns(calls(builtIn, callOf('a')), [textDelta('Done.'), finishEvent()]),
    );
    const { events } = await play(caller.app, 'websocket', given, resultsFor);
    const action = events.find(({ __typename }) => __typename === 'ActionRequired');
    expect(action).toMatchObject({ toolCalls: [{ callId: 'a' }] });
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted' });
    const assistant = caller.toy.calls[1]?.request.messages.find(({ role }) => role === 'assistant');
    expect(assistant).toMatchObject({ parts: [{ type: 'tool-call', callId: 'a' }] });
  });
});

test('results that come before the provider has closed its turn begin the next one all the same', async () => {
  const { promise: lingered, resolve: leave } = Promise.withResolvers<void>();
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  await using caller = await startCaller(async function* (call) {
    if (call.request.messages.length > 1) {
      leave();
      await closed;
      yield* answerOf(textDelta('Done.'), finishEvent())(call);
      return;
    }
    yield* answerOf(...calls(callOf('a')))(call);
    // Still there when the next turn runs.
    await lingered;
    setImmediate(close);
  });
  const { events } = await play(caller.app, 'websocket', input, resultsFor);
  expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', generation: { text: 'Done.' } });
});
