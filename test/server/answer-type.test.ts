import { expect, test } from 'vitest';
import { findAcceptedType } from '../../src/server/answer-type.ts';

const NEWER = 'application/graphql-response+json';
const PLAIN = 'application/json';

test.each([
  [undefined, PLAIN],
  ['', PLAIN],
  ['*/*', PLAIN],
  ['application/*', PLAIN],
  [NEWER, NEWER],
  [PLAIN, PLAIN],
  [`${NEWER}, ${PLAIN}`, NEWER],
  [`${PLAIN}, ${NEWER}`, PLAIN],
  [`${PLAIN}; q=0.8, ${NEWER}`, NEWER],
  [`${NEWER};charset=utf-8;q=0.9, ${PLAIN};q=0.5`, NEWER],
  ['Application/JSON; charset="UTF-8"', PLAIN],
  [`text/html, ${NEWER};q=0.1`, NEWER],
  ['text/html, */*;q=0.1', PLAIN],
  ['text/html', undefined],
  ['constructor', undefined],
  ['__proto__, toString', undefined],
  [`${PLAIN};q=0`, undefined],
  [`${PLAIN};q=much`, undefined],
  [`${PLAIN};charset=iso-8859-1`, undefined],
])('whoever accepts %j is answered in %j', (accept, type) => {
  expect(findAcceptedType(accept)).toBe(type);
});
