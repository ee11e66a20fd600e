import { parseExactJson } from '../lib/exact-json.ts';
import { measureJson } from '../lib/measure-json.ts';
import type { JsonValue } from './json.ts';

/** How deeply lists and objects may nest in an answer: as deeply as in a request. */
export const MAX_OUTPUT_DEPTH = 100;

export type JsonOutput =
  | { readonly type: 'json'; readonly value: JsonValue }
  | { readonly type: 'not-json' }
  | { readonly type: 'too-deep' };

/**
 * The JSON document that a text is: all of it, but for white space around it. A document in a code fence, or with words
 * around it, is none: a guess at what was meant would be returned as an answer.
 */
export const readJsonOutput = (text: string): JsonOutput => {
  const value = parseExactJson(text) as JsonValue | undefined;
  if (value === undefined) return { type: 'not-json' };
  return measureJson(value, MAX_OUTPUT_DEPTH).depth > MAX_OUTPUT_DEPTH
    ? { type: 'too-deep' }
    : { type: 'json', value };
};
