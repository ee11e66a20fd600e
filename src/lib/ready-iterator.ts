/** An iterator of live items that also hands out what is there already, without a promise for each. */
export interface ReadyIterator<T> extends AsyncIterableIterator<T, undefined, undefined> {
  /** The next item, if it is there; undefined while none is, and after the last one. Throws where the source failed. */
  take(): T | undefined;
  /** Whether every item there will ever be has been taken, or the iterator was returned. */
  readonly hasEnded: boolean;
  /** Whether other iterators may give the very same items at the same time; left out: it is not known. */
  readonly isShared?: boolean;
  /** Calls back once, as soon as there may be something to take or `hasEnded` has changed; never before it returns. */
  whenReady(wake: () => void): void;
  return(): Promise<IteratorResult<T, undefined>>;
}

const OVER = { done: true, value: undefined } as const;

/** What a source says while it is closed: the consumer has left. */
const ignore = (): void => undefined;

/** The items of a source, one at a time, each asked for when a consumer waits for it. */
class AwaitedItems<T> implements ReadyIterator<T> {
  readonly #source: AsyncIterator<T, unknown, undefined>;
  readonly #signal: AbortSignal | undefined;
  readonly #waiting: (() => void)[] = [];
  #item: T | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;
  #isAsking = false;

  constructor(source: AsyncIterator<T, unknown, undefined>, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
    signal?.addEventListener('abort', this);
    if (signal?.aborted === true) this.handleEvent();
  }

  get hasEnded(): boolean {
    return this.#isOver && !this.#isReady;
  }

  take(): T | undefined {
    const item = this.#item;
    const failure = this.#failure;
    this.#item = undefined;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return item;
  }

  whenReady(wake: () => void): void {
    this.#waiting.push(wake);
    if (this.#isOver || this.#isReady) setImmediate(() => this.#wake());
    else if (!this.#isAsking) void this.#ask();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const value = this.take();
      if (value !== undefined) return { done: false, value };
      if (this.hasEnded) return OVER;
      await new Promise<void>((resolve) => {
        this.whenReady(resolve);
      });
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    await this.#source.return?.();
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.#leave();
    (async () => this.#source.return?.())().catch(ignore);
  }

  get #isReady(): boolean {
    return this.#item !== undefined || this.#failure !== undefined;
  }

  /** Never rejects: what the source throws is thrown where its item would have been taken. */
  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      const result = await this.#source.next();
      if (result.done === true) this.#end();
      else if (!this.#isOver) this.#item = result.value;
    } catch (error) {
      if (!this.#isOver) this.#failure = { error };
      this.#end();
    }
    this.#isAsking = false;
    this.#wake();
  }

  #leave(): void {
    this.#item = undefined;
    this.#failure = undefined;
    this.#end();
    this.#wake();
  }

  #end(): void {
    this.#isOver = true;
    this.#signal?.removeEventListener('abort', this);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/**
 * The items of a source as a ready iterator; none may be undefined. The source is never asked for an item before a
 * consumer waits for it. `return()`, and aborting the signal, end the iterator at once and return the source.
 */
export const toReadyIterator = <T>(source: AsyncIterable<T>, signal?: AbortSignal): ReadyIterator<T> =>
  new AwaitedItems(source[Symbol.asyncIterator](), signal);

/** An iterator of no items, which has ended from the beginning. */
export const createEndedIterator = <T>(): ReadyIterator<T> => ({
  hasEnded: true,
  take: () => undefined,
  whenReady: (wake) => void setImmediate(wake),
  next: () => Promise.resolve(OVER),
  return: () => Promise.resolve(OVER),
  [Symbol.asyncIterator]() {
    return this;
  },
});
