import { once } from 'node:events';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { createToy, finishEvent, type Toy, type ToyCall } from './toy-provider.ts';

/** A provider whose answers come piece by piece, each when the test says so. */
export interface SteppedToy extends Toy {
  /** Gives the latest call its next events; resolves once they are taken. */
  readonly give: (...events: readonly StreamEvent[]) => Promise<void>;
  /** Ends the answer to the latest call. */
  readonly finish: () => Promise<void>;
  /** Fails the answer to the latest call, as a provider does in mid-stream. */
  readonly fail: (error: Error) => Promise<void>;
  /** The call of that number, from 0, waited for if it has not come. */
  readonly call: (index: number) => Promise<ToyCall>;
  /** Resolves once the upstream of that call has been closed from here. */
  readonly aborted: (index: number) => Promise<void>;
}

interface Step {
  readonly event: StreamEvent | Error;
  readonly taken: () => void;
}

class Queue {
  readonly #steps: Step[] = [];
  #wake: () => void = () => undefined;

  push(step: Step): void {
    this.#steps.push(step);
    this.#wake();
  }

  async next(signal: AbortSignal): Promise<Step> {
    for (;;) {
      signal.throwIfAborted();
      const step = this.#steps.shift();
      if (step !== undefined) return step;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
    }
  }
}

export const createSteppedToy = (): SteppedToy => {
  const queues: Queue[] = [];
  let called: () => void = () => undefined;
  const toy = createToy(async function* ({ signal }) {
    const queue = new Queue();
    queues.push(queue);
    called();
    for (;;) {
      const { event, taken } = await queue.next(signal);
      if (event instanceof Error) {
        taken();
        throw event;
      }
      try {
        yield event;
      } finally {
        taken();
      }
      if (event.type === 'finish') return;
    }
  });
  const call = async (index: number): Promise<ToyCall> => {
    for (;;) {
      const known = toy.calls[index];
      if (known !== undefined && queues[index] !== undefined) return known;
      const { promise, resolve } = Promise.withResolvers<void>();
      called = resolve;
      await promise;
    }
  };
  const give = async (...events: readonly (StreamEvent | Error)[]): Promise<void> => {
    await call(Math.max(0, queues.length - 1));
    for (const event of events) {
      const { promise, resolve } = Promise.withResolvers<void>();
      queues.at(-1)?.push({ event, taken: resolve });
      await promise;
    }
  };
  return {
    ...toy,
    calls: toy.calls,
    call,
    give,
    finish: () => give(finishEvent()),
    fail: (error) => give(error),
    aborted: async (index) => {
      const { signal } = await call(index);
      if (!signal.aborted) await once(signal, 'abort');
    },
  };
};
