import { expect, test } from 'vitest';
import { mergeReports } from '../../../../src/providers/shared/reading/merge-reports.ts';
import { toCount, toIntCount } from '../../../../src/providers/shared/reading/to-count.ts';

test.each([
  [0, 0],
  [12, 12],
  [2 ** 53, 2 ** 53],
  ['0', 0],
  ['0012', 12],
  [' 7 ', 7],
  ['9007199254740991', 9_007_199_254_740_991],
])('%j is the count %d', (reported, count) => {
  expect(toCount(reported)).toBe(count);
});

test.each([
  -1,
  -0.5,
  1.5,
  1e30,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  ' ',
  '-3',
  '1.0',
  '1e3',
  '0x10',
  '12 tokens',
  '99999999999999999999',
  true,
  [5],
  { value: 5 },
  null,
  undefined,
])('%j is no count', (reported) => {
  expect(toCount(reported)).toBeNull();
});

test('a count that clients are promised as an Int is null beyond it', () => {
  expect([2_147_483_647, 2_147_483_648, '4294967296', 2 ** 53].map(toIntCount)).toEqual([
    2_147_483_647,
    null,
    null,
    null,
  ]);
});

test('minus nothing is nothing', () => {
  expect(Object.is(toCount(-0), 0)).toBe(true);
});

test.each<[string, unknown, unknown, unknown]>([
  ['a part that comes later', { input: 3 }, { output: 4 }, { input: 3, output: 4 }],
  ['a larger total', { output: 4 }, { output: 9 }, { output: 9 }],
  ['a count in place of none', { output: null }, { output: 9 }, { output: 9 }],
  ['details of details', { a: { b: { c: 1 } } }, { a: { b: { d: 2 } } }, { a: { b: { c: 1, d: 2 } } }],
  ['another word', { tier: 'default' }, { tier: 'priority' }, { tier: 'priority' }],
])('%s goes over an earlier report', (_, earlier, later, merged) => {
  expect(mergeReports(earlier, later)).toEqual(merged);
});

test.each<[string, unknown]>([
  ['null', null],
  ['nothing', undefined],
  ['a text', 'none'],
  ['a list', [1]],
  ['an empty report', {}],
  ['null for a count', { input: null }],
  ['0 for a count', { input: 0 }],
  ['a negative count', { input: -4 }],
  ['a fraction', { input: 0.5 }],
  ['a word for a count', { input: 'many' }],
  ['a number for details', { details: 7 }],
  ['null for details', { details: null }],
  ['details without theirs', { details: {} }],
])('%s erases nothing of an earlier report', (_, later) => {
  const earlier = { input: 3, details: { cached: 2 } };
  expect(mergeReports(earlier, later)).toEqual(earlier);
});

test('reports that name something else each time are kept up to a number of names', () => {
  let report: Readonly<Record<string, unknown>> = {};
  for (let index = 0; index < 1_000; index += 1)
    report = mergeReports(report, { total: index, [`name_${index}`]: 1, parts: { [`part_${index}`]: 1 } });
  expect(Object.keys(report)).toHaveLength(256);
  expect(Object.keys(report['parts'] as object)).toHaveLength(256);
  expect(report['total']).toBe(999);
});
