import type { GenerationEvent, LoggedEvent } from '../../../core/generation-event.ts';
import type { ReadyIterator } from '../../../lib/ready-iterator.ts';

/** A follower further behind than this gets adjacent deltas of one kind merged into one. */
const MERGE_WHEN_BEHIND_BY = 32;

type Delta = Extract<LoggedEvent, { type: 'TextDelta' | 'ReasoningDelta' }>;

export const isDelta = (event: LoggedEvent): event is Delta =>
  event.type === 'TextDelta' || event.type === 'ReasoningDelta';

/** A log as its followers see it. */
export interface FollowedLog {
  readonly events: readonly LoggedEvent[];
  readonly ended: boolean;
  /** Followers to be woken when something is appended, and by the end. */
  readonly waiting: Set<GenerationFollower>;
}

export interface FollowOptions {
  /** Deltas of one kind that follow each other within this time are delivered as one, in milliseconds. */
  readonly coalesceMs?: number;
  /** Detaches the follower as soon as it is aborted. */
  readonly signal?: AbortSignal;
  /** Is told once how the follower went: that it left, or that it has everything. */
  readonly presence?: { leave(): void; finish(): void };
}

const FINISHED = { done: true, value: undefined } as const;

/** One reader's position in a log. */
export class GenerationFollower implements ReadyIterator<GenerationEvent> {
  readonly #log: FollowedLog;
  readonly #options: FollowOptions;
  #position: number;
  #detached = false;
  #deliveredAt = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: FollowedLog, after: number, options: FollowOptions) {
    this.#log = log;
    this.#options = options;
    this.#position = after;
    options.signal?.addEventListener('abort', this);
    if (options.signal?.aborted === true) this.#detach();
  }

  get hasEnded(): boolean {
    return this.#detached || (this.#log.ended && this.#position >= this.#log.events.length);
  }

  take(): GenerationEvent | undefined {
    if (this.#detached || this.#holdMs() > 0) return undefined;
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
    const holdMs = this.#holdMs();
    if (this.hasEnded) setImmediate(() => this.notify());
    else if (holdMs > 0) this.#timer = setTimeout(() => this.notify(), holdMs);
    else this.#log.waiting.add(this);
  }

  /** Wakes whoever waits for it. */
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
        this.#detach();
        return FINISHED;
      }
      await new Promise<void>((resolve) => {
        this.whenReady(resolve);
      });
    }
  }

  /** Detaches; takes effect at once, also while a `next()` is waiting. */
  return(): Promise<IteratorResult<GenerationEvent, undefined>> {
    this.#detach();
    return Promise.resolve(FINISHED);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.#detach();
  }

  #detach(): void {
    if (this.#detached) return;
    const { signal, presence } = this.#options;
    const hasEverything = this.hasEnded;
    this.#detached = true;
    signal?.removeEventListener('abort', this);
    if (hasEverything) presence?.finish();
    else presence?.leave();
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

  /** How long the next event is still held back for others to join it. */
  #holdMs(): number {
    const { coalesceMs = 0 } = this.#options;
    if (coalesceMs === 0 || this.#log.ended) return 0;
    const { events } = this.#log;
    const event = events[this.#position];
    if (event === undefined || !isDelta(event) || events.at(-1)?.type !== event.type) return 0;
    return this.#deliveredAt + coalesceMs - performance.now();
  }
}
