import type { LoggedEvent, TerminalEvent, UnplacedEvent } from '../../../core/generation-event.ts';
import { EventReader, type EventReaderOptions, isDelta, type ReadableLog } from './event-reader.ts';

/** What an event takes besides its text, in the units of text. */
const EVENT_SIZE = 64;

/** In UTF-16 code units. */
const textSizeOf = (event: LoggedEvent): number => {
  if (isDelta(event)) return event.text.length;
  if (event.type !== 'OutputUpdated') return 0;
  const { path, value } = event;
  return path.length + (typeof value === 'string' ? value.length : JSON.stringify(value).length);
};

/**
 * The events of one generation, in order, numbered 1, 2, 3 … Appending never waits for a reader: each reader has a
 * position of its own, so that a slow one delays no other and costs no copy.
 */
export class EventLog {
  readonly #generationId: string;
  readonly #events: LoggedEvent[] = [];
  readonly #readable: ReadableLog & {
    ended: boolean;
    last: TerminalEvent | null;
    wholeLength: number | null;
  } = {
    events: this.#events,
    waiting: new Set<EventReader>(),
    readerCount: 0,
    merged: undefined,
    ended: false,
    last: null,
    wholeLength: null,
  };
  #size = 0;

  constructor(generationId: string) {
    this.#generationId = generationId;
  }

  get lastSequence(): number {
    return this.#readable.last?.sequence ?? this.#events.length;
  }

  get ended(): boolean {
    return this.#readable.ended;
  }

  /** About what the events take in memory, in UTF-16 code units. */
  get size(): number {
    return this.#size;
  }

  /** Gives the event the next sequence and wakes the readers. Ignored after `end`. */
  append(event: UnplacedEvent): void {
    if (this.#readable.ended) return;
    const sequence = this.#events.length + 1;
    this.#push({ ...event, generationId: this.#generationId, sequence });
    this.#wake();
  }

  /** Takes events that another log has numbered, as far as they are new; they follow each other without gaps. */
  mirror(events: readonly LoggedEvent[]): void {
    if (this.#readable.last !== null) return;
    for (const event of events) if (event.sequence === this.#events.length + 1) this.#push(event);
    this.#wake();
  }

  /** No event follows; readers end once they have read what is there. */
  end(): void {
    this.#readable.ended = true;
    this.#wake();
  }

  /** Drops every event and ends. Readers get this event at once, in place of what they have not read yet. */
  erase(last: TerminalEvent): void {
    if (this.#readable.ended) this.#readable.wholeLength = this.#events.length;
    this.#events.length = 0;
    this.#size = 0;
    this.#readable.last = last;
    this.#readable.merged = undefined;
    this.end();
  }

  /** The events after a sequence. */
  since(after: number): readonly LoggedEvent[] {
    return this.#events.slice(after);
  }

  /**
   * Every event after a sequence, once, in order, then the live ones until the end. `return()` takes effect at once,
   * also while a `next()` is pending.
   */
  read(after = 0, options: EventReaderOptions = {}): EventReader {
    return new EventReader(this.#readable, after, options);
  }

  #push(event: LoggedEvent): void {
    this.#events.push(event);
    this.#size += EVENT_SIZE + textSizeOf(event);
  }

  #wake(): void {
    const { waiting } = this.#readable;
    if (waiting.size === 0) return;
    for (const reader of waiting) reader.notify();
  }
}
