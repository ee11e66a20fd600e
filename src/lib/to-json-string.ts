import { toByteText } from './to-byte-text.ts';

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LAST_PRINTABLE = 0x7e;

/** Whether a text is printable ASCII without what JSON escapes: it is the same in a string of JSON, and in UTF-8. */
export const isPlainText = (text: string): boolean => {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < SPACE || code > LAST_PRINTABLE || code === QUOTE || code === BACKSLASH) return false;
  }
  return true;
};

/** A text as a string of JSON, in UTF-8 as `toByteText` gives it. Pieces of an answer are short and mostly plain: those need no escape. */
export const toJsonString = (text: string): string =>
  isPlainText(text) ? `"${text}"` : toByteText(JSON.stringify(text));
