import { expect, test } from 'vitest';
import { alternate, getRounds, ratioOf } from '../../bench/measurements/alternate.ts';

const countingSubjects = (names: readonly string[]) => {
  const order: string[] = [];
  const subjects = names.map((name) => ({
    name,
    measure: () => {
      order.push(name);
      return Promise.resolve(order.length);
    },
  }));
  return { order, subjects };
};

test('every round measures each subject once, in the opposite order of the round before', async () => {
  const { order, subjects } = countingSubjects(['a', 'b', 'c']);
  const rounds = await alternate(subjects, { runs: 3, warmsUp: false });
  expect(order.join('')).toBe('abccbaabc');
  expect(Object.fromEntries(rounds)).toEqual({ a: [1, 6, 7], b: [2, 5, 8], c: [3, 4, 9] });
});

test('a round that warms up does not count, and is not announced', async () => {
  const { order, subjects } = countingSubjects(['a', 'b']);
  const announced: number[] = [];
  const rounds = await alternate(subjects, {
    runs: 2,
    warmsUp: true,
    onRound: (round) => announced.push(round),
  });
  expect(order.join('')).toBe('baabba');
  expect(getRounds(rounds, 'a')).toEqual([3, 6]);
  expect(announced).toEqual([1, 2]);
});

test('a ratio is taken within each round', async () => {
  const rounds = new Map([
    ['now', [2, 9, 8]],
    ['before', [1, 3, 8]],
  ]);
  expect(ratioOf(rounds, ['now', 'before'], (value) => value)).toEqual({ median: 2, least: 1, most: 3 });
});

test('a name that was not measured is an error', () => {
  expect(() => getRounds(new Map(), 'before')).toThrow('before');
});
