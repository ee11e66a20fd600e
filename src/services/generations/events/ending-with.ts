import type { GenerationEvent } from '../../../core/generation-event.ts';

type Events = AsyncIterableIterator<GenerationEvent, undefined, undefined>;

/** The same events, which end as soon as the signal is aborted. */
export const endingWith = (events: Events, signal: AbortSignal): Events => {
  const leave = (): void => {
    signal.removeEventListener('abort', leave);
    void events.return?.();
  };
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  return {
    async next() {
      const result = await events.next();
      if (result.done === true) signal.removeEventListener('abort', leave);
      return result;
    },
    return() {
      leave();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
