import { expect, test } from 'vitest';
import { reportComparisons } from '../../bench/report/comparison.ts';

const BEFORE = { name: 'commit abc' };

const verdictOf = (now: readonly number[], before: readonly number[], better: 'more' | 'less') =>
  reportComparisons(BEFORE, [{ what: 'requests/s', now, before, better }]).verdicts[0];

test.each([
  ['more, and it is more', [11, 12, 13], [10, 10, 10], 'more', true],
  ['more, and it is as much', [10, 10, 10], [10, 10, 10], 'more', true],
  ['more, and it is less in every round', [9, 9, 9.5], [10, 10, 10], 'more', false],
  ['more, and it is less in most rounds', [9, 9, 10], [10, 10, 10], 'more', null],
  ['less, and it is less', [9, 9, 11], [10, 10, 10], 'less', true],
  ['less, and it is more in every round', [11, 12, 13], [10, 10, 10], 'less', false],
  ['less, and it is more in most rounds', [11, 12, 10], [10, 10, 10], 'less', null],
] as const)('where better is %s, the verdict follows', (_case, now, before, better, reached) => {
  expect(verdictOf(now, before, better)?.reached).toBe(reached);
});

test('a row has both figures and their ratio, each as the median and what all rounds lie between', () => {
  const { tables } = reportComparisons(BEFORE, [
    { what: 'graphql-ws, µs', now: [5, 6, 8], before: [10, 10, 10], better: 'less' },
  ]);
  const [{ head, rows } = { head: [], rows: [] }] = tables;
  expect(head).toEqual(['', 'commit abc', 'now', 'now / before', 'better is']);
  expect(rows).toEqual([['graphql-ws, µs', '10', '6 (5–8)', '**0.6 (0.5–0.8)**', 'less']]);
});

test('a run without another build has neither table nor verdicts', () => {
  expect(reportComparisons(null, [])).toEqual({ tables: [], verdicts: [] });
});
