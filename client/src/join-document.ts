/**
 * A document of an operation and its fragments. A call rather than a concatenation, which minifiers work out: each document
 * would have the text of all its fragments.
 */
export const joinDocument = (...definitions: readonly string[]): string => definitions.join('');
