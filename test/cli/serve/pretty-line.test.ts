import { expect, test } from 'vitest';
import { toPrettyLine } from '../../../cli/serve/pretty-line.ts';

const toLine = (fields: object): string =>
  toPrettyLine(JSON.stringify({ level: 'info', time: new Date(2026, 10, 30, 8, 5, 9, 7), ...fields }), false);

test('a line has the time of day, the level, the message, and its fields by name', () => {
  const fields = { msg: 'a generation ended', model: 'demo', firstDeltaMs: 21.5, code: null, reasons: [] };
  expect(toLine(fields)).toBe('08:05:09.007 INFO  a generation ended   model=demo firstDeltaMs=21.5\n');
});

test('lists of words, texts with spaces and objects are told apart', () => {
  expect(toLine({ msg: 'x', list: ['a', 'b'], text: 'two words', empty: '', object: { a: 1 } })).toMatch(
    / list=a,b text="two words" empty="" object=\{"a":1\}\n$/,
  );
  expect(toLine({ msg: 'x', list: ['a b', 'c'] })).toMatch(/ list=\["a b","c"\]\n$/);
});

test('an address that the message has is not repeated', () => {
  const url = 'http://127.0.0.1:4000/graphql';
  expect(toLine({ msg: `ready at ${url}`, url })).toBe(`08:05:09.007 INFO  ready at ${url}\n`);
});

test("an error's stack has lines of its own, which begin with its message", () => {
  const err = { type: 'Error', message: 'gone', stack: 'Error: gone\n    at one\n    at two' };
  expect(toLine({ level: 'error', msg: 'failed', err })).toBe(
    '08:05:09.007 ERROR failed\n    Error: gone\n        at one\n        at two\n',
  );
});

test('nothing in a line is an instruction to a terminal, or turns it round', () => {
  const words = 'a\u001B[2J\u009B31mb\u202Ec\r\nd\u2028';
  const err = { message: words, stack: `Error: ${words}` };
  const line = toLine({ msg: words, name: words, list: [words], object: { [words]: words }, err });
  expect(line).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(line).toContain(String.raw`a\u{1b}[2J\u{9b}31mb\u{202e}c`);
});

test('colours are there where they are asked for alone', () => {
  const json = JSON.stringify({ level: 'warn', time: 0, msg: 'x' });
  expect(toPrettyLine(json, true)).toContain('\u001B[33mWARN');
  expect(toPrettyLine(json, false)).not.toContain('\u001B');
});

test.each(['', 'no JSON', 'null', '7', '"text"'])(
  '%j, which is no line of the log, is given back',
  (text) => {
    expect(toPrettyLine(text, true)).toBe(text);
  },
);
