import { describe, expect, test } from 'vitest';
import { ProviderError } from '../../../../src/core/errors.ts';
import type { ToolCall } from '../../../../src/core/generation.ts';
import type { JsonValue } from '../../../../src/core/json.ts';
import type { StreamEvent } from '../../../../src/core/stream-event.ts';
import type { Usage } from '../../../../src/core/usage.ts';
import {
  type AnswerExpectation,
  AnswerCheck,
} from '../../../../src/providers/shared/reading/check-answer.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

const checkOf = (expectation: Partial<AnswerExpectation> = {}): AnswerCheck =>
  new AnswerCheck({ provider: 'acme', maxOutputTokens: 1_000, ...expectation });

/** What a vendor sends is not held by types. */
const event = (fields: object): StreamEvent => JSON.parse(JSON.stringify(fields)) as StreamEvent;

const call = (fields: Partial<ToolCall> = {}): StreamEvent => ({
  type: 'tool-call',
  toolCall: { callId: 'c', name: 'f', arguments: {}, builtIn: false, result: null, opaque: null, ...fields },
});

const nested = (levels: number): JsonValue => {
  let value: JsonValue = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

const usageOf = (fields: object): Usage => ({
  inputTokens: null,
  outputTokens: null,
  totalTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
  ...fields,
});

/** How many events are taken until one fails; with the failure. */
const takeAll = (check: AnswerCheck, events: Iterable<StreamEvent>): { taken: number; error: unknown } => {
  let taken = 0;
  try {
    for (const one of events) {
      check.take(one);
      taken += 1;
    }
  } catch (error) {
    return { taken, error };
  }
  return { taken, error: undefined };
};

function* repeat(toEvent: (index: number) => StreamEvent, most = 100_000_000): Generator<StreamEvent> {
  for (let index = 0; index < most; index += 1) yield toEvent(index);
}

const text = (length: number): StreamEvent => ({ type: 'text-delta', text: 'x'.repeat(length) });

describe('fails the answer at', () => {
  test.each<[string, StreamEvent]>([
    ['text that is a number', event({ type: 'text-delta', text: 7 })],
    ['text that is an object', event({ type: 'text-delta', text: { a: 'b' } })],
    ['text that is missing', event({ type: 'text-delta' })],
    ['reasoning that is a list', event({ type: 'reasoning-delta', text: ['a'] })],
    [
      'arguments that are true',
      event({ type: 'tool-call-delta', callId: 'c', name: 'f', argumentsDelta: true }),
    ],
    ...[[[]], { a: 1 }, 7, true].map((opaque): [string, StreamEvent] => [
      `a signature of a call that is ${JSON.stringify(opaque)}`,
      event({ type: 'tool-call', toolCall: { callId: 'c', name: 'f', arguments: {}, result: null, opaque } }),
    ]),
    [
      'a warning without words',
      event({ type: 'warning', warning: { code: 'PROVIDER_WARNING', message: {} } }),
    ],
    ['a name that is a number', event({ ...call(), toolCall: { callId: 'c', name: 5, arguments: {} } })],
    ['a name with U+0000', call({ name: 'a\0b' })],
    ['a name of two lines', call({ name: 'a\nb' })],
    ['a name with half of a surrogate pair', call({ name: 'a\ud83d' })],
    ['a name as long as an answer', call({ name: 'x'.repeat(257) })],
    ['an id that is an object', event({ ...call(), toolCall: { callId: {}, name: 'f', arguments: {} } })],
    ['an id with an escape character', call({ callId: '\u001b[31m' })],
    ['arguments of 101 levels', call({ arguments: nested(101) })],
    ['arguments of 50,000 levels', call({ arguments: nested(50_000) })],
    ['a result of 101 levels', call({ result: nested(101) })],
    ['arguments of 5 MiB', call({ arguments: { a: 'x'.repeat(5 * MIB) } })],
    [
      'a state of 101 levels',
      event({ type: 'finish', reason: 'stop', rawReason: null, usage: null, state: nested(101) }),
    ],
    ['a delta longer than the answer may be', text(3 * MIB)],
  ])('%s', (_, odd) => {
    const { taken, error } = takeAll(checkOf(), [odd]);
    expect(taken).toBe(0);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'PROVIDER_FAILED', provider: 'acme' });
  });

  test.each<[string, (index: number) => StreamEvent, number]>([
    ['text without end', () => text(4_096), 510],
    ['deltas of one character without end', () => text(1), 123_361],
    ['empty deltas without end', () => text(0), 131_072],
    ['reasoning without end', () => ({ type: 'reasoning-delta', text: 'xxxx'.repeat(KIB) }), 510],
    [
      'arguments of one call without end',
      () => ({ type: 'tool-call-delta', callId: 'c', name: 'f', argumentsDelta: 'x'.repeat(4_096) }),
      510,
    ],
    [
      'calls that begin without end',
      (index) => ({ type: 'tool-call-delta', callId: `c${index}`, name: 'f', argumentsDelta: '' }),
      1_000,
    ],
    ['calls without end', (index) => call({ callId: `c${index}` }), 1_000],
    ['the same call without end', () => call(), 1_000],
    ['large calls without end', () => call({ arguments: { a: 'x'.repeat(3 * MIB) } }), 10],
    [
      'citations without end',
      () => event({ type: 'citation', citation: { url: 'https://a.example' } }),
      2_000,
    ],
    [
      'long citations without end',
      () => event({ type: 'citation', citation: { snippet: 'x'.repeat(MIB) } }),
      31,
    ],
    [
      'long warnings without end',
      () => event({ type: 'warning', warning: { code: 'PROVIDER_WARNING', message: 'x'.repeat(MIB) } }),
      31,
    ],
  ])('%s, and takes what came before', (_, toEvent, most) => {
    const { taken, error } = takeAll(checkOf(), repeat(toEvent));
    expect(taken).toBe(most);
    expect(error).toMatchObject({ code: 'PROVIDER_FAILED' });
  });

  test('the arguments of one call, though the answer may be longer', () => {
    const toEvent = (): StreamEvent => ({
      type: 'tool-call-delta',
      callId: 'c',
      name: 'f',
      argumentsDelta: 'x'.repeat(MIB),
    });
    expect(takeAll(checkOf({ maxOutputTokens: 1_000_000 }), repeat(toEvent)).taken).toBe(4);
  });

  test('JSON output of 101 levels, however it is cut, and no sooner', () => {
    const deep = `{"text":"[[[[ \\" [[","a":${'['.repeat(99)}`;
    const take = (json: string, isJson = true) =>
      takeAll(
        checkOf({ isJson }),
        Array.from(json, (character) => ({ type: 'text-delta', text: character })),
      );
    expect(take(`${deep}${']'.repeat(99)}}`).error).toBeUndefined();
    expect(take(`${deep}[`)).toMatchObject({ taken: deep.length, error: { code: 'PROVIDER_FAILED' } });
    expect(take(`${deep}[[[[`, false).error).toBeUndefined();
  });
});

