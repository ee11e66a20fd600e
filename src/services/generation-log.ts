import type { GenerationEvent, UnplacedEvent } from '../core/generation-event.ts';

/** A follower further behind than this gets adjacent deltas of one kind merged into one. */
const MERGE_WHEN_BEHIND_BY = 32;

/**
 * The events of one generation, in order, numbered 1, 2, 3 … Appending never waits for a reader: each follower has a
 * position of its own, so a slow one holds nobody back and costs no copy.
 */
export class GenerationLog {
  readonly #generationId: string;
  readonly #events: GenerationEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(generationId: string) {
    this.#generationId = generationId;
  }

  get lastSequence(): number {
    return this.#events.length;
  }

  /** Gives the event the next sequence and wakes the followers. Ignored after `end`. */
  append(event: UnplacedEvent): void {
    if (this.#ended) return;
    const sequence = this.#events.length + 1;
    this.#events.push({ ...event, generationId: this.#generationId, sequence });
    this.#wake();
  }

  /** Nothing follows; followers end once they have read what is there. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /**
   * Every event after a sequence, once, in order, then the live ones until the end. `return()` takes effect at once,
   * also while a `next()` is waiting.
   */
  follow(after = 0): AsyncIterableIterator<GenerationEvent, undefined, undefined> {
    let position = after;
    let detached = false;
    const wakers = new Set<() => void>();
    const finished = { done: true, value: undefined } as const;

    const take = (): GenerationEvent | undefined => {
      const event = this.#events[position];
      if (event === undefined) return undefined;
      position += 1;
      const mergeable = event.type === 'TextDelta' || event.type === 'ReasoningDelta';
      if (!mergeable || this.#events.length - position < MERGE_WHEN_BEHIND_BY) return event;
      const pieces = [event.text];
      let { sequence } = event;
      for (let next = this.#events[position]; next?.type === event.type; next = this.#events[position]) {
        pieces.push(next.text);
        sequence = next.sequence;
        position += 1;
      }
      return { ...event, sequence, text: pieces.join('') };
    };

    const next = async (): Promise<IteratorResult<GenerationEvent, undefined>> => {
      for (;;) {
        if (detached) return finished;
        const event = take();
        if (event !== undefined) return { done: false, value: event };
        if (this.#ended) return finished;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#waiting.add(resolve);
        wakers.add(resolve);
        await promise;
        wakers.delete(resolve);
      }
    };

    const detach = (): Promise<IteratorResult<GenerationEvent, undefined>> => {
      detached = true;
      for (const wake of wakers) {
        this.#waiting.delete(wake);
        wake();
      }
      return Promise.resolve(finished);
    };

    return {
      next,
      return: detach,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
