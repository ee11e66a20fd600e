import { setTimeout } from 'node:timers/promises';

export interface PollTiming {
  /** Pause between two polls, in milliseconds. */
  readonly refreshMs: number;
  /** Pause after a first failure, in milliseconds; it doubles with each further one, up to `refreshMs`. */
  readonly firstRetryMs: number;
}

/** A polling that is under way. */
export interface Polling {
  /** Ends the present pause, so that the next poll begins at once. */
  wake(): void;
  /** Resolves once the signal is aborted and no poll is under way. */
  readonly ended: Promise<void>;
}

/**
 * Polls at once and then again and again until the signal is aborted; backs off while polls fail. `poll` gives whether it has
 * succeeded and never rejects; it learns whether the poll before has failed.
 */
export const pollRepeatedly = (
  poll: (hasFailedBefore: boolean) => Promise<boolean>,
  { refreshMs, firstRetryMs }: PollTiming,
  signal: AbortSignal,
): Polling => {
  let pause = new AbortController();
  let isAwaited = false;
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      isAwaited = false;
      failures = (await poll(failures > 0)) ? 0 : failures + 1;
      const pauseMs = failures === 0 ? refreshMs : Math.min(refreshMs, firstRetryMs * 2 ** (failures - 1));
      pause = new AbortController();
      if (isAwaited) continue;
      const either = AbortSignal.any([signal, pause.signal]);
      await setTimeout(pauseMs, undefined, { signal: either, ref: false }).catch(() => undefined);
    }
  };
  return {
    wake() {
      // A poll that is under way may have begun too early to see what it is asked for now.
      isAwaited = true;
      pause.abort();
    },
    ended: run(),
  };
};
