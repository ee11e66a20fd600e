/** Longest document that is kept: a longer one carries what was asked in its text, and is not sent twice. */
const MAX_LENGTH = 8_192;
const MAX_DOCUMENTS = 1_000;

export interface DocumentCache<T> {
  get(document: string): T | undefined;
  set(document: string, value: T): void;
}

/** Keeps what has been made of documents by their text, the last ones and the short ones only. */
export const createDocumentCache = <T>(): DocumentCache<T> => {
  const kept = new Map<string, T>();
  return {
    get: (document) => kept.get(document),
    set(document, value) {
      if (document.length > MAX_LENGTH) return;
      const [oldest] = kept.keys();
      if (kept.size >= MAX_DOCUMENTS && oldest !== undefined) kept.delete(oldest);
      kept.set(document, value);
    },
  };
};
