import { describe, expect, test } from 'vitest';
import { hasMoreJsonValues } from '../../src/lib/has-more-json-values.ts';
import { weighJson } from '../../src/lib/weigh-json.ts';

const BOUNDS = { values: 1_000, characters: 10_000, depth: 100 };

const keys = (count: number): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

/** How many values are visited. */
const visits = (value: unknown): number => {
  let count = 0;
  weighJson(value, BOUNDS, () => {
    count += 1;
  });
  return count;
};

describe('weighing a value', () => {
  test('counts its values and its characters', () => {
    expect(weighJson({ a: ['xyz', 1, null], bc: {} }, BOUNDS)).toEqual({ values: 5, characters: 6 });
    expect(weighJson('text', BOUNDS)).toEqual({ values: 0, characters: 4 });
    expect(weighJson(null, BOUNDS)).toEqual({ values: 0, characters: 0 });
  });

  test.each([
    ['values', keys(1_001)],
    ['values', Array.from({ length: 11 }, () => Array.from({ length: 100 }, () => 0))],
    ['characters', { text: 'x'.repeat(10_001) }],
    ['characters', { ['x'.repeat(10_001)]: 1 }],
    ['depth', nested(101)],
  ] as const)('says that its %s are too many', (passed, value) => {
    expect(weighJson(value, BOUNDS)).toEqual({ passed });
  });

  test('visits twice as many values where there are twice as many, and none beyond the bound', () => {
    expect([100, 200, 400].map((count) => visits(keys(count)))).toEqual([100, 200, 400]);
    for (const count of [1_001, 10_000, 300_000]) expect(visits(keys(count))).toBe(1_001);
  });

  test('does not look into what is deeper than may be', () => {
    expect(visits(nested(100))).toBe(100);
    for (const levels of [101, 1_000, 5_000]) expect(visits(nested(levels))).toBe(100);
  });
});

describe('counting the values of JSON text', () => {
  test.each([
    ['[1,2,3]', 3],
    ['{"a":{"b":[1,2]},"c":"[,,,{"}', 5],
    [String.raw`["a\",,,[","b\\",1]`, 3],
    [`["${'x,'.repeat(100)}"]`, 1],
  ])('finds those of %s', (text, values) => {
    const json = Buffer.from(text);
    expect([values - 1, values].map((most) => hasMoreJsonValues(json, most))).toEqual([true, false]);
  });

  test('ends with the first value beyond the bound, wherever the text ends', () => {
    let read = 0;
    const bytes = Buffer.from(`[${'0,'.repeat(100_000)}0]`);
    const counted = new Proxy(bytes, {
      get(target, name) {
        read += typeof name === 'string' && /^\d+$/.test(name) ? 1 : 0;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    expect(hasMoreJsonValues(counted, 50)).toBe(true);
    expect(read).toBeLessThan(200);
  });
});
