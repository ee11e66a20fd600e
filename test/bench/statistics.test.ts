import { expect, it } from 'vitest';
import { median, percentile, spreadOf, toSpreadText } from '../../bench/report/statistics.ts';

it('a percentile is one of the values, by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100]);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

it('a median of an even number of values lies between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 2, 4, 8])).toBe(6);
});

it('a spread is written with its ends, and alone where there is only one value', () => {
  expect(toSpreadText(spreadOf([1.234, 5, 250]))).toBe('5 (1.23–250)');
  expect(toSpreadText(spreadOf([3]))).toBe('3');
});
