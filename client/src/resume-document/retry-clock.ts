import type { ModelgraphOptions } from '../modelgraph.ts';

export type ReconnectOptions = NonNullable<ModelgraphOptions['reconnect']>;

export interface RetryClock {
  /** A result has come: the next pause is a short one again. */
  reset(): void;
  /** Waits before the next try; false where the server has been away for too long, or the signal is aborted. */
  pause(signal: AbortSignal): Promise<boolean>;
}

const sleep = async (delayMs: number, signal: AbortSignal): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, delayMs);
  const wake = (): void => resolve();
  signal.addEventListener('abort', wake, { once: true });
  // A browser says when the network is back; a pause for the rest of the time would be for nothing.
  globalThis.addEventListener?.('online', wake, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', wake);
    globalThis.removeEventListener?.('online', wake);
  }
};

/** Pauses that double up to a bound, each a random part of it, so that the clients of a server do not return all at once. */
export const createRetryClock = ({
  baseDelayMs = 250,
  maxDelayMs = 10_000,
  giveUpAfterMs = 300_000,
}: ReconnectOptions = {}): RetryClock => {
  let tries = 0;
  let awaySince: number | undefined;
  return {
    reset: () => {
      tries = 0;
      awaySince = undefined;
    },
    pause: async (signal) => {
      const now = Date.now();
      awaySince ??= now;
      if (now - awaySince >= giveUpAfterMs) return false;
      const delayMs = Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** tries);
      tries += 1;
      await sleep(delayMs, signal);
      return !signal.aborted;
    },
  };
};
