import { describe, expect, it } from 'vitest';
import { parseExactJson, withPlainNumbers } from '../../src/lib/exact-json.ts';

const rewritten = (text: string): string | undefined => JSON.stringify(parseExactJson(text));

describe('parseExactJson', () => {
  it.each([
    '{"id":2512292042121000001}',
    '[-9223372036854775808,9223372036854775807,18446744073709551615]',
    '{"a":{"b":[1,{"c":90071992547409931}]},"d":"90071992547409931"}',
    '12345678901234567890',
    '[12345678901234567890.5,1234567890123456789e30]',
    '{"text":"a \\"quoted\\" 12345678901234567890 \\\\","id":12345678901234567891}',
    '{"__proto__":12345678901234567890}',
    '{"12345678901234567890":1}',
  ])('writes the same digits again: %s', (text) => {
    expect(rewritten(text)).toBe(text);
  });

  it.each([
    ['{"a": 1, "b": [true, null, "x"], "c": 1.5e3}'],
    ['[1234567890123456, 9007199254740991, -1]'],
    ['[0.12345678901234567890, 1.00000000000000000000]'],
  ])('gives JavaScript’s own numbers where they say the same: %s', (text) => {
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    '12345678901234567890abc',
    '{12345678901234567890: 1}',
    '00000000000000000001',
    '[12345678901234567890',
    '{"a":12345678901234567890 12345678901234567890}',
    '"12345678901234567890',
    '',
  ])('takes nothing that is no JSON: %s', (text) => {
    expect(parseExactJson(text)).toBeUndefined();
  });

  it('keeps a long number among millions of nested lists', () => {
    const deep = 200_000;
    let value = parseExactJson(`${'['.repeat(deep)}12345678901234567890${']'.repeat(deep)}`);
    while (Array.isArray(value)) value = value[0];
    expect(JSON.stringify(value)).toBe('12345678901234567890');
  });
});

describe('withPlainNumbers', () => {
  it('gives the nearest numbers of JavaScript, and the value itself where nothing has to change', () => {
    const exact = parseExactJson('{"maximum":9223372036854775807,"items":[{"x":1}]}');
    expect(withPlainNumbers(exact)).toEqual({ maximum: 2 ** 63, items: [{ x: 1 }] });
    const plain = { a: [1, { b: null }] };
    expect(withPlainNumbers(plain)).toBe(plain);
  });
});
