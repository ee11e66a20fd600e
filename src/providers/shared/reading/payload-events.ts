import type { StreamEvent } from '../../../core/stream-event.ts';
import { type Batches, toIterator } from '../call/event-batches.ts';
import type { Payloads } from './reading-context.ts';

/** What makes events of the payloads of one turn. */
export interface PayloadReader<T> {
  /** Whether the turn has all that it needs: a connection that breaks from then on costs it nothing. */
  readonly isComplete: boolean;
  /** Adds what a payload says to the events. What it throws is told after the events before it. */
  read(payload: T, events: StreamEvent[]): void;
  /** Adds the end of the turn. `isWhole`: whether the vendor has marked the end of its answer. */
  end(isWhole: boolean, events: StreamEvent[]): void;
}

const OVER = { done: true, value: undefined } as const;

/**
 * The events of a turn, those of payloads that came together in one batch. No generator: each one in the way of a delta costs
 * as much as reading it.
 */
export class PayloadEvents<T> implements AsyncIterableIterator<readonly StreamEvent[]> {
  readonly #payloads: Payloads<T>;
  readonly #reader: PayloadReader<T>;
  #batches: Batches<T> | undefined;
  #iterator: Iterator<readonly T[]> | AsyncIterator<readonly T[]> | undefined;
  /** `ended`: the rest of the response is still to be read. */
  #state: 'reading' | 'ended' | 'over' = 'reading';
  #failure: { readonly error: unknown } | undefined;

  constructor(payloads: Payloads<T>, reader: PayloadReader<T>) {
    this.#payloads = payloads;
    this.#reader = reader;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<readonly StreamEvent[]>> {
    const events: StreamEvent[] = [];
    while (this.#state === 'reading' && events.length === 0) {
      try {
        this.#iterator ??= await this.#open();
        const item = await this.#iterator.next();
        if (item.done === true) this.#end(events);
        else for (const payload of item.value) this.#reader.read(payload, events);
      } catch (error) {
        await this.#breakOff(error, events);
      }
    }
    if (events.length > 0) return { done: false, value: events };
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    if (this.#state === 'ended') await this.#batches?.drain?.();
    this.#state = 'over';
    return OVER;
  }

  async return(): Promise<IteratorResult<readonly StreamEvent[]>> {
    this.#state = 'over';
    await this.#batches?.return?.();
    return OVER;
  }

  async #open(): Promise<Iterator<readonly T[]> | AsyncIterator<readonly T[]>> {
    this.#batches = await this.#payloads;
    return toIterator(this.#batches);
  }

  #end(events: StreamEvent[]): void {
    this.#state = 'ended';
    try {
      this.#reader.end(this.#batches?.isDone === true, events);
    } catch (error) {
      this.#failure = { error };
    }
  }

  /** Closes the connection. */
  async #breakOff(error: unknown, events: StreamEvent[]): Promise<void> {
    if (this.#reader.isComplete) this.#end(events);
    else this.#failure = { error };
    this.#state = 'over';
    await this.#batches?.return?.().catch(ignore);
  }
}

/** For what a source says while it is being closed: its reader has the error already. */
const ignore = (): void => undefined;

/** Batches as their events, one by one. */
export async function* readSingly(
  batches: AsyncIterable<readonly StreamEvent[]>,
): AsyncGenerator<StreamEvent> {
  for await (const events of batches) yield* events;
}
