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
