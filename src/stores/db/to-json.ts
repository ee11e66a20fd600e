/**
 * A value as JSON text in which nothing is missing: what is undefined, or no number, is null. U+0000 and halves of
 * surrogate pairs are escapes in it, so that it is plain text for every engine and gives the very same strings back.
 */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (item === undefined ? null : item));
