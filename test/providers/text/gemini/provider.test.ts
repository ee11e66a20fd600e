import { describe, expect, test } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { toArray } from '../../../support/to-array.ts';
import { CASES } from './fixtures/hand-made.ts';
import { FAILURES } from './fixtures/hand-made-failures.ts';
import { bodyOf, connect, createRequest, drain, type Framing, never, startGemini } from './gemini-harness.ts';

const FRAMINGS: readonly (readonly [string, Framing])[] = [
  ['as a stream', {}],
  ['as a stream with LF', { lineEnd: '\n' }],
  ['as a stream cut after every byte', { split: 1 }],
  ['as a stream with LF cut after every byte', { lineEnd: '\n', split: 1 }],
];

describe.each(CASES)('$name', ({ responses, result }) => {
  test.each(FRAMINGS)('gives the same turn %s', async (_, framing) => {
    await using upstream = await startGemini(responses, framing);
    const stream = connect(upstream.origin).stream(createRequest(), { signal: never() });
    expect(await collect(stream)).toEqual(result);
  });

  test('gives the same turn to a waiting call', async () => {
    await using upstream = await startGemini(responses);
    const generating = connect(upstream.origin).generate(createRequest(), { signal: never() });
    expect(await generating).toEqual(result);
    expect(upstream.requests[0]?.path).toBe('/v1beta/models/gemini-tested:generateContent');
  });
});

describe.each(FAILURES)('$name', ({ responses, result, error }) => {
  test('ends a stream with a typed error, what came before it kept', async () => {
    await using upstream = await startGemini(responses, { split: 3 });
    const stream = connect(upstream.origin).stream(createRequest(), { signal: never() });
    const seen = await drain(stream);
    expect(seen.error).toMatchObject({ provider: 'gemini', ...error });
    const text = seen.events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
    const usage = seen.events.findLast((event) => event.type === 'usage')?.usage;
    expect({ text, usage }).toMatchObject(result);
    expect(seen.events.some(({ type }) => type === 'finish')).toBe(false);
  });

  test('ends a waiting call with the same error', async () => {
    await using upstream = await startGemini(responses);
    const generating = connect(upstream.origin).generate(createRequest(), { signal: never() });
    expect(await providerErrorOf(generating)).toMatchObject({ provider: 'gemini', ...error });
  });
});

const responsesOf = (name: string): (typeof CASES)[number]['responses'] => {
  const found = [...CASES, ...FAILURES].find((at) => at.name === name);
  if (found === undefined) throw new Error(`no case "${name}"`);
  return found.responses;
};

test('a chunk that holds a thought and text gives two deltas, the thought first', async () => {
  await using upstream = await startGemini(responsesOf('thoughts with a signature on an empty text'));
  const events = await toArray(connect(upstream.origin).stream(createRequest(), { signal: never() }));
  expect(events.map((event) => ('text' in event ? [event.type, event.text] : [event.type]))).toEqual([
    ['reasoning-delta', '**Look**\n'],
    ['reasoning-delta', 'Then answer.'],
    ['text-delta', 'Forty'],
    ['text-delta', '-two.'],
    ['usage'],
    ['finish'],
  ]);
  expect(events.at(-1)).toMatchObject({ usage: { outputTokens: 34, totalTokens: 44, reasoningTokens: 30 } });
});

test.each(['parallel calls of one function', 'arguments that arrive value by value'])(
  'the deltas of each call add up to the JSON of its arguments: %s',
  async (name) => {
    await using upstream = await startGemini(responsesOf(name));
    const events = await toArray(connect(upstream.origin).stream(createRequest(), { signal: never() }));
    const deltas = new Map<string, string>();
    for (const event of events)
      if (event.type === 'tool-call-delta')
        deltas.set(event.callId, `${deltas.get(event.callId) ?? ''}${event.argumentsDelta}`);
    const calls = events.flatMap((event) => (event.type === 'tool-call' ? [event.toolCall] : []));
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.map(({ callId }) => deltas.get(callId))).toEqual(
      calls.map((call) => JSON.stringify(call.arguments)),
    );
  },
);

