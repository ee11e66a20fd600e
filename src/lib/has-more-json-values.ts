const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;

/** A text that has not ended after so many bytes is searched for its end natively. */
const SHORT_TEXT = 32;

const isEscaped = (json: Buffer, quote: number): boolean => {
  let backslashes = 0;
  while (json[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
};

/** The position of the quote that ends the text whose first byte is at `from`; the length of `json` where it does not end. */
const endOfText = (json: Buffer, from: number): number => {
  let at = from;
  for (const near = Math.min(from + SHORT_TEXT, json.length); at < near; at += 1) {
    if (json[at] === QUOTE) return at;
    if (json[at] === BACKSLASH) at += 1;
  }
  for (;;) {
    const quote = json.indexOf(QUOTE, at);
    if (quote === -1) return json.length;
    if (!isEscaped(json, quote)) return quote;
    at = quote + 1;
  }
};

/**
 * Whether JSON text holds more than `most` values: commas between them, and lists and objects that begin. Told from the bytes
 * in one pass that ends as soon as there are more, before the text is parsed: a text of megabytes that is nothing but names
 * costs many times its length once it is made into objects. What is no JSON is counted all the same.
 */
export const hasMoreJsonValues = (json: Buffer, most: number): boolean => {
  // Each of them takes a byte.
  if (json.length <= most) return false;
  let values = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfText(json, at + 1);
    else if (byte === COMMA || byte === OPENING_BRACKET || byte === OPENING_BRACE) {
      values += 1;
      if (values > most) return true;
    }
  }
  return false;
};
