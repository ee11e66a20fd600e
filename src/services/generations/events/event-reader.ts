import { isCompletedByClient } from '../../../core/client-completed.ts';
import type { GenerationEvent, LoggedEvent, TerminalEvent } from '../../../core/generation-event.ts';
import { atEndOfTurn } from '../../../lib/end-of-turn.ts';
import type { ReadyIterator } from '../../../lib/ready-iterator.ts';

/** A reader that is further behind than this gets adjacent deltas of one kind merged into one. */
export const MERGE_WHEN_BEHIND_BY = 32;

type Delta = Extract<LoggedEvent, { type: 'TextDelta' | 'ReasoningDelta' }>;

export const isDelta = (event: LoggedEvent): event is Delta =>
  event.type === 'TextDelta' || event.type === 'ReasoningDelta';

/** A log as its readers see it. */
export interface ReadableLog {
  readonly events: readonly LoggedEvent[];
  readonly ended: boolean;
  /** What is left of a log that was erased: the event that ends it; null: it was not. */
  readonly last: TerminalEvent | null;
  /** How many events it had where it had ended before it was erased; null otherwise. */
  readonly wholeLength: number | null;
  /** Readers to be woken when an event is appended, and by the end. */
  readonly waiting: Set<EventReader>;
  /** Readers that have not left. */
  readerCount: number;
  /** What was merged last in this turn of the event loop: the deltas from a position up to, and without, another one. */
  merged: { readonly from: number; readonly to: number; readonly delta: Delta } | undefined;
}

export interface EventReaderOptions {
  /** Deltas of one kind that follow each other within this time are delivered as one, in milliseconds. */
  readonly coalesceMs?: number;
  /** Ends the reader as soon as it is aborted. */
  readonly signal?: AbortSignal;
  /**
   * Called once when the reader ends: `finish` where it has all events, else `abandon` where the client has ended the operation
   * on purpose, and `leave` where it may come back.
   */
  readonly subscriber?: { leave(): void; finish(): void; abandon(): void };
}

const FINISHED = { done: true, value: undefined } as const;

/** A position in a log. */
export class EventReader implements ReadyIterator<GenerationEvent> {
  readonly #log: ReadableLog;
  readonly #options: EventReaderOptions;
  #position: number;
  #hasLeft = false;
  #hasLast = false;
  #deliveredAt = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: ReadableLog, after: number, options: EventReaderOptions) {
    this.#log = log;
    this.#options = options;
    this.#position = after;
    log.readerCount += 1;
    options.signal?.addEventListener('abort', this.#leave);
    if (options.signal?.aborted === true) this.#leave();
  }

  get hasEnded(): boolean {
    if (this.#hasLeft) return true;
    if (this.#log.last !== null) return this.#hasLast || this.#hasWhole;
    return this.#log.ended && this.#position >= this.#log.events.length;
  }

  /** Readers of one log are given the same events, and, at the same position in one turn, the same merged ones. */
  get isShared(): boolean {
    return this.#log.readerCount > 1;
  }

  take(): GenerationEvent | undefined {
    if (this.#hasLeft || this.#coalescesForMs() > 0) return undefined;
    const { events } = this.#log;
    const event = events[this.#position];
    if (event === undefined) return this.#takeLast();
    this.#position += 1;
    const { coalesceMs = 0 } = this.#options;
    if (coalesceMs > 0) this.#deliveredAt = performance.now();
    const merges = coalesceMs > 0 || events.length - this.#position >= MERGE_WHEN_BEHIND_BY;
    return merges && isDelta(event) ? this.#merge(event) : event;
  }

  whenReady(wake: () => void): void {
    const before = this.#wake;
    this.#wake =
      before === undefined
        ? wake
        : () => {
            before();
            wake();
          };
    if (before !== undefined) return;
    const waitMs = this.#coalescesForMs();
    if (this.hasEnded) setImmediate(() => this.notify());
    else if (waitMs > 0) this.#timer = setTimeout(() => this.notify(), waitMs);
    else this.#log.waiting.add(this);
  }

  /** There may be an event to take, or the log has ended. */
  notify(): void {
    this.#log.waiting.delete(this);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  async next(): Promise<IteratorResult<GenerationEvent, undefined>> {
    for (;;) {
      const event = this.take();
      if (event !== undefined) return { done: false, value: event };
      if (this.hasEnded) {
        this.#leave();
        return FINISHED;
      }
      await new Promise<void>((resolve) => {
        this.whenReady(resolve);
      });
    }
  }

  /** Ends the reader at once, also while a `next()` is pending. */
  return(): Promise<IteratorResult<GenerationEvent, undefined>> {
    this.#leave();
    return Promise.resolve(FINISHED);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether it had read a log to its end before that was erased. */
  get #hasWhole(): boolean {
    const { wholeLength } = this.#log;
    return wholeLength !== null && this.#position >= wholeLength;
  }

  /** Of a log that was erased, whatever the reader had of it. */
  #takeLast(): GenerationEvent | undefined {
    const { last } = this.#log;
    if (last === null || this.#hasLast || this.#hasWhole) return undefined;
    this.#hasLast = true;
    return last;
  }

  // A function: Node makes an async one for each object that listens.
  readonly #leave = (): void => {
    if (this.#hasLeft) return;
    const { signal, subscriber } = this.#options;
    const hasEverything = this.hasEnded;
    this.#hasLeft = true;
    this.#log.readerCount -= 1;
    signal?.removeEventListener('abort', this.#leave);
    if (hasEverything) subscriber?.finish();
    else if (isCompletedByClient(signal)) subscriber?.abandon();
    else subscriber?.leave();
    this.notify();
  };

  /** Merges a delta with those of its kind that follow it at the position. */
  #merge(first: Delta): GenerationEvent {
    const log = this.#log;
    const { events, merged } = log;
    const from = this.#position;
    if (merged?.from === from && events[merged.to]?.type !== first.type) {
      this.#position = merged.to;
      return merged.delta;
    }
    let { sequence, text } = first;
    for (let next = events[this.#position]; next?.type === first.type; next = events[this.#position]) {
      text += next.text;
      sequence = next.sequence;
      this.#position += 1;
    }
    if (this.#position === from) return first;
    const delta = { ...first, sequence, text };
    if (merged === undefined) atEndOfTurn(() => (log.merged = undefined));
    log.merged = { from, to: this.#position, delta };
    return delta;
  }

  /** How long the next event still waits for others of its kind to join it, in milliseconds. */
  #coalescesForMs(): number {
    const { coalesceMs = 0 } = this.#options;
    if (coalesceMs === 0 || this.#log.ended) return 0;
    const { events } = this.#log;
    const event = events[this.#position];
    if (event === undefined || !isDelta(event) || events.at(-1)?.type !== event.type) return 0;
    return this.#deliveredAt + coalesceMs - performance.now();
  }
}
