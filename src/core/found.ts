/** What a search by id gives for one id: undefined where there is none, an error where what is stored cannot be read. */
export type Found<T> = T | Error | undefined;

const toError = (error: unknown): Error =>
  error instanceof Error ? error : new Error('what is stored cannot be read', { cause: error });

/** Runs a pure reading. What it throws is given instead of a value, so that it concerns one id of many. */
export const readFound = <T>(read: () => T): T | Error => {
  try {
    return read();
  } catch (error) {
    return toError(error);
  }
};

/** Waits for all of them. What one rejects with is given instead of its value, so that it concerns one of many. */
export const awaitFound = async <T>(readings: readonly Promise<T>[]): Promise<readonly (T | Error)[]> =>
  (await Promise.allSettled(readings)).map((reading) =>
    reading.status === 'fulfilled' ? reading.value : toError(reading.reason),
  );

/** What was found. Throws where it cannot be read. */
export const unwrapFound = <T>(found: Found<T>): T | undefined => {
  if (found instanceof Error) throw found;
  return found;
};
