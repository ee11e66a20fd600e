import { isDeeperThan } from '../../../lib/is-deeper-than.ts';
import { parseJson } from '../../../lib/parse-json.ts';
import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from './answer-limits.ts';

/** A document no longer than this is harmless however it is made. */
const UNCOUNTED_CHARACTERS = 1024 * 1024;

/**
 * The value of a vendor's JSON; undefined when it is none, when it nests deeper than `MAX_JSON_DEPTH`, or when it has more
 * values than `MAX_JSON_VALUES`: a list of empty lists takes twenty times its length once it is parsed.
 */
export const readJson = (text: string): unknown => {
  if (text.length > UNCOUNTED_CHARACTERS && hasTooManyValues(text)) return undefined;
  const value = parseJson(text);
  // Each level takes two brackets.
  return text.length > 2 * MAX_JSON_DEPTH && isDeeperThan(value, MAX_JSON_DEPTH) ? undefined : value;
};

const QUOTE = 34;
const BACKSLASH = 92;
/** A comma, an opening bracket or an opening brace begins a value. */
const BEGINNINGS: ReadonlySet<number> = new Set([44, 91, 123]);

const hasTooManyValues = (text: string): boolean => {
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (BEGINNINGS.has(code) && (values += 1) > MAX_JSON_VALUES) return true;
  }
  return false;
};

/** The position of a string's closing quote; the text's length where there is none. */
const endOfString = (text: string, start: number): number => {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
};
