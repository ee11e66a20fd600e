import { isCompletedByClient } from '../../../core/client-completed.ts';
import type { GenerationEvent, LoggedEvent } from '../../../core/generation-event.ts';
import type { ReadyIterator } from '../../../lib/ready-iterator.ts';

/** A reader that is further behind than this gets adjacent deltas of one kind merged into one. */
const MERGE_WHEN_BEHIND_BY = 32;

type Delta = Extract<LoggedEvent, { type: 'TextDelta' | 'ReasoningDelta' }>;

export const isDelta = (event: LoggedEvent): event is Delta =>
  event.type === 'TextDelta' || event.type === 'ReasoningDelta';

/** A log as its readers see it. */
export interface ReadableLog {
  readonly events: readonly LoggedEvent[];
  readonly ended: boolean;
  /** Readers to be woken when an event is appended, and by the end. */
  readonly waiting: Set<EventReader>;
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
  #deliveredAt = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: ReadableLog, after: number, options: EventReaderOptions) {
    this.#log = log;
    this.#options = options;
    this.#position = after;
    options.signal?.addEventListener('abort', this);
    if (options.signal?.aborted === true) this.#leave();
  }

  get hasEnded(): boolean {
    return this.#hasLeft || (this.#log.ended && this.#position >= this.#log.events.length);
  }

  take(): GenerationEvent | undefined {
    if (this.#hasLeft || this.#coalescesForMs() > 0) return undefined;
    const { events } = this.#log;
    const event = events[this.#position];
    if (event === undefined) return undefined;
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

  /** The signal was aborted. */
  handleEvent(): void {
    this.#leave();
  }

  #leave(): void {
    if (this.#hasLeft) return;
    const { signal, subscriber } = this.#options;
    const hasEverything = this.hasEnded;
    this.#hasLeft = true;
    signal?.removeEventListener('abort', this);
    if (hasEverything) subscriber?.finish();
    else if (isCompletedByClient(signal)) subscriber?.abandon();
    else subscriber?.leave();
    this.notify();
  }

  #merge(first: Delta): GenerationEvent {
    const { events } = this.#log;
    const pieces = [first.text];
    let { sequence } = first;
    for (let next = events[this.#position]; next?.type === first.type; next = events[this.#position]) {
      pieces.push(next.text);
      sequence = next.sequence;
      this.#position += 1;
    }
    return pieces.length === 1 ? first : { ...first, sequence, text: pieces.join('') };
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
