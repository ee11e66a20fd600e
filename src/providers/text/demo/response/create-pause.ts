import { setImmediate, setTimeout } from 'node:timers/promises';

const STEPS_PER_TURN = 64;

/**
 * Waits `delayMs` at each call; with 0 it only lets the event loop turn now and then, so that a stream of any length
 * can be cancelled. Rejects at once when the signal is aborted, waiting or not.
 */
export const createPause = (delayMs: number, signal: AbortSignal): (() => Promise<void>) => {
  let steps = 0;
  return async () => {
    signal.throwIfAborted();
    steps += 1;
    if (delayMs > 0) await setTimeout(delayMs, undefined, { signal });
    else if (steps % STEPS_PER_TURN === 0) await setImmediate(undefined, { signal });
  };
};
