import { expect, test } from 'vitest';
import { readJson } from '../../../../src/providers/shared/call/read-json.ts';
import { toRefusalText } from '../../../../src/providers/shared/call/refusal-text.ts';

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const MIB = 1024 * 1024;

test.each([
  ['{"a":[1,{"b":null}]}'],
  [nested(128)],
  [`{"a":${JSON.stringify('[{'.repeat(5_000))}}`],
  [JSON.stringify({ a: '",[{'.repeat(2 * MIB) })],
  [JSON.stringify({ a: '\\"'.repeat(2 * MIB), b: ['\\', '"'] })],
])('reads %.40s', (text) => {
  expect(readJson(text)).toEqual(JSON.parse(text));
});

test.each([
  ['no JSON', '{"a":'],
  ['129 levels', nested(129)],
  ['100,000 levels', nested(100_000)],
  ['levels of objects and lists', `${'{"a":['.repeat(70)}1${']}'.repeat(70)}`],
  ['two million empty lists', `[${'[],'.repeat(2_000_000)}[]]`],
  ['two million numbers', `[${'1,'.repeat(2_000_000)}1]`],
  ['a million names', `{${Array.from({ length: 1_000_001 }, (_, index) => `"${index}":1`).join(',')}}`],
])('does not read %s', (_, text) => {
  expect(readJson(text)).toBeUndefined();
});

const BODY = '{"error":{"code":400,"message":"no"}}';

test.each([
  ['as it is', BODY],
  ['with space around it', `\n ${BODY}\r\n`],
  ['with a byte order mark', `\ufeff${BODY}`],
  ['as the only event', `data: ${BODY}\n\n`],
  ['as a named event', `event: error\ndata: ${BODY}\n\n`],
  ['after comments and an event without data', `: hello\n\nevent: ping\n\ndata: ping\n\ndata: ${BODY}`],
  ['with CRLF', `data: ${BODY}\r\n\r\ndata: [DONE]\r\n\r\n`],
])('the JSON of a refusal is found %s', (_, body) => {
  expect(toRefusalText(body)).toBe(BODY);
});

test.each([[''], ['<html></html>'], ['"a text"'], ['12'], ['data: 12\n\n'], ['{"error":']])(
  'there is none in %j',
  (body) => {
    expect(toRefusalText(body)).toBeUndefined();
  },
);
