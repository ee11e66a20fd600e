import { expect, it } from 'vitest';
import { fitSlope, median, percentile, spreadOf, toSpreadText } from '../../bench/report/statistics.ts';

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

it('a slope has no error where the values lie on a line, whatever their interval', () => {
  const { slope, error } = fitSlope([10, 12, 14, 16], 0.5);
  expect(slope).toBeCloseTo(4);
  expect(error).toBeCloseTo(0);
});

it('values that go up and down without a trend have a slope below twice its error', () => {
  const { slope, error } = fitSlope([100, 104, 98, 103, 99, 104, 97, 103], 1);
  expect(Math.abs(slope)).toBeLessThan(2 * error);
});

it('a trend above the scatter of the values is more than twice its error', () => {
  const { slope, error } = fitSlope([100, 103, 103, 107, 108, 111, 112, 115], 1);
  expect(slope).toBeCloseTo(2.08, 1);
  expect(slope).toBeGreaterThan(2 * error);
});
