/** Longest document that is kept: a longer one carries its arguments in its text, and is not sent twice. */
const MAX_LENGTH = 8_192;
const MAX_DOCUMENTS = 1_000;
/** Of all documents that are kept, in UTF-16 code units: a parsed document takes about 32 bytes for each. */
const MAX_TOTAL_LENGTH = 1024 * 1024;

export interface DocumentCache<T> {
  get(document: string): T | undefined;
  set(document: string, value: T): void;
}

/** Keeps what has been made of documents by their text: short ones, the latest ones, and no more than fit. */
export const createDocumentCache = <T>(): DocumentCache<T> => {
  const kept = new Map<string, T>();
  let totalLength = 0;
  const forget = (document: string): void => {
    if (kept.delete(document)) totalLength -= document.length;
  };
  return {
    get: (document) => kept.get(document),
    set(document, value) {
      if (document.length > MAX_LENGTH) return;
      forget(document);
      kept.set(document, value);
      totalLength += document.length;
      for (const oldest of kept.keys()) {
        if (kept.size <= MAX_DOCUMENTS && totalLength <= MAX_TOTAL_LENGTH) return;
        forget(oldest);
      }
    },
  };
};
