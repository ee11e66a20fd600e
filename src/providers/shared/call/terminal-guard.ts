import { type ModelgraphError, ProviderError, findModelgraphError } from '../../../core/errors.ts';
import type { EventStream, StreamEvent, StreamItem } from '../../../core/stream-event.ts';
import {
  type ReadyIterator,
  type ReadySource,
  takeNext,
  toNextResult,
  toReadyIterator,
} from '../../../lib/ready-iterator.ts';
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
  readonly open: (
    signal: AbortSignal,
    expectContent: () => void,
  ) => AsyncIterable<StreamItem> | ReadyIterator<StreamItem>;
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

const OVER = { done: true, value: undefined } as const;
const ONE = 1;
const NONE: Batch = [];

/** The reason of a call that is closed once it is over. Made once: an abort without a reason makes an exception with its stack. */
const CALL_IS_OVER = new Error('the call is over');

/** Its events one by one. Neither `return()` nor an abort queues behind a read that is pending. */
class GuardedStream implements AsyncIterableIterator<StreamEvent>, EventStream {
  readonly #call: GuardedCall;

  constructor(options: TerminalGuardOptions) {
    this.#call = new GuardedCall(options);
  }

  async next(): Promise<IteratorResult<StreamEvent>> {
    const given = await takeNext(new SingleEvents(this.#call));
    return given === undefined ? OVER : { done: false, value: given };
  }

  async return(): Promise<IteratorResult<StreamEvent>> {
    await this.#call.return();
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The same events, all that have come at once together. */
  batches(): ReadyIterator<Batch> {
    return this.#call;
  }
}

/** The events of a call, one at a time. */
class SingleEvents implements ReadySource<StreamEvent> {
  readonly #call: GuardedCall;

  constructor(call: GuardedCall) {
    this.#call = call;
  }

  get hasEnded(): boolean {
    return this.#call.hasEnded;
  }

  take(): StreamEvent | undefined {
    return this.#call.takeUpTo(ONE)?.[0];
  }

  whenReady(wake: () => void): void {
    this.#call.whenReady(wake);
  }
}

/**
 * Reads its source as it is read itself, without a promise or a generator for what is there, and ends by itself where the time
 * or the caller says so.
 */
class GuardedCall implements ReadyIterator<Batch> {
  readonly #options: TerminalGuardOptions;
  readonly #check: AnswerCheck;
  readonly #call = new AbortController();
  #waiting: (() => void) | undefined;
  #source: ReadyIterator<StreamItem> | undefined;
  /** `finished`: the consumer has the `finish`, the response has not ended yet; `lingering`: it waits for that. */
  #state: 'idle' | 'running' | 'stopped' | 'finished' | 'lingering' | 'over' = 'idle';
  /** What has come from the source and has not been asked for. */
  #unread: Batch = [];
  #hasContent = false;
  /** What the next `take()` throws, while the state is `stopped`. */
  #failure: ModelgraphError | undefined;
  /** Runs until the first content, and while the response is waited for to end. */
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TerminalGuardOptions) {
    this.#options = options;
    this.#check = new AnswerCheck(options);
  }

  get hasEnded(): boolean {
    return this.#state === 'over';
  }

  take(): Batch | undefined {
    return this.takeUpTo(Number.POSITIVE_INFINITY);
  }

  /** The next events, so many at most. What is wrong with one is told after those before it. */
  takeUpTo(most: number): Batch | undefined {
    if (this.#state === 'idle') this.#start();
    if (this.#state === 'stopped') this.#throwFailure();
    const given: StreamEvent[] = [];
    try {
      while (this.#state === 'running' && given.length === 0) {
        if (this.#unread.length === 0 && !this.#readOn()) return undefined;
        this.#give(given, most);
      }
    } catch (error) {
      this.#stopFor(error);
      if (given.length === 0) this.#throwFailure();
    }
    return given.length === 0 ? undefined : given;
  }

  whenReady(wake: () => void): void {
    const before = this.#waiting;
    this.#waiting = wake;
    if (before !== undefined)
      this.#waiting = () => {
        before();
        wake();
      };
    else if (this.#state === 'running') this.#source?.whenReady(this.#wake);
    else if (this.#state === 'finished') this.#linger();
    else if (this.#state !== 'lingering') setImmediate(this.#wake);
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    return toNextResult(this);
  }

  return(): Promise<IteratorResult<Batch, undefined>> {
    this.#end();
    this.#close();
    this.#wake();
    return Promise.resolve(OVER);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #start(): void {
    const { signal, open } = this.#options;
    this.#state = 'running';
    if (signal.aborted) return this.#cancel();
    signal.addEventListener('abort', this.#cancel);
    this.#expectContent();
    try {
      const source = open(this.#call.signal, () => this.#expectContent());
      this.#source = 'whenReady' in source ? source : toReadyIterator(source);
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

  /** Whether the source had something. Throws for one that has ended. */
  #readOn(): boolean {
    const item = this.#source?.take();
    if (item !== undefined) this.#unread = 'type' in item ? [item] : item;
    else if (this.#source?.hasEnded === true)
      throw new ProviderError('STREAM_TRUNCATED', { provider: this.#options.provider });
    return item !== undefined;
  }

  #give(given: StreamEvent[], most: number): void {
    const unread = this.#unread;
    for (const event of unread) {
      if (given.length === most || this.#state !== 'running') break;
      this.#take(event, given);
    }
    this.#unread = given.length === unread.length ? NONE : unread.slice(given.length);
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
      this.#options.signal.removeEventListener('abort', this.#cancel);
      clearTimeout(this.#timer);
      this.#state = 'finished';
    }
    events.push(event);
  }

  /** After the `finish`: reads on to the end of the response, for as long as that takes next to no time. */
  #linger(): void {
    this.#state = 'lingering';
    const over = (): void => {
      this.#end();
      this.#close();
      this.#wake();
    };
    this.#timer = setTimeout(over, LINGER_MS);
    this.#readToEnd().then(over, over);
  }

  async #readToEnd(): Promise<void> {
    while ((await this.#source?.next())?.done === false);
  }

  /** Ends the call for an error of its source. */
  #stopFor(error: unknown): void {
    const { signal } = this.#options;
    this.#stop(signal.aborted ? cancelledError(this.#options) : toKnownError(error, this.#options));
  }

  /** Ends the call; the next `take()` throws the error. */
  #stop(error: ModelgraphError, reason?: unknown): void {
    this.#end();
    this.#state = 'stopped';
    this.#failure = error;
    this.#close(reason);
    this.#wake();
  }

  #throwFailure(): void {
    this.#state = 'over';
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * The caller's signal is aborted. A function: what listens as an object stays in memory until the next full collection, with
   * all that it refers to, since Node makes an async function for each.
   */
  readonly #cancel = (): void => this.#stop(cancelledError(this.#options), this.#options.signal.reason);

  readonly #wake = (): void => {
    const wake = this.#waiting;
    this.#waiting = undefined;
    wake?.();
  };

  #end(): void {
    this.#state = 'over';
    this.#unread = NONE;
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#cancel);
  }

  /** Aborts the call and lets go of its source. */
  #close(reason: unknown = CALL_IS_OVER): void {
    this.#call.abort(reason);
    this.#source?.return().catch(ignore);
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
