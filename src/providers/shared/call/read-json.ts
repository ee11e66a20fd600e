import { hasMoreJsonValues } from '../../../lib/has-more-json-values.ts';
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

/**
 * The value of a vendor's JSON; undefined when it is none, when it nests deeper than `MAX_JSON_DEPTH`, or when it has more
 * values than `MAX_JSON_VALUES`: a list of empty lists takes twenty times its length once it is parsed.
 */
export const readJson = (text: string): unknown => {
  if (text.length > UNCOUNTED_CHARACTERS && hasMoreJsonValues(Buffer.from(text), MAX_JSON_VALUES))
    return undefined;
  const value = parseJson(text);
  // Each level takes two brackets.
  return text.length > 2 * MAX_JSON_DEPTH && 'passed' in weighJson(value, DEPTH) ? undefined : value;
};
