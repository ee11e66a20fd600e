/** Live items, one after the other, which are handed out as they are there, without a promise for each. */
export interface ReadySource<T> {
  /** The next item, if it is there; undefined while none is, and after the last one. Throws where the source failed. */
  take(): T | undefined;
  /** Whether every item there will ever be has been taken, or the source was closed. */
  readonly hasEnded: boolean;
  /** Whether other iterators may give the very same items at the same time; left out: it is not known. */
  readonly isShared?: boolean;
  /** Calls back once, as soon as there may be something to take or `hasEnded` has changed; never before it returns. */
  whenReady(wake: () => void): void;
}

/** An iterator of live items that also hands out what is there already, without a promise for each. */
export interface ReadyIterator<T> extends ReadySource<T>, AsyncIterableIterator<T, undefined, undefined> {
  return(): Promise<IteratorResult<T, undefined>>;
}

const OVER = { done: true, value: undefined } as const;

/** The next item, once it is there; undefined at the end. Rejects where the source failed. */
export const takeNext = async <T>(source: ReadySource<T>): Promise<T | undefined> => {
  for (;;) {
    const item = source.take();
    if (item !== undefined || source.hasEnded) return item;
    await new Promise<void>((resolve) => {
      source.whenReady(resolve);
    });
  }
};

/** The next item as the result of an iterator, once it is there. Rejects where the source failed. */
export const toNextResult = async <T>(source: ReadySource<T>): Promise<IteratorResult<T, undefined>> => {
  const value = await takeNext(source);
  return value === undefined ? OVER : { done: false, value };
};

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
    signal?.addEventListener('abort', this.#abort);
    if (signal?.aborted === true) this.#abort();
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

  next(): Promise<IteratorResult<T, undefined>> {
    return toNextResult(this);
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    await this.#source.return?.();
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** A function: what listens as an object stays in memory until the next full collection, with all that it refers to. */
  readonly #abort = (): void => {
    this.#leave();
    (async () => this.#source.return?.())().catch(ignore);
  };

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
    this.#signal?.removeEventListener('abort', this.#abort);
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

/**
 * A class, since an object literal with a getter gets a shape of its own each time, which lives until the next full collection
 * with all that the getter refers to.
 */
class ItemsAtHand<T> implements ReadySource<T> {
  readonly #items: Iterator<T>;
  #hasEnded = false;

  constructor(items: Iterable<T>) {
    this.#items = items[Symbol.iterator]();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  take(): T | undefined {
    const item = this.#items.next();
    this.#hasEnded = item.done === true;
    return item.done === true ? undefined : item.value;
  }

  whenReady(wake: () => void): void {
    setImmediate(wake);
  }
}

/** The items of what is there already. */
export const toReadySource = <T>(items: Iterable<T>): ReadySource<T> => new ItemsAtHand(items);

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