test('the limit of an answer follows from the output limit, and is never that of a few tokens', () => {
  const lengthOf = (maxOutputTokens: number): number =>
    takeAll(
      checkOf({ maxOutputTokens }),
      repeat(() => text(4_080)),
    ).taken * 4_096;
  expect(lengthOf(1)).toBe(lengthOf(8_192));
  expect(lengthOf(65_536)).toBe(8 * lengthOf(8_192));
});

test('what is sound is given back as it is', () => {
  const events: readonly StreamEvent[] = [
    { type: 'text-delta', text: 'a\0 \ud83d' },
    call({ arguments: nested(100), result: nested(100), callId: 'x'.repeat(4_096) }),
    { type: 'usage', usage: usageOf({ inputTokens: 3, outputTokens: 4, totalTokens: 9 }) },
  ];
  const check = checkOf();
  expect(events.map((one) => check.take(one))).toEqual(events);
});

test.each<[string, object, object]>([
  ['a negative count', { outputTokens: -5 }, { outputTokens: null }],
  ['a fraction', { outputTokens: 1.5 }, { outputTokens: null }],
  ['more than can be counted', { outputTokens: 1e30 }, { outputTokens: null }],
  ['no number', { outputTokens: Number.NaN, inputTokens: {} }, { outputTokens: null, inputTokens: null }],
  ['digits', { inputTokens: '12' }, { inputTokens: 12 }],
  [
    'a total below its parts',
    { inputTokens: 3, outputTokens: 4, totalTokens: 5 },
    { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
  ],
])('usage with %s is told without it', (_, reported, told) => {
  const usage = usageOf(reported);
  const check = checkOf();
  expect(check.take({ type: 'usage', usage })).toEqual({ type: 'usage', usage: usageOf(told) });
  expect(check.take({ type: 'finish', reason: 'stop', rawReason: null, usage, state: null })).toMatchObject({
    usage: usageOf(told),
  });
});

test.each([['a\0b'], ['x'.repeat(300)], [5], [{ type: 'stop' }]])(
  'an end of the word %j has none',
  (rawReason) => {
    const finish = event({ type: 'finish', reason: 'stop', rawReason, usage: null, state: null });
    expect(checkOf().take(finish)).toMatchObject({ rawReason: null, reason: 'stop' });
  },
);

test('places and words of a citation that are none are null', () => {
  const citation = event({
    type: 'citation',
    citation: { url: 5, title: { a: 1 }, snippet: 'said', startIndex: -1, endIndex: 1e12 },
  });
  expect(checkOf().take(citation)).toEqual({
    type: 'citation',
    citation: { url: null, title: null, snippet: 'said', startIndex: null, endIndex: null },
  });
});
