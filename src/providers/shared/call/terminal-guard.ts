import { type ModelgraphError, ProviderError, findModelgraphError } from '../../../core/errors.ts';
import type { StreamEvent } from '../../../core/stream-event.ts';
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
  readonly open: (signal: AbortSignal, expectContent: () => void) => AsyncIterable<StreamEvent>;
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
 * Can be consumed once: the upstream call is made once.
 */
export const guardStream = (options: TerminalGuardOptions): AsyncIterableIterator<StreamEvent> =>
  new GuardedStream(options);

type NextEvent = PromiseWithResolvers<IteratorResult<StreamEvent>>;

const OVER = { done: true, value: undefined } as const;

class GuardedStream implements AsyncIterableIterator<StreamEvent> {
  readonly #options: TerminalGuardOptions;
  readonly #call = new AbortController();
  readonly #events: AsyncGenerator<StreamEvent>;
  readonly #waiting = new Set<NextEvent>();
  #state: 'idle' | 'running' | 'stopped' | 'over' = 'idle';
  /** What the next `next()` rejects with, while the state is `stopped`. */
  #failure: ModelgraphError | undefined;
  /** Runs until the first content. */
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TerminalGuardOptions) {
    this.#options = options;
    this.#events = readGuarded(options, this.#call, () => this.#expectContent());
  }

  next(): Promise<IteratorResult<StreamEvent>> {
    const next: NextEvent = Promise.withResolvers();
    if (this.#state === 'idle') this.#start();
    if (this.#state === 'running') this.#pass(next);
    else if (this.#state === 'stopped') {
      this.#end();
      next.reject(this.#failure);
    } else next.resolve(OVER);
    return next.promise;
  }

  return(): Promise<IteratorResult<StreamEvent>> {
    this.#end();
    this.#call.abort();
    for (const next of this.#waiting) next.resolve(OVER);
    this.#waiting.clear();
    this.#events.return(undefined).catch(ignore);
    return Promise.resolve(OVER);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The caller's signal is aborted. */
  handleEvent(): void {
    this.#stop(cancelledError(this.#options), this.#options.signal.reason);
  }

  #start(): void {
    const { signal } = this.#options;
    this.#state = 'running';
    if (signal.aborted) return this.handleEvent();
    signal.addEventListener('abort', this);
    this.#expectContent();
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

  #pass(next: NextEvent): void {
    this.#waiting.add(next);
    this.#events.next().then(
      (result) => {
        this.#waiting.delete(next);
        if (result.done === true) this.#end();
        else this.#note(result.value);
        next.resolve(result);
      },
      (error: unknown) => {
        this.#waiting.delete(next);
        this.#end();
        next.reject(error);
      },
    );
  }

  #note(event: StreamEvent): void {
    if (this.#timer !== undefined && isContent(event)) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    // A turn that is complete cannot be cancelled any more.
    if (event.type === 'finish') this.#options.signal.removeEventListener('abort', this);
  }

  /** Ends the call; a pending `next()` rejects now, or else the one that comes next. */
  #stop(error: ModelgraphError, reason: unknown): void {
    const isAwaited = this.#waiting.size > 0;
    this.#end();
    if (!isAwaited) {
      this.#state = 'stopped';
      this.#failure = error;
    }
    this.#call.abort(reason);
    for (const next of this.#waiting) next.reject(error);
    this.#waiting.clear();
  }

  #end(): void {
    this.#state = 'over';
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this);
  }
}

/** For what a source says while it is being closed: its call is over and has been reported. */
const ignore = (): void => undefined;

const cancelledError = ({ provider, signal }: TerminalGuardOptions): ModelgraphError =>
  new ProviderError('GENERATION_CANCELLED', { provider, cause: signal.reason });

async function* readGuarded(
  options: TerminalGuardOptions,
  call: AbortController,
  expectContent: () => void,
): AsyncGenerator<StreamEvent> {
  const { provider, signal } = options;
  const check = new AnswerCheck(options);
  let hasContent = false;
  let source: AsyncIterator<StreamEvent> | undefined;
  try {
    source = options.open(call.signal, expectContent)[Symbol.asyncIterator]();
    for (let item = await source.next(); item.done !== true; item = await source.next()) {
      const event = check.take(item.value);
      if (event.type === 'text-delta' || event.type === 'tool-call') hasContent = true;
      if (event.type !== 'finish') {
        yield event;
        continue;
      }
      if (event.reason === 'content-filter' && !hasContent) {
        if (event.usage !== null) yield { type: 'usage', usage: event.usage };
        throw new ProviderError('CONTENT_FILTERED', { provider, vendorMessage: event.rawReason });
      }
      yield event;
      await drain(source);
      return;
    }
  } catch (error) {
    if (signal.aborted) throw cancelledError(options);
    throw toKnownError(error, options);
  } finally {
    call.abort();
    source?.return?.().catch(ignore);
  }
  if (signal.aborted) throw cancelledError(options);
  throw new ProviderError('STREAM_TRUNCATED', { provider });
}

/** What a vendor sends may be more than the code that explains it can bear; the vendor has failed all the same. */
const toKnownError = (error: unknown, { provider, mapError }: TerminalGuardOptions): ModelgraphError => {
  try {
    return findModelgraphError(error) ?? mapTransportError(error, provider) ?? mapError(error);
  } catch (cause) {
    const vendorMessage = `what the provider sent cannot be read: ${String(error).slice(0, 200)}`;
    return new ProviderError('PROVIDER_FAILED', { provider, vendorMessage, cause });
  }
};

/** Reads on to the end of the response, for as long as that takes next to no time. */
const drain = async (source: AsyncIterator<StreamEvent>): Promise<void> => {
  const { promise: lingered, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LINGER_MS);
  const readOn = async (): Promise<void> => {
    while ((await source.next()).done !== true);
  };
  await Promise.race([readOn().catch(ignore), lingered]);
  clearTimeout(timer);
};
