import type { Writable } from 'node:stream';

/**
 * Gives a function to be asked after each write: undefined while the stream takes more, else a promise that resolves
 * when it does, or never will again. However many wait, the stream has one listener of each kind.
 */
export const createDrained = (stream: Writable): (() => Promise<void> | undefined) => {
  let waiting: Promise<void> | undefined;
  const wait = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = (): void => {
      stream.off('drain', settle);
      stream.off('close', settle);
      waiting = undefined;
      resolve();
    };
    stream.on('drain', settle);
    stream.on('close', settle);
    return promise;
  };
  return () => {
    if (!stream.writableNeedDrain || stream.destroyed) return undefined;
    waiting ??= wait();
    return waiting;
  };
};
