import { toByteText } from './to-byte-text.ts';

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LAST_PRINTABLE = 0x7e;

/** A text as a string of JSON, in UTF-8 as `toByteText` gives it. Pieces of an answer are short and mostly plain: those need no escape. */
export const toJsonString = (text: string): string => {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < SPACE || code > LAST_PRINTABLE || code === QUOTE || code === BACKSLASH)
      return toByteText(JSON.stringify(text));
  }
  return `"${text}"`;
};
