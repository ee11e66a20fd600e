import { type ModelgraphError, ProviderError, findModelgraphError } from '../../../core/errors.ts';
import type { EventStream, StreamEvent, StreamItem } from '../../../core/stream-event.ts';
import { type AnswerExpectation, AnswerCheck } from '../reading/check-answer.ts';
import { mapTransportError } from './map-transport-error.ts';

export interface TerminalGuardOptions extends AnswerExpectation {
  /** The caller's. Aborting it ends the upstream call in every phase. */
  readonly signal: AbortSignal;
  /** Longest wait for the first content of a streamed answer, in milliseconds; left out for one that comes whole. */
  readonly firstDeltaTimeoutMs?: number | undefined;
  /**
   * Makes the upstream call and reads its events. Called once, on the first `next()`. Everything it waits for must
   * obey the signal it is given, which is this call's own. `expectContent` starts the wait for the first content anew:
   * for a turn that takes several upstream calls, before each further one.
   */
  readonly open: (signal: AbortSignal, expectContent: () => void) => AsyncIterable<StreamItem>;
  /** Classifies what the SDK throws. Transport errors and errors of ours do not come to it. */
  readonly mapError: (error: unknown) => ModelgraphError;
}

/** How long after `finish` a vendor may take to end its response, so that the connection can be used again. */
const LINGER_MS = 200;

/** Usage and warnings may come long before the model has anything to say. */
const isContent = ({ type }: StreamEvent): boolean => type !== 'usage' && type !== 'warning';

/**
 * One upstream call as a stream that keeps the provider's promises, whatever the SDK does: it ends with one `finish`,
 * or throws.
 * - Ended without `finish`: `GENERATION_CANCELLED` if the signal is aborted, else `STREAM_TRUNCATED`.
 * - No content within `firstDeltaTimeoutMs`: `PROVIDER_TIMEOUT`, and the call is aborted.
 * - Filtered before any text or tool call: `CONTENT_FILTERED`, never an empty success.
 * - Events after `finish` are dropped.
 * - Every event is held against `AnswerCheck`; one that breaks its rules: `PROVIDER_FAILED`, and the call is aborted.
 * - Aborting the signal settles a pending `next()` at once; `return()` aborts the call first and does not wait for it.
 *   No socket is left behind in either case.
 * Can be consumed once, by its events or by its batches: the upstream call is made once.
 */
export const guardStream = (options: TerminalGuardOptions): GuardedStream => new GuardedStream(options);

type Batch = readonly StreamEvent[];
/** undefined: the stream is over. */
type NextBatch = PromiseWithResolvers<Batch | undefined>;

const OVER = { done: true, value: undefined } as const;
const ONE = 1;

/** The reason of a call that is closed once it is over. Made once: an abort without a reason makes an exception with its stack. */
const CALL_IS_OVER = new Error('the call is over');

/**
 * Pulls from its source without a generator in between, and settles what its consumer waits for by itself: neither `return()`
 * nor an abort queues behind a read that is pending.
 */
