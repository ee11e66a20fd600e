import type { Writable } from 'node:stream';

/** Lets what is written to a stream in one turn of the event loop leave together, in one call of the system. */
export type Gather = (stream: Writable) => void;

/** One for a whole server: a turn of the event loop ends once for all of its streams. */
export const createGather = (): Gather => {
  let corked: Writable[] = [];
  const release = (): void => {
    const streams = corked;
    corked = [];
    for (const stream of streams) stream.uncork();
  };
  return (stream) => {
    if (stream.writableCorked > 0) return;
    if (corked.length === 0) setImmediate(release);
    corked.push(stream);
    stream.cork();
  };
};

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
