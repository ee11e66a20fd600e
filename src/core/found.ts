/** What a search by id gives for one id: undefined where there is none, an error where what is stored cannot be read. */
export type Found<T> = T | Error | undefined;

/** Runs a pure reading. What it throws is given instead of a value, so that it concerns one id of many. */
export const readFound = <T>(read: () => T): T | Error => {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error : new Error('what is stored cannot be read', { cause: error });
  }
};

/** What was found. Throws where it cannot be read. */
export const unwrapFound = <T>(found: Found<T>): T | undefined => {
  if (found instanceof Error) throw found;
  return found;
};
