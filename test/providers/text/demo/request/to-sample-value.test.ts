import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../../src/core/json.ts';
import { readPromptFacts } from '../../../../../src/providers/text/demo/request/prompt-facts.ts';
import { toSampleValue } from '../../../../../src/providers/text/demo/request/to-sample-value.ts';

const CASES: readonly (readonly [string, JsonValue, JsonValue])[] = [
  ['anything, for a schema that allows anything', true, null],
  ['a string', { type: 'string' }, 'demo'],
  ['a string of the length asked for', { type: 'string', minLength: 6, maxLength: 6 }, 'demo..'],
  ['a string cut to its greatest length', { type: 'string', maxLength: 2 }, 'de'],
  ['a string of a known format', { type: 'string', format: 'date-time' }, '2026-01-01T12:00:00Z'],
  ['a constant', { const: { a: [1] } }, { a: [1] }],
  ['the first of an enumeration', { type: 'string', enum: ['x', 'y'] }, 'x'],
  ['an integer at its minimum', { type: 'integer', minimum: 7 }, 7],
  ['an integer above an exclusive minimum', { type: 'integer', exclusiveMinimum: 7 }, 8],
  ['a multiple within its bounds', { type: 'integer', minimum: 7, multipleOf: 5 }, 10],
  ['a number below its maximum', { type: 'number', exclusiveMaximum: 0 }, -0.5],
  ['a boolean', { type: 'boolean' }, true],
  ['null where nothing else is allowed', { type: 'null' }, null],
  ['a value rather than null', { type: ['null', 'integer'] }, 1],
  ['an empty list', { type: 'array', items: { type: 'string' } }, []],
  [
    'a list of different items',
    { type: 'array', items: { type: 'string' }, minItems: 2, uniqueItems: true },
    ['demo', 'demo-2'],
  ],
  ['a tuple', { type: 'array', prefixItems: [{ type: 'integer' }, { const: 'b' }] }, [1, 'b']],
  [
    'required properties only',
    { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'string' } }, required: ['a'] },
    { a: 1 },
  ],
  [
    'a required property that has no schema of its own',
    { type: 'object', required: ['a'], additionalProperties: { type: 'integer' } },
    { a: 1 },
  ],
  [
    'what a reference leads to',
    { $ref: '#/$defs/n', $defs: { n: { type: 'object', properties: { v: { const: 2 } }, required: ['v'] } } },
    { v: 2 },
  ],
  ['the first alternative', { anyOf: [{ type: 'boolean' }, { type: 'string' }] }, true],
  [
    'all parts together',
    {
      allOf: [
        { properties: { a: { const: 1 } }, required: ['a'] },
        { properties: { b: { const: 2 } }, required: ['b'] },
      ],
    },
    { a: 1, b: 2 },
  ],
  [
    'an alternative on top of shared properties',
    {
      type: 'object',
      properties: { a: { const: 1 } },
      required: ['a'],
      oneOf: [{ properties: { b: { const: 2 } }, required: ['b'] }],
    },
    { a: 1, b: 2 },
  ],
];

test.each(CASES)('it gives %s', (_name, schema, value) => {
  expect(toSampleValue(schema)).toEqual(value);
});

test.each(['constructor', 'toString', '__proto__', 'valueOf'])(
  'a format, a reference and a property named %s are like any other unknown one',
  (name) => {
    expect(toSampleValue({ type: 'string', format: name })).toBe('demo');
    expect(toSampleValue({ $ref: `#/${name}` })).toBe(toSampleValue({ $ref: '#/unknown' }));
    const sample = toSampleValue({ type: 'object', required: [name], additionalProperties: { const: 7 } });
    expect(Object.entries(sample as object)).toEqual([[name, 7]]);
  },
);

test('a schema that refers to itself comes to an end', () => {
  const schema = {
    type: 'object',
    properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
    required: ['next'],
  };
  expect(JSON.stringify(toSampleValue(schema))).toMatch(/\{"next":null\}\}*$/);
});

const STRING = { type: 'string' };
const manyOf = <T>(length: number, toItem: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => toItem(index));
const listOf = (items: JsonValue): JsonValue => ({
  type: 'object',
  properties: { places: { type: 'array', minItems: 2_000, items } },
  required: ['places'],
});
const wide = {
  type: 'object',
  properties: Object.fromEntries(manyOf(3_000, (index) => [`formula ${index}`, STRING])),
  required: [],
};
const LONG_NAME = 'a '.repeat(100_000);

const COSTLY: readonly (readonly [string, JsonValue])[] = [
  ['a long enumeration', listOf({ enum: manyOf(15_000, (index) => `v${index}`) })],
  [
    'an enumeration that repeats a value',
    listOf({ type: 'array', items: { enum: manyOf(9_000, () => 'rome') } }),
  ],
  ['a long constant', listOf({ const: 'x'.repeat(500_000) })],
  ['long texts', listOf({ ...STRING, minLength: 1e9 })],
  ['many properties', { ...(listOf({ $ref: '#/$defs/wide' }) as object), $defs: { wide } }],
  ['many parts', listOf({ allOf: manyOf(2_000, (index) => ({ properties: { [`p${index}`]: STRING } })) })],
  ['large parts', { allOf: manyOf(2_000, () => ({ $ref: '#/$defs/wide' })), $defs: { wide } }],
  ['a name of many words', listOf({ properties: { [LONG_NAME]: STRING }, required: [LONG_NAME] })],
];

test.each(COSTLY)('a value has a greatest size, however often its schema has %s', (_name, schema) => {
  for (const facts of [null, readPromptFacts('In Rome, 1, 2 and 3'), readPromptFacts('('.repeat(10_000))])
    expect(JSON.stringify(toSampleValue(schema, facts)).length).toBeLessThan(4_000_000);
});

test('a schema without a type that is one of several is what its keywords say', () => {
  expect(toSampleValue({ anyOf: [{ minimum: 3 }] })).toBe(3);
  expect(toSampleValue({ allOf: [{ type: 'string' }, { enum: ['b'] }] })).toBe('b');
});
