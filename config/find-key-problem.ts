/** What a header of HTTP can hold: RFC 9110, section 5.5, whose obsolete bytes `fetch` sends as Latin-1. */
const HEADER_CHARACTER = /^[\t\u0020-\u007E\u0080-\u00FF]$/;

const toCodePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * Why a key cannot be sent in a header; undefined: it can. Of the key only the character that is none of a key's is quoted:
 * quotation marks of a text processor, a line break, or a character without width.
 */
export const findKeyProblem = (key: string): string | undefined => {
  const characters = Array.from(key);
  const at = characters.findIndex((character) => !HEADER_CHARACTER.test(character));
  if (at === -1) return undefined;
  return `character ${at + 1} is ${toCodePoint(characters[at] ?? '')}, which cannot be sent in an HTTP header; copy the key again, without quotation marks`;
};
