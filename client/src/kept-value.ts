import type { StorageAdapter } from './storage.ts';

/** Of what is kept: another version is another shape, and is discarded. */
const VERSION = 1;

export interface KeptValue<Value> {
  /** Undefined where nothing usable is kept. A promise only where the storage is asynchronous. */
  read(): Value | undefined | Promise<Value | undefined>;
  /** Keeps the first of the values that fits; resolves to whether one did. */
  write(...values: readonly Value[]): Promise<boolean>;
  remove(): Promise<void>;
}

/**
 * A JSON value under a key. Storage that is full, forbidden or holds something else never fails its user: what cannot be
 * read is as if it was not there, and `write` says whether it was kept.
 */
export const createKeptValue = <Value>(
  storage: StorageAdapter,
  key: string,
  isValue: (value: unknown) => value is Value,
): KeptValue<Value> => {
  const parse = (text: string | null): Value | undefined => {
    if (text === null) return undefined;
    try {
      const kept = JSON.parse(text) as { version?: unknown; value?: unknown } | null;
      return kept?.version === VERSION && isValue(kept.value) ? kept.value : undefined;
    } catch {
      return undefined;
    }
  };
  // One at a time: with an asynchronous storage an older write could end after a newer one.
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return await turn;
  };
  const writeFirst = async (values: readonly Value[]): Promise<boolean> => {
    for (const value of values)
      try {
        await storage.setItem(key, JSON.stringify({ version: VERSION, value }));
        return true;
      } catch {
        // Too large most often: the next value is smaller.
      }
    return false;
  };
  return {
    read: () => {
      try {
        const text = storage.getItem(key);
        if (text === null || typeof text === 'string') return parse(text);
        return text.then(parse, () => undefined);
      } catch {
        return undefined;
      }
    },
    write: (...values) => inOrder(() => writeFirst(values)),
    remove: async () => {
      try {
        await inOrder(() => storage.removeItem(key));
      } catch {
        // What stays behind is replaced by the next write, or found to be over by the next read.
      }
    },
  };
};
