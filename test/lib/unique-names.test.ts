import { expect, test } from 'vitest';
import { createUniqueNames } from '../../src/lib/unique-names.ts';

test('a name that is wanted again and again costs a variant each time', () => {
  let variants = 0;
  const names = createUniqueNames((wanted, count) => {
    variants += 1;
    return count === 0 ? wanted : `${wanted}.${count}`;
  });
  const claimed = Array.from({ length: 5_000 }, () => names.claim('x'));
  expect(new Set(claimed).size).toBe(5_000);
  expect(claimed.slice(0, 3)).toEqual(['x', 'x.1', 'x.2']);
  expect(variants).toBe(5_000);
  expect(names.claim('x.1')).toBe('x.1.1');
  expect(names.size()).toBe(5_001);
});

test('names that begin with the same variant cost a variant each, and one more each at the most', () => {
  let variants = 0;
  const names = createUniqueNames((wanted, count) => {
    variants += 1;
    const plain = wanted.replace(/\W/gu, '_');
    return count === 0 ? plain : `${plain}.${count}`;
  });
  const wanted = Array.from({ length: 5_000 }, (_, index) => String.fromCodePoint(0x4e00 + index));
  const claimed = wanted.map((name) => names.claim(name));
  expect(new Set(claimed).size).toBe(5_000);
  expect(claimed.slice(0, 3)).toEqual(['_', '_.1', '_.2']);
  expect(variants).toBeLessThanOrEqual(10_000);
});
