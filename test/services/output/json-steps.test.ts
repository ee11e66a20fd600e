import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { readJsonOutput } from '../../../src/core/json-output.ts';
import { JsonSteps } from '../../../src/services/output/json-steps.ts';
import { createRandom } from '../../support/app/random-selections.ts';
import { createOutputFold, type OutputStep } from '../../support/fold-output.ts';

const toStep = ({ path, change, value }: ReturnType<JsonSteps['write']>[number]): OutputStep => ({
  path,
  change: change.toUpperCase() as OutputStep['change'],
  value,
});

/** What the steps of a text in pieces add up to after each piece, and at its end. */
const play = (pieces: readonly string[]) => {
  const steps = new JsonSteps();
  const fold = createOutputFold();
  const all: OutputStep[] = [];
  const moments: (JsonValue | null)[] = [];
  const take = (told: ReturnType<JsonSteps['write']>): void => {
    for (const step of told.map(toStep)) {
      all.push(step);
      fold.add(step);
    }
    moments.push(structuredClone(fold.document()));
  };
  for (const piece of pieces) take(steps.write(piece));
  const output = readJsonOutput(pieces.join(''));
  take(steps.end(output));
  return { all, moments, output: output.type === 'json' ? output.value : null };
};

/** Whether one document is a beginning of another: strings and lists cut short, keys and items missing at the end. */
const isBeginning = (part: JsonValue | null, whole: JsonValue | null): boolean => {
  if (typeof part === 'string' && typeof whole === 'string') return whole.startsWith(part);
  if (Array.isArray(part) && Array.isArray(whole))
    return part.length <= whole.length && part.every((item, index) => isBeginning(item, whole[index]));
  if (typeof part !== 'object' || typeof whole !== 'object' || part === null || whole === null)
    return Object.is(part, whole);
  const of = whole as Readonly<Record<string, JsonValue>>;
  return Object.entries(part).every(
    ([key, item]) => Object.hasOwn(of, key) && isBeginning(item, of[key] ?? null),
  );
};

const createDocuments = (seed: number) => {
  const { below, chance, pick } = createRandom(seed);
  const TEXTS = [
    '',
    'a',
    'Grüße',
    '👋🏽',
    '"\\/\b\f\n\r\t',
    '\u0000',
    '\ud800',
    'x\udc00y',
    '/',
    '~',
    '~1',
    '{}[],:',
    ' ',
  ];
  const text = (): string => Array.from({ length: below(4) }, () => pick(TEXTS)).join('');
  const value = (depth: number): JsonValue => {
    const kind = below(depth > 4 ? 5 : 8);
    if (kind === 0) return null;
    if (kind === 1) return chance(0.5);
    if (kind === 2) return pick([0, -0, 1, -1.5, 1e21, 1e-7, 123_456_789, 2 ** 53]);
    if (kind < 5) return text();
    if (kind === 5) return Array.from({ length: below(4) }, () => value(depth + 1));
    return Object.fromEntries(Array.from({ length: below(4) }, () => [text(), value(depth + 1)]));
  };
  /** JSON with escapes and white space where they may be. */
  const write = (given: JsonValue): string => {
    const space = (): string => pick(['', '', ' ', '\n\t', '\r\n']);
    const string = (said: string): string =>
      `"${[...Array(said.length).keys()]
        .map((index) =>
          chance(0.3)
            ? `\\u${said.charCodeAt(index).toString(16).padStart(4, '0')}`
            : JSON.stringify(said[index]).slice(1, -1),
        )
        .join('')}"`;
    if (typeof given === 'string') return string(given);
    if (Array.isArray(given))
      return `[${space()}${given.map(write).join(`${space()},${space()}`)}${space()}]`;
    if (typeof given !== 'object' || given === null)
      return Object.is(given, -0) ? '-0' : JSON.stringify(given);
    const entries = Object.entries(given).map(
      ([key, item]) => `${string(key)}${space()}:${space()}${write(item)}`,
    );
    return `{${space()}${entries.join(`${space()},${space()}`)}${space()}}`;
  };
  return { document: () => `${pick(['', ' '])}${write(value(0))}${pick(['', '\n'])}`, below };
};

