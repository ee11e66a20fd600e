import { expect, it } from 'vitest';
import { BatchSplitter } from '../../../../src/services/batches/intake/split-batch.ts';
import { toPollDelayMs } from '../../../../src/services/batches/work/batch-timing.ts';

const split = (maxRequests: number, maxFileSizeMb: number, sizes: readonly number[]) => {
  const splitter = new BatchSplitter({ type: 'native', maxRequests, maxFileSizeMb, discountPercent: null });
  for (const size of sizes) splitter.add(size);
  return splitter.parts().map(({ firstIndex, itemCount }) => [firstIndex, itemCount]);
};

const MIB = 1024 * 1024;

it('a batch at the limit of its vendor is one part, and one past it two', () => {
  expect(split(3, 1, [1, 1, 1])).toEqual([[0, 3]]);
  expect(split(3, 1, [1, 1, 1, 1])).toEqual([
    [0, 3],
    [3, 1],
  ]);
  expect(split(9, 1, [MIB / 2, MIB / 2])).toEqual([[0, 2]]);
  expect(split(9, 1, [MIB / 2, MIB / 2 + 1, 5])).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

it('without a limit everything is one part', () => {
  const splitter = new BatchSplitter({ type: 'none' });
  for (let index = 0; index < 10; index += 1) splitter.add(MIB);
  expect(splitter.parts()).toEqual([{ firstIndex: 0, itemCount: 10 }]);
  expect(splitter.maxBytes).toBeNull();
});

it('polls of a vendor become rarer up to a limit, and never come before it wants them', () => {
  const timing = { firstPollMs: 5_000, maxPollMs: 300_000 };
  const delays = [0, 1, 2, 5, 6, 400].map((unchanged) => toPollDelayMs(unchanged, timing, null, () => 0));
  expect(delays).toEqual([5_000, 10_000, 20_000, 160_000, 300_000, 300_000]);
  expect(toPollDelayMs(0, timing, 60_000, () => 0)).toBe(60_000);
  expect(toPollDelayMs(0, timing, null, () => 0.5)).toBe(5_500);
});
