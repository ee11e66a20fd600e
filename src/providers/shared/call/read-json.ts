import { parseExactJson } from '../../../lib/exact-json.ts';
import { hasMoreJsonValues } from '../../../lib/has-more-json-values.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { parseJson } from '../../../lib/parse-json.ts';
import { weighJson } from '../../../lib/weigh-json.ts';
import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from './answer-limits.ts';

/** A document no longer than this is harmless however it is made. */
const UNCOUNTED_CHARACTERS = 1024 * 1024;

const DEPTH = {
  depth: MAX_JSON_DEPTH,
  values: Number.POSITIVE_INFINITY,
  characters: Number.POSITIVE_INFINITY,
};

const hasTooManyValues = (text: string): boolean =>
  text.length > UNCOUNTED_CHARACTERS && hasMoreJsonValues(Buffer.from(text), MAX_JSON_VALUES);

/**
 * The value of a vendor's JSON, long integers as they came: they may be arguments of a call. undefined when it is none, when it nests deeper than `MAX_JSON_DEPTH`, or when it has more
 * values than `MAX_JSON_VALUES`: a list of empty lists takes twenty times its length once it is parsed.
 */
export const readJson = (text: string): unknown => {
  if (hasTooManyValues(text)) return undefined;
  const value = parseExactJson(text);
  return opensMore(text, MAX_JSON_DEPTH) && 'passed' in weighJson(value, DEPTH) ? undefined : value;
};

/** Whether a text has more opening brackets than so many; where it has not, nothing in it nests as deep. */
const opensMore = (text: string, most: number): boolean =>
  text.length > 2 * most && countUpTo(most, text, '{') + countUpTo(most, text, '[') > most;

const countUpTo = (most: number, text: string, character: string): number => {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= most; at = text.indexOf(character, at + 1))
    count += 1;
  return count;
};

/**
 * Of an object that `readJson` does not take because it nests too deeply, its texts, numbers and booleans: they say what it
 * was about. undefined for anything else.
 */
export const readPlainFields = (text: string): Readonly<Record<string, unknown>> | undefined => {
  const value = hasTooManyValues(text) ? undefined : parseJson(text);
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => typeof field !== 'object'));
};