describe('the steps of a document', () => {
  it('add up to a beginning of it at every moment, and to all of it at its end, wherever it is cut', () => {
    for (let seed = 0; seed < 150; seed += 1) {
      const { document } = createDocuments(seed);
      const text = document();
      for (let at = 0; at <= text.length; at += 1) {
        const { moments, output } = play([text.slice(0, at), text.slice(at)]);
        expect(output, text).toEqual(JSON.parse(text));
        expect(moments.at(-1), text).toEqual(output);
        expect(isBeginning(moments[0] ?? null, output) || moments[0] === null, `${text} at ${at}`).toBe(true);
      }
      const { moments, output, all } = play(
        [...Array(text.length).keys()].map((index) => text.charAt(index)),
      );
      expect(moments.at(-1), text).toEqual(output);
      for (const moment of moments) expect(moment === null || isBeginning(moment, output), text).toBe(true);
      expect(all.at(-1)).toEqual({ path: '', change: 'DONE', value: null });
      // Every value is told to be whole.
      const sets = all.filter(({ change }) => change === 'SET').map(({ path }) => path);
      const done = new Set(all.filter(({ change }) => change === 'DONE').map(({ path }) => path));
      expect(sets.filter((path) => !done.has(path))).toEqual([]);
    }
  });

  it('never hold half of a character that comes whole', () => {
    const { all } = play(['{"a":"x\ud83d', '\udc4b","b":"\\ud83d', '\\udc4b', '"}']);
    expect(all.filter(({ value }) => typeof value === 'string' && !value.isWellFormed())).toEqual([]);
    expect(all).toContainEqual({ path: '/b', change: 'SET', value: '👋' });
  });

  it('tell the last value of a key that is repeated, as JSON.parse does', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"a":{"b":1},"a":{}}',
      '{"a":"xyz","b":2,"a":"q"}',
      '{"a":[1,2],"a":[]}',
    ])
      for (const pieces of [[text], Array.from(text)]) {
        const { moments, output } = play(pieces);
        expect(output).toEqual(JSON.parse(text));
        expect(moments.at(-1)).toEqual(output);
      }
  });

  it.each([
    ['a number at the end', ['4', '2'], 42],
    ['a negative zero', ['-', '0'], -0],
    ['a literal', ['tr', 'ue'], true],
    [
      'a key that is a prototype',
      ['{"__proto__":{"a":1}}'],
      JSON.parse('{"__proto__":{"a":1}}') as JsonValue,
    ],
    ['an empty key', ['{"":{"":[]}}'], { '': { '': [] } }],
  ])('tell %s', (_what, pieces, whole) => {
    expect(play(pieces).moments.at(-1)).toEqual(whole);
  });

  it.each([
    ['words after it', ['{"a":1}', ' and more']],
    ['a second document', ['{"a":1}{"b":2}']],
    ['words before it', ['Here: ', '{"a":1}']],
    ['a code fence', ['```json\n', '{"a":1}', '\n```']],
    ['an end that is missing', ['{"a":[1,"x']],
    ['a comma at the end', ['[1,', ']']],
    ['a byte order mark', ['\ufeff{}']],
    ['a bare line break in a string', ['{"a":"x\ny"}']],
    ['a number with a leading zero', ['[0', '1]']],
    ['nothing', ['']],
    ['nothing but space', [' \n']],
  ])('come to null for a text with %s', (_what, pieces) => {
    for (const cut of [pieces, Array.from(pieces.join(''))]) {
      const { moments, output } = play(cut);
      expect(output).toBeNull();
      expect(moments.at(-1)).toBeNull();
    }
  });

  it('are given up for a document that is too deep, whose end tells it as a whole if it is told at all', () => {
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(play(Array.from(deep(100))).moments.at(-1)).toEqual(JSON.parse(deep(100)));
    expect(play([deep(101)]).moments.at(-1)).toBeNull();
    expect(play(['{"a":'.repeat(100_000)]).all.length).toBeLessThan(1_000);
  });

  it('are bounded for a document of many values and one of long keys, and still come to all of it', () => {
    const many = JSON.stringify(Array.from({ length: 80_000 }, (_, index) => index));
    const told = play([many.slice(0, 1_000), many.slice(1_000)]);
    expect(told.all.length).toBeLessThanOrEqual(100_002);
    expect(told.moments.at(-1)).toEqual(JSON.parse(many));
    const long = JSON.stringify({ ['k'.repeat(5_000)]: Array.from({ length: 1_000 }, () => 1) });
    const kept = play(Array.from(long));
    expect(kept.all.length).toBeLessThan(10);
    expect(kept.moments.at(-1)).toEqual(JSON.parse(long));
  });

  it('are bounded for a list of many values, or a text of many pieces, under a long key', () => {
    const key = 'k'.repeat(1_900);
    const list = JSON.stringify({ [key]: Array.from({ length: 40_000 }, () => 1) });
    const text = JSON.stringify({ [key]: 'x'.repeat(20_000) });
    for (const [whole, pieces] of [
      [list, list.match(/.{1,1000}/gsu) ?? []],
      [text, Array.from(text)],
    ] as const) {
      const { all, moments } = play(pieces);
      expect(all.reduce((sum, { path }) => sum + path.length, 0)).toBeLessThan(8.1 * 1024 * 1024);
      expect(all.length).toBeGreaterThan(1_000);
      expect(moments.at(-1)).toEqual(JSON.parse(whole));
    }
  });

  it('do work in proportion to a string, however small its pieces are', () => {
    const { all } = play(['{"a":"', ...Array.from({ length: 20_000 }, () => 'ab'), '"}']);
    const characters = all.reduce(
      (sum, { value }) => sum + (typeof value === 'string' ? value.length : 0),
      0,
    );
    expect(characters).toBe(40_000);
  });
});
