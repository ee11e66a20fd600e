import { randomUUID } from 'node:crypto';
import { parseJson } from './parse-json.ts';

declare global {
  interface JSON {
    /** An object that `JSON.stringify` writes as the text it was made of. */
    rawJSON(text: string): object;
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

/** A number that may be beyond 2^53: fewer digits than 16 never are. */
const LONG_NUMBER = /-?\d{16,}(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const BEFORE_A_VALUE = /[\s,:[]/;
const AFTER_A_VALUE = /^\s*(?:[,\]}]|$)/;
/** As far as the character after a value is looked for. */
const MOST_SPACE = 64;

/**
 * The value of a JSON text, in which a number that JavaScript would change (an id of 19 digits) keeps its digits: it is a
 * `JSON.rawJSON` object, which `JSON.stringify` writes as it came. Every other value is as `JSON.parse` gives it.
 * undefined when the text is no JSON. Linear in the text; as fast as `JSON.parse` where there is no long number.
 */
export const parseExactJson = (text: string): unknown => {
  if (text.search(LONG_NUMBER) === -1) return parseJson(text);
  const marked = markLongNumbers(text);
  if (marked === undefined) return parseJson(text);
  const value = parseJson(marked.text);
  return value === undefined ? undefined : unmark(value, marked.mark);
};

interface MarkedText {
  readonly text: string;
  /** New for each text, so that none of its own strings begins with it. */
  readonly mark: string;
}

/** The same text with each long number outside of strings as a string that begins with the mark; undefined where there is none. */
const markLongNumbers = (text: string): MarkedText | undefined => {
  const pieces: string[] = [];
  let mark = '';
  let copied = 0;
  /** The strings before it have been passed; no other one begins before `open`. */
  let outside = 0;
  let open = findQuote(text, 0);
  LONG_NUMBER.lastIndex = 0;
  for (let found = LONG_NUMBER.exec(text); found !== null; found = LONG_NUMBER.exec(text)) {
    const [digits] = found;
    if (!isValue(text, found.index, digits)) continue;
    while (open < found.index) {
      outside = endOfString(text, open + 1);
      open = findQuote(text, outside);
    }
    if (outside > found.index) {
      LONG_NUMBER.lastIndex = outside;
      continue;
    }
    if (String(Number(digits)) === digits) continue;
    if (pieces.length === 0) mark = randomUUID();
    pieces.push(text.slice(copied, found.index), `"${mark}${digits}"`);
    copied = found.index + digits.length;
  }
  return pieces.length === 0 ? undefined : { text: `${pieces.join('')}${text.slice(copied)}`, mark };
};

const findQuote = (text: string, from: number): number => {
  const at = text.indexOf('"', from);
  return at === -1 ? text.length : at;
};

/** The position after the quote that closes a string; the end of the text where none does. */
const endOfString = (text: string, from: number): number => {
  for (let close = text.indexOf('"', from); close !== -1; close = text.indexOf('"', close + 1)) {
    let slash = close;
    while (slash > from && text[slash - 1] === '\\') slash -= 1;
    if ((close - slash) % 2 === 0) return close + 1;
  }
  return text.length;
};

/** Whether it stands where JSON has a value, and begins as its numbers do: anything else is for the parser to refuse. */
const isValue = (text: string, index: number, digits: string): boolean => {
  if (/^-?0/.test(digits)) return false;
  if (index > 0 && !BEFORE_A_VALUE.test(text[index - 1] ?? '')) return false;
  const end = index + digits.length;
  return AFTER_A_VALUE.test(text.slice(end, end + MOST_SPACE)) || end === text.length;
};

/** Puts the numbers back into a value that was just parsed. Without recursion: it may be nested by the million. */
const unmark = (value: unknown, mark: string): unknown => {
  const root = [value];
  const waiting: object[] = [root];
  const unmarkItem = (item: unknown): unknown => {
    if (typeof item === 'object' && item !== null) waiting.push(item);
    return typeof item === 'string' && item.startsWith(mark) ? JSON.rawJSON(item.slice(mark.length)) : item;
  };
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (Array.isArray(node)) {
      for (let index = 0; index < node.length; index += 1) {
        const item: unknown = node[index];
        if (typeof item === 'object' || typeof item === 'string') node[index] = unmarkItem(item);
      }
      continue;
    }
    for (const key of Object.keys(node)) {
      const item = (node as Readonly<Record<string, unknown>>)[key];
      const put = unmarkItem(item);
      // Not assigned: a key may be `__proto__`.
      if (put !== item) Object.defineProperty(node, key, { value: put });
    }
  }
  return root[0];
};

/**
 * The same value with the numbers that `parseExactJson` has kept as JavaScript's own, the nearest ones: for what is
 * computed with. Changes nothing; gives the value itself where there are none.
 */
export const withPlainNumbers = <T>(value: T): T => {
  if (JSON.isRawJSON(value)) return Number(value.rawJSON) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => withPlainNumbers(item));
    return items.every((item, index) => item === value[index]) ? value : (items as T);
  }
  const entries = Object.entries(value).map(
    ([key, item]) => [key, withPlainNumbers(item as unknown)] as const,
  );
  const isSame = entries.every(([key, item]) => item === (value as Readonly<Record<string, unknown>>)[key]);
  return isSame ? value : (Object.fromEntries(entries) as T);
};