class GuardedStream implements AsyncIterableIterator<StreamEvent>, EventStream {
  readonly #options: TerminalGuardOptions;
  readonly #check: AnswerCheck;
  readonly #call = new AbortController();
  readonly #waiting = new Set<NextBatch>();
  #source: AsyncIterator<StreamItem> | undefined;
  /** `finished`: the consumer has the `finish`, the response has not ended yet. */
  #state: 'idle' | 'running' | 'stopped' | 'finished' | 'over' = 'idle';
  /** What has come from the source and has not been asked for. */
  #unread: Batch = [];
  #hasContent = false;
  /** What the next `next()` rejects with, while the state is `stopped`. */
  #failure: ModelgraphError | undefined;
  /** Runs until the first content. */
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TerminalGuardOptions) {
    this.#options = options;
    this.#check = new AnswerCheck(options);
  }

  async next(): Promise<IteratorResult<StreamEvent>> {
    const [event] = (await this.#readUpTo(ONE)) ?? [];
    return event === undefined ? OVER : { done: false, value: event };
  }

  return(): Promise<IteratorResult<StreamEvent>> {
    this.#end();
    this.#close();
    for (const next of this.#waiting) next.resolve(undefined);
    this.#waiting.clear();
    return Promise.resolve(OVER);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The same events, all that have come at once together. */
  batches(): AsyncIterableIterator<Batch> {
    const iterator: AsyncIterableIterator<Batch> = {
      next: async () => {
        const batch = await this.#readUpTo(Number.POSITIVE_INFINITY);
        return batch === undefined ? OVER : { done: false, value: batch };
      },
      return: async () => {
        await this.return();
        return OVER;
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** The caller's signal is aborted. */
  handleEvent(): void {
    this.#stop(cancelledError(this.#options), this.#options.signal.reason);
  }

  /** The next events, so many at most. */
  #readUpTo(most: number): Promise<Batch | undefined> {
    if (this.#state === 'idle') this.#start();
    const next: NextBatch = Promise.withResolvers();
    if (this.#state === 'running') this.#giveOrRead(next, most);
    else if (this.#state === 'finished') this.#linger(next);
    else if (this.#state === 'stopped') this.#reject(next, this.#failure);
    else next.resolve(undefined);
    return next.promise;
  }

  #start(): void {
    const { signal, open } = this.#options;
    this.#state = 'running';
    if (signal.aborted) return this.handleEvent();
    signal.addEventListener('abort', this);
    this.#expectContent();
    try {
      this.#source = open(this.#call.signal, () => this.#expectContent())[Symbol.asyncIterator]();
    } catch (error) {
      this.#stopFor(error);
    }
  }

  #expectContent(): void {
    const { firstDeltaTimeoutMs, provider } = this.#options;
    if (firstDeltaTimeoutMs === undefined || this.#state !== 'running') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const error = new ProviderError('PROVIDER_TIMEOUT', { provider });
      this.#stop(error, error);
    }, firstDeltaTimeoutMs);
  }

  #giveOrRead(next: NextBatch, most: number): void {
    this.#waiting.add(next);
    if (this.#unread.length > 0) return this.#give(next, most);
    this.#source?.next().then(
      ({ done, value }) => {
        if (!this.#waiting.has(next)) return;
        if (done === true) return this.#stopFor(this.#truncated(), next);
        const batch = 'type' in value ? [value] : value;
        this.#unread = this.#unread.length === 0 ? batch : [...this.#unread, ...batch];
        if (batch.length === 0) this.#giveOrRead(next, most);
        else this.#give(next, most);
      },
      (error: unknown) => {
        if (this.#waiting.has(next)) this.#stopFor(error, next);
      },
    );
  }

  /** Gives events that are there. What is wrong with one is told after those before it. */
  #give(next: NextBatch, most: number): void {
    const given: StreamEvent[] = [];
    try {
      for (const event of this.#unread) {
        if (given.length === most || this.#state !== 'running') break;
        this.#take(event, given);
      }
    } catch (error) {
      this.#waiting.delete(next);
      if (given.length === 0) return this.#stopFor(error, next);
      this.#stopFor(error);
      return next.resolve(given);
    }
    this.#unread = given.length === this.#unread.length ? [] : this.#unread.slice(given.length);
    this.#waiting.delete(next);
    next.resolve(given);
  }

  /** Checks an event. Throws for one that ends the stream as a failure. */
  #take(given: StreamEvent, events: StreamEvent[]): void {
    const event = this.#check.take(given);
    if (event.type === 'text-delta' || event.type === 'tool-call') this.#hasContent = true;
    if (this.#timer !== undefined && isContent(event)) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    if (event.type === 'finish') {
      if (event.reason === 'content-filter' && !this.#hasContent) {
        if (event.usage !== null) events.push({ type: 'usage', usage: event.usage });
        const { provider } = this.#options;
        throw new ProviderError('CONTENT_FILTERED', { provider, vendorMessage: event.rawReason });
      }
      // A turn that is complete cannot be cancelled any more.
      this.#options.signal.removeEventListener('abort', this);
      clearTimeout(this.#timer);
      this.#state = 'finished';
    }
    events.push(event);
  }

  /** After the `finish`: reads on to the end of the response, for as long as that takes next to no time. */
  #linger(next: NextBatch): void {
    this.#state = 'over';
    this.#waiting.add(next);
    const over = (): void => {
      clearTimeout(timer);
      this.#close();
      this.#waiting.delete(next);
      next.resolve(undefined);
    };
    const timer = setTimeout(over, LINGER_MS);
    this.#readToEnd().then(over, over);
  }

  async #readToEnd(): Promise<void> {
    while ((await this.#source?.next())?.done === false);
  }

  /** Ends the call for an error of its source, which the consumer is told now, or at the next `next()`. */
  #stopFor(error: unknown, next?: NextBatch): void {
    const { signal } = this.#options;
    const failure = signal.aborted ? cancelledError(this.#options) : toKnownError(error, this.#options);
    this.#end();
    this.#close();
    if (next === undefined) {
      this.#state = 'stopped';
      this.#failure = failure;
    } else this.#reject(next, failure);
    for (const other of this.#waiting) other.resolve(undefined);
    this.#waiting.clear();
  }

  /** Ends the call; a pending `next()` rejects now, or else the one that comes next. */
  #stop(error: ModelgraphError, reason: unknown): void {
    const isAwaited = this.#waiting.size > 0;
    this.#end();
    if (!isAwaited) {
      this.#state = 'stopped';
      this.#failure = error;
    }
    this.#close(reason);
    for (const next of this.#waiting) next.reject(error);
    this.#waiting.clear();
  }

  #truncated(): ProviderError {
    return new ProviderError('STREAM_TRUNCATED', { provider: this.#options.provider });
  }

  #reject(next: NextBatch, error: ModelgraphError | undefined): void {
    this.#state = 'over';
    this.#waiting.delete(next);
    next.reject(error);
  }

  #end(): void {
    this.#state = 'over';
    this.#unread = [];
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this);
  }

  /** Aborts the call and lets go of its source. */
  #close(reason: unknown = CALL_IS_OVER): void {
    this.#call.abort(reason);
    this.#source?.return?.().catch(ignore);
  }
}

/** For what a source says while it is being closed: its call is over and has been reported. */
const ignore = (): void => undefined;

const cancelledError = ({ provider, signal }: TerminalGuardOptions): ModelgraphError =>
  new ProviderError('GENERATION_CANCELLED', { provider, cause: signal.reason });

/** What a vendor sends may be more than the code that explains it can bear; the vendor has failed all the same. */
const toKnownError = (error: unknown, { provider, mapError }: TerminalGuardOptions): ModelgraphError => {
  try {
    return findModelgraphError(error) ?? mapTransportError(error, provider) ?? mapError(error);
  } catch (cause) {
    const vendorMessage = `what the provider sent cannot be read: ${String(error).slice(0, 200)}`;
    return new ProviderError('PROVIDER_FAILED', { provider, vendorMessage, cause });
  }
};
