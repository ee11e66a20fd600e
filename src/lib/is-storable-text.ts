/** Whether every database can hold a text, or look for it, as it is: PostgreSQL takes no U+0000 and no half of a surrogate pair. */
export const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
