import type { StreamEvent } from '../../../core/stream-event.ts';
import { type ReadyIterator, type ReadySource, toNextResult } from '../../../lib/ready-iterator.ts';
import { type Batches, toReadyBatches } from '../call/event-batches.ts';
import type { Payloads } from './reading-context.ts';

/** What makes events of the payloads of one turn. */
export interface PayloadReader<T> {
  /** Whether the turn has all that it needs: a connection that breaks from then on costs it nothing. */
  readonly isComplete: boolean;
  /** Adds what a payload says to the events. What it throws is told after the events before it. */
  read(payload: T, events: StreamEvent[]): void;
  /** Whether the last payload has ended its response, so that nothing more of it is read; left out: only its stream ends it. */
  readonly hasStopped?: boolean;
  /** Adds the end of a response, and of the turn with it. `isWhole`: whether the vendor has marked the end of its answer. */
  end(isWhole: boolean, events: StreamEvent[]): void;
  /** Whether the turn goes on with a further response, once one has ended; left out: a turn is one response. */
  readonly isPaused?: boolean;
  /** Sends for the further response of a paused turn. */
  goOn?(): Payloads<T>;
}

const OVER = { done: true, value: undefined } as const;

/**
 * The events of a turn, those of payloads that came together in one batch. No promise and no generator for a batch that is
 * there: each one in the way of a delta costs as much as reading it.
 */
export class PayloadEvents<T> implements ReadyIterator<readonly StreamEvent[]> {
  #payloads: Payloads<T>;
  readonly #reader: PayloadReader<T>;
  #batches: Batches<T> | undefined;
  #source: ReadySource<readonly T[]> | undefined;
  /** `ended`: the rest of the response is still to be read, or a further one. */
  #state: 'reading' | 'ended' | 'over' = 'reading';
  #failure: { readonly error: unknown } | undefined;

  constructor(payloads: Payloads<T>, reader: PayloadReader<T>) {
    this.#payloads = payloads;
    this.#reader = reader;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Also false until the rest of the last response has been read. */
  get hasEnded(): boolean {
    return this.#state === 'over' && this.#failure === undefined;
  }

  take(): readonly StreamEvent[] | undefined {
    const events: StreamEvent[] = [];
    try {
      while (this.#state === 'reading' && events.length === 0) {
        const payloads = this.#source?.take();
        if (payloads !== undefined) this.#read(payloads, events);
        else if (this.#source?.hasEnded === true) this.#end(events);
        else return undefined;
      }
    } catch (error) {
      this.#breakOff(error, events);
    }
    if (events.length > 0) return events;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return undefined;
  }

  whenReady(wake: () => void): void {
    if (this.#state === 'ended') this.#leaveResponse().then(wake, wake);
    else if (this.#source === undefined) this.#open().then(wake, wake);
    else this.#source.whenReady(wake);
  }

  next(): Promise<IteratorResult<readonly StreamEvent[], undefined>> {
    return toNextResult(this);
  }

  async return(): Promise<IteratorResult<readonly StreamEvent[], undefined>> {
    this.#state = 'over';
    this.#failure = undefined;
    await this.#batches?.return?.();
    return OVER;
  }

  async #open(): Promise<void> {
    try {
      this.#batches = await this.#payloads;
      this.#source ??= toReadyBatches(this.#batches);
    } catch (error) {
      if (this.#state === 'over') return;
      this.#state = 'over';
      this.#failure = { error };
    }
  }

  async #leaveResponse(): Promise<void> {
    const reader = this.#reader;
    try {
      if (reader.isPaused === true && reader.goOn !== undefined) {
        await this.#batches?.return?.();
        if (this.#state === 'over') return;
        this.#payloads = reader.goOn();
        this.#source = undefined;
        this.#state = 'reading';
        return await this.#open();
      }
      await this.#batches?.drain?.();
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#state = 'over';
  }

  #read(payloads: readonly T[], events: StreamEvent[]): void {
    const reader = this.#reader;
    for (const payload of payloads) {
      reader.read(payload, events);
      if (reader.hasStopped === true) return this.#end(events);
    }
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
  #breakOff(error: unknown, events: StreamEvent[]): void {
    if (this.#reader.isComplete) this.#end(events);
    else this.#failure = { error };
    if (this.#reader.isPaused !== true) this.#state = 'over';
    this.#batches?.return?.().catch(ignore);
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
