import { afterAll, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { OutputChecker } from '../../../src/services/output/output-checker.ts';

const checker = new OutputChecker({ limitMs: 30_000 });
afterAll(() => checker.close());

const check = (schema: JsonValue, value: JsonValue) => checker.check(schema, JSON.stringify(value));
const pathsOf = async (schema: JsonValue, value: JsonValue): Promise<readonly string[]> =>
  (await check(schema, value)).map(({ path }) => path);

const withProperty = (schema: JsonValue): JsonValue => ({ type: 'object', properties: { a: schema } });

/** Keywords, an answer that keeps to them and one that does not. */
const RULES: readonly (readonly [what: string, schema: JsonValue, right: JsonValue, wrong: JsonValue])[] = [
  ['the first items of a list', { prefixItems: [{ type: 'string' }], items: false }, ['x'], ['x', 1]],
  ['alternatives', { anyOf: [{ type: 'string' }, { type: 'null' }] }, null, 1],
  ['one of several', { oneOf: [{ minimum: 1 }, { maximum: 1 }] }, 2, 1],
  ['a condition', { if: { type: 'string' }, else: { minimum: 2 } }, 'x', 1],
  ['a negation', { not: { const: 'x' } }, 'y', 'x'],
  ['characters, not their halves', { minLength: 2 }, 'xy', '👋'],
  ['classes of characters', { pattern: '^\\p{L}+$' }, 'Grüße', 'Gr8'],
  ['escapes that are none', { pattern: '^\\d{3}\\-\\d$' }, '123-4', '1234'],
  ['amounts of money', { multipleOf: 0.01 }, 19.99, 19.995],
  ['tenths', { multipleOf: 0.1 }, 0.3, 0.35],
  ['whole numbers', { type: 'integer' }, 1.0, 1.5],
  ['items that differ', { uniqueItems: true }, [{ x: 1 }, { x: 2 }], [{ x: 1 }, { x: 1 }]],
  ['values', { enum: [1, { x: [null] }] }, { x: [null] }, { x: [] }],
  ['null as OpenAPI says it', { type: 'string', nullable: true }, null, 1],
  ['a note that is no rule, beside one', { nullable: true, anyOf: [{ type: 'string' }] }, 'x', 1],
  ['identifiers of another draft', { id: '#a', type: 'string' }, 'x', 1],
  ['what else is there', { properties: { x: true }, unevaluatedProperties: false }, { x: 1 }, { y: 1 }],
];

describe('an answer', () => {
  it.each(RULES)('is held against %s', async (_what, schema, right, wrong) => {
    expect(await pathsOf(withProperty(schema), { a: right })).toEqual([]);
    expect(await pathsOf(withProperty(schema), { a: wrong })).not.toEqual([]);
  });

  it('has only what is written in it: nothing that every object has', async () => {
    for (const name of ['toString', 'constructor', 'hasOwnProperty', '__proto__']) {
      expect(await pathsOf({ type: 'object', required: [name] }, {})).toEqual(['']);
      expect(await checker.check({ type: 'object', required: [name] }, `{"${name}":1}`)).toEqual([]);
    }
  });

  it('is never taken for right because of a keyword that only the validator knows', async () => {
    const schema = { type: 'object', required: ['a'] };
    for (const extra of [
      { $async: true },
      { id: 'x' },
      { $schema: 'https://example.com/none' },
      { $data: true },
    ])
      expect(await pathsOf({ ...schema, ...extra }, {})).toEqual(['']);
    expect(await pathsOf(withProperty({ $async: true, type: 'string' }), { a: 1 })).toEqual(['/a']);
  });

  it('keeps to a schema whose properties are called as keywords', async () => {
    const properties = { id: { type: 'string' }, $async: { type: 'number' }, enum: { type: 'boolean' } };
    expect(await pathsOf({ type: 'object', properties }, { id: 1, $async: 'x', enum: 'x' })).toEqual([
      '/id',
      '/$async',
      '/enum',
    ]);
  });

  it('is told at most 20 places, by pointers that can be followed', async () => {
    const list = { type: 'object', properties: { 'a/b~c': { type: 'array', items: { type: 'string' } } } };
    const found = await check(list, { 'a/b~c': Array.from({ length: 1_000 }, (_, index) => index) });
    expect(found).toHaveLength(20);
    expect(found[3]).toEqual({ path: '/a~1b~0c/3', message: 'must be string' });
  });

  it('is told in few words, however long its keys are', async () => {
    const [found] = await check(
      { type: 'object', additionalProperties: false },
      { ['k'.repeat(100_000)]: 1 },
    );
    expect(found?.message.length).toBeLessThan(600);
    const [deep] = await check(
      { type: 'object', additionalProperties: { type: 'string' } },
      { ['k'.repeat(100_000)]: 1 },
    );
    expect(deep?.path.length).toBeLessThan(600);
  });

  it.each([
    ['', 'empty'],
    [' \n', 'empty'],
    ['It is Bern.', 'JSON'],
    ['{"a":1}}', 'JSON'],
    ["{'a':1}", 'JSON'],
    ['{"a":NaN}', 'JSON'],
  ])('that is no JSON breaks every schema: %j', async (text, word) => {
    const found = await checker.check({}, text);
    expect(found).toEqual([{ path: '', message: expect.stringContaining(word) }]);
  });

  it('is not right where its schema cannot be applied', async () => {
    for (const schema of [
      { type: 'object', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
      { type: 'object', $ref: 'https://example.com/schema.json' },
      { type: 'object', $ref: '#/$defs/none' },
    ])
      expect(await check(schema, {})).toEqual([
        { path: '', message: 'could not be checked: the schema cannot be applied to it' },
      ]);
  });
});

/** Each takes longer than anybody waits, for a text of a few characters. */
const ENDLESS: readonly (readonly [string, JsonValue, JsonValue])[] = [
  ['repetitions of repetitions', { pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`],
  ['alternatives that overlap', { pattern: '^(a|a|aa)*$' }, `${'a'.repeat(60)}!`],
  [
    'a name’s pattern',
    { patternProperties: { '^(\\w+\\s?)*$': { type: 'string' } } },
    { [`${'x'.repeat(60)}!`]: 1 },
  ],
];

const ENDLESS_TEXT = JSON.stringify({ a: `${'a'.repeat(60)}!` });

const TOO_SLOW = [{ path: '', message: expect.stringContaining('could not be checked: with this schema') }];

describe('a schema that takes too long', () => {
  it.each(ENDLESS)('is given up, and not tried again: %s', async (_what, schema, value) => {
    const own = new OutputChecker({ limitMs: 500 });
    expect(await own.check(withProperty(schema), JSON.stringify({ a: value }))).toEqual(TOO_SLOW);
    // Another answer would be right.
    expect(await own.check(withProperty(schema), '{"a":null}')).toEqual(TOO_SLOW);
    expect(await own.check(withProperty({ type: 'string' }), '{"a":"x"}')).toEqual([]);
    own.close();
  });

  it('is waited for by no other', async () => {
    const own = new OutputChecker({ limitMs: 3_600_000 });
    let hasEnded = false;
    const slow = own.check(withProperty({ pattern: '^(a+)+$' }), ENDLESS_TEXT).then((found) => {
      hasEnded = true;
      return found;
    });
    for (let asked = 0; asked < 5; asked += 1)
      expect(await own.check(withProperty({ type: 'string' }), '{"a":1}')).toEqual([
        { path: '/a', message: 'must be string' },
      ]);
    expect(hasEnded).toBe(false);
    own.close();
    expect(await slow).toEqual(TOO_SLOW);
  });

  it('keeps no more than a few waiting', async () => {
    const own = new OutputChecker({ limitMs: 300 });
    const checks = Array.from({ length: 12 }, (_, index) =>
      own.check(withProperty({ title: `${index}`, pattern: '^(a+)+$' }), ENDLESS_TEXT),
    );
    for (const found of await Promise.all(checks)) expect(found).toEqual(TOO_SLOW);
    expect(await own.check(withProperty({ type: 'string' }), '{"a":"x"}')).toEqual([]);
    own.close();
  });

  it('is too slow where it takes more memory than it may', async () => {
    const own = new OutputChecker({ limitMs: 60_000 });
    const schema: JsonValue = {
      type: 'object',
      $defs: {
        n: {
          allOf: Array.from({ length: 40 }, () => ({
            items: { allOf: Array.from({ length: 40 }, () => ({ type: 'string' })) },
          })),
        },
      },
      properties: { a: { $ref: '#/$defs/n' } },
    };
    const text = JSON.stringify({ a: Array.from({ length: 20_000 }, () => 1) });
    expect(await own.check(schema, text)).toEqual(TOO_SLOW);
    expect(await own.check(withProperty({ type: 'string' }), '{"a":"x"}')).toEqual([]);
    own.close();
  });

  it('is given up when the server ends', async () => {
    const own = new OutputChecker({ limitMs: 3_600_000 });
    const checks = [1, 2].map((title) =>
      own.check(withProperty({ title: `${title}`, pattern: '^(a+)+$' }), ENDLESS_TEXT),
    );
    setImmediate(() => own.close());
    for (const found of await Promise.all(checks)) expect(found).toEqual(TOO_SLOW);
    expect(await own.check({}, '{}')).toEqual(TOO_SLOW);
  });
});

describe('a large schema', () => {
  it('is applied as any other', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `field${index}`);
    const schema = {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, { type: 'integer' }])),
      required: names,
      additionalProperties: false,
    };
    const right = Object.fromEntries(names.map((name, index) => [name, index]));
    expect(await check(schema, right)).toEqual([]);
    expect(await pathsOf(schema, { ...right, field7: 'x', more: 1 })).toEqual(['', '/field7']);
  });
});
