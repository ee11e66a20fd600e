import type { GenerationEvent, LoggedEvent, UnplacedEvent } from '../core/generation-event.ts';

/** A follower further behind than this gets adjacent deltas of one kind merged into one. */
const MERGE_WHEN_BEHIND_BY = 32;

/** What an event weighs besides its text, in the units of text. */
const EVENT_SIZE = 64;

type Delta = Extract<LoggedEvent, { type: 'TextDelta' | 'ReasoningDelta' }>;

const isDelta = (event: LoggedEvent): event is Delta =>
  event.type === 'TextDelta' || event.type === 'ReasoningDelta';

export interface FollowOptions {
  /** Deltas of one kind that follow each other within this time are delivered as one, in milliseconds. */
  readonly coalesceMs?: number;
}

/**
 * The events of one generation, in order, numbered 1, 2, 3 … Appending never waits for a reader: each follower has a
 * position of its own, so a slow one holds nobody back and costs no copy.
 */
export class GenerationLog {
  readonly #generationId: string;
  readonly #events: LoggedEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;
  #size = 0;

  constructor(generationId: string) {
    this.#generationId = generationId;
  }

  get lastSequence(): number {
    return this.#events.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** About what the events take in memory, in UTF-16 code units. */
  get size(): number {
    return this.#size;
  }

  /** Gives the event the next sequence and wakes the followers. Ignored after `end`. */
  append(event: UnplacedEvent): void {
    if (this.#ended) return;
    const sequence = this.#events.length + 1;
    this.#push({ ...event, generationId: this.#generationId, sequence });
    this.#wake();
  }

  /** Takes events that another log has placed, as far as they are new; they follow each other without gaps. */
  mirror(events: readonly LoggedEvent[]): void {
    for (const event of events) if (event.sequence === this.#events.length + 1) this.#push(event);
    this.#wake();
  }

  /** Nothing follows; followers end once they have read what is there. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The events after a sequence. */
  since(after: number): readonly LoggedEvent[] {
    return this.#events.slice(after);
  }

  /**
   * Every event after a sequence, once, in order, then the live ones until the end. `return()` takes effect at once,
   * also while a `next()` is waiting.
   */
  follow(
    after = 0,
    { coalesceMs = 0 }: FollowOptions = {},
  ): AsyncIterableIterator<GenerationEvent, undefined, undefined> {
    let position = after;
    let detached = false;
    let deliveredAt = Number.NEGATIVE_INFINITY;
    const wakers = new Set<() => void>();
    const finished = { done: true, value: undefined } as const;

    const take = (): GenerationEvent | undefined => {
      const event = this.#events[position];
      if (event === undefined) return undefined;
      position += 1;
      const merges = coalesceMs > 0 || this.#events.length - position >= MERGE_WHEN_BEHIND_BY;
      if (!merges || !isDelta(event)) return event;
      const pieces = [event.text];
      let { sequence } = event;
      for (let next = this.#events[position]; next?.type === event.type; next = this.#events[position]) {
        pieces.push(next.text);
        sequence = next.sequence;
        position += 1;
      }
      return pieces.length === 1 ? event : { ...event, sequence, text: pieces.join('') };
    };

    /** How long the next event is still held back for others to join it. */
    const holdMs = (): number => {
      const event = this.#events[position];
      if (coalesceMs === 0 || this.#ended || event === undefined || !isDelta(event)) return 0;
      return this.#events.at(-1)?.type === event.type ? deliveredAt + coalesceMs - performance.now() : 0;
    };

    const wait = async (forMs?: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = forMs === undefined ? undefined : setTimeout(resolve, forMs);
      if (forMs === undefined) this.#waiting.add(resolve);
      wakers.add(resolve);
      await promise;
      clearTimeout(timer);
      wakers.delete(resolve);
    };

    const next = async (): Promise<IteratorResult<GenerationEvent, undefined>> => {
      for (;;) {
        if (detached) return finished;
        const heldMs = holdMs();
        if (heldMs > 0) {
          await wait(heldMs);
          continue;
        }
        const event = take();
        if (event !== undefined) {
          if (coalesceMs > 0) deliveredAt = performance.now();
          return { done: false, value: event };
        }
        if (this.#ended) return finished;
        await wait();
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

  #push(event: LoggedEvent): void {
    this.#events.push(event);
    this.#size += EVENT_SIZE + (isDelta(event) ? event.text.length : 0);
  }

  #wake(): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
