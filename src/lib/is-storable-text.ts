/** Longer than any id or name that is stored: what is longer need not be looked for. */
const MAX_LENGTH = 1_000;

/**
 * Whether every database can hold a text as an id or a name, or look for it, as it is: PostgreSQL takes no U+0000 and no half of
 * a surrogate pair.
 */
export const isStorableText = (text: string): boolean =>
  text.length <= MAX_LENGTH && text.isWellFormed() && !text.includes('\0');