test('arguments that arrive in pieces give a delta for each piece', async () => {
  await using upstream = await startGemini(responsesOf('arguments that arrive value by value'));
  const events = await toArray(connect(upstream.origin).stream(createRequest(), { signal: never() }));
  const deltas = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.argumentsDelta] : []));
  expect(deltas).toEqual([
    '{"title":"A \\"quo',
    'te\\" ',
    '}","days":[{"hours":8,"is free":false},null',
    ']}',
    '{"text":"done"}',
  ]);
});

test('arguments that cannot be put together go to the log, and only there', async () => {
  const warnings: Readonly<Record<string, unknown>>[] = [];
  await using upstream = await startGemini(responsesOf('arguments with no place to put them'));
  const provider = connect(upstream.origin, { log: { warn: (fields) => void warnings.push(fields) } });
  const error = await providerErrorOf(toArray(provider.stream(createRequest(), { signal: never() })));
  expect(warnings).toEqual([
    expect.objectContaining({ provider: 'gemini', tool: 'plan', arguments: '{"list":[]}' }),
  ]);
  expect(error.message).not.toContain('plan');
});

test.each(['stream', 'generate'] as const)(
  'an interrupted answer is asked for again with its token and nothing else changed: %s',
  async (mode) => {
    await using upstream = await startGemini(responsesOf('an answer the vendor interrupts and continues'));
    const provider = connect(upstream.origin);
    if (mode === 'stream') await toArray(provider.stream(createRequest(), { signal: never() }));
    else await provider.generate(createRequest(), { signal: never() });
    expect(upstream.requests).toHaveLength(2);
    expect(bodyOf(upstream, 1)).toEqual({ ...bodyOf(upstream, 0), continuationToken: 'token-1' });
  },
);

test('an answer that is interrupted without end is given up with a warning', async () => {
  const interrupted = responsesOf('an answer the vendor interrupts and continues')[0] ?? [];
  await using upstream = await startGemini(Array.from({ length: 40 }, () => interrupted));
  const result = await collect(connect(upstream.origin).stream(createRequest(), { signal: never() }));
  expect(upstream.requests).toHaveLength(17);
  expect(result).toMatchObject({
    finishReason: 'other',
    rawFinishReason: 'CONTINUATION',
    warnings: [{ code: 'PROVIDER_WARNING' }],
    usage: { inputTokens: 170 },
  });
});

test('two calls at once do not mix', async () => {
  await using first = await startGemini(responsesOf('text'), { split: 1 });
  const provider = connect(first.origin);
  const signal = never();
  const [failed, answered] = await Promise.all([
    drain(provider.stream(createRequest(), { signal })),
    drain(provider.stream(createRequest(), { signal })),
  ]);
  // The first request served gets the answer, the other one the server's refusal.
  const [refusal, success] = failed.error === undefined ? [answered, failed] : [failed, answered];
  expect(success.events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  expect(refusal.error).toMatchObject({ code: 'PROVIDER_REJECTED', providerStatus: 418 });
});

test('a state goes back as the parts it holds', async () => {
  const name = "the vendor's own tools beside a function call";
  await using upstream = await startGemini([...responsesOf(name), ...responsesOf('text')]);
  const provider = connect(upstream.origin);
  const turn = await collect(provider.stream(createRequest(), { signal: never() }));
  const [, call] = turn.toolCalls;
  if (call === undefined) throw new Error('no call');
  const { callId, name: tool, opaque } = call;
  await provider.generate(
    createRequest({
      messages: [
        { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: null, opaque: JSON.stringify(turn.state) },
            { type: 'tool-call', callId, name: tool, arguments: call.arguments, opaque },
          ],
        },
        { role: 'tool', callId, output: { saved: true }, isError: false },
      ],
    }),
    { signal: never() },
  );
  expect(bodyOf(upstream, 1)['contents']).toEqual([
    { role: 'user', parts: [{ text: 'Hello' }] },
    { role: 'model', parts: turn.state },
    {
      role: 'user',
      parts: [{ functionResponse: { id: 'f1', name: 'save', response: { output: { saved: true } } } }],
    },
  ]);
});
