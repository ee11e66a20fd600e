/**
 * Runs work that the tabs of a browser do one after the other. Rejects with what the signal was aborted with while it
 * waits. Locks need https or localhost: without them nothing is waited for.
 */
export const inTurn = async <Result>(
  name: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> => {
  const locks = typeof navigator === 'object' ? (navigator.locks as LockManager | undefined) : undefined;
  return locks === undefined ? await work() : await locks.request(name, { signal }, work);
};
