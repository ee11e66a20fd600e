import type { GenerationEvent, LoggedEvent, UnplacedEvent } from '../../../core/generation-event.ts';
import type { ReadyIterator } from '../../../lib/ready-iterator.ts';
import { type FollowedLog, type FollowOptions, GenerationFollower, isDelta } from './event-reader.ts';

/** What an event weighs besides its text, in the units of text. */
const EVENT_SIZE = 64;

/**
 * The events of one generation, in order, numbered 1, 2, 3 … Appending never waits for a reader: each follower has a
 * position of its own, so a slow one holds nobody back and costs no copy.
 */
export class GenerationLog {
  readonly #generationId: string;
  readonly #events: LoggedEvent[] = [];
  readonly #followed: FollowedLog & { ended: boolean } = {
    events: this.#events,
    waiting: new Set<GenerationFollower>(),
    ended: false,
  };
  #size = 0;

  constructor(generationId: string) {
    this.#generationId = generationId;
  }

  get lastSequence(): number {
    return this.#events.length;
  }

  get ended(): boolean {
    return this.#followed.ended;
  }

  /** About what the events take in memory, in UTF-16 code units. */
  get size(): number {
    return this.#size;
  }

  /** Gives the event the next sequence and wakes the followers. Ignored after `end`. */
  append(event: UnplacedEvent): void {
    if (this.#followed.ended) return;
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
    this.#followed.ended = true;
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
  follow(after = 0, options: FollowOptions = {}): ReadyIterator<GenerationEvent> {
    return new GenerationFollower(this.#followed, after, options);
  }

  #push(event: LoggedEvent): void {
    this.#events.push(event);
    this.#size += EVENT_SIZE + (isDelta(event) ? event.text.length : 0);
  }

  #wake(): void {
    const { waiting } = this.#followed;
    if (waiting.size === 0) return;
    for (const follower of waiting) follower.notify();
  }
}
