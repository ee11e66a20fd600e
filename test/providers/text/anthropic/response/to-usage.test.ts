import { expect, test } from 'vitest';
import { mergeUsage, toUsage } from '../../../../../src/providers/text/anthropic/response/to-usage.ts';

const PASSES = [
  { type: 'compaction', input_tokens: 900, output_tokens: 80, cache_read_input_tokens: 7 },
  { type: 'message', input_tokens: 160, output_tokens: 11 },
  { type: 'advisor_message', input_tokens: 5_000, output_tokens: 500 },
];

test('a compaction of the context is billed, and counts', () => {
  const reported = { input_tokens: 160, output_tokens: 11, iterations: PASSES };
  expect(toUsage(reported)).toMatchObject({
    inputTokens: 1_067,
    outputTokens: 91,
    totalTokens: 1_158,
    cacheReadTokens: 7,
  });
});

test.each([
  [null],
  [{}],
  ['compaction'],
  [[]],
  [[null, 5, 'compaction']],
  [[{ type: 'compaction', input_tokens: '-4' }]],
])('passes that are %j count nothing', (iterations) => {
  expect(toUsage({ input_tokens: 160, output_tokens: 11, iterations })).toMatchObject({
    inputTokens: 160,
    outputTokens: 11,
  });
});

test('a report that comes later and leaves counts out, or has none, erases nothing', () => {
  const first = mergeUsage({}, { input_tokens: '25', cache_read_input_tokens: 5, output_tokens: 1 });
  const second = mergeUsage(first, { output_tokens: 9, input_tokens: null, cache_read_input_tokens: -1 });
  const third = mergeUsage(mergeUsage(second, 'none'), { output_tokens: 0 });
  expect(toUsage(third)).toMatchObject({ inputTokens: 30, outputTokens: 9, cacheReadTokens: 5 });
});
