/** An iterator of live items that also hands out what is there already, without a promise for each. */
export interface ReadyIterator<T> extends AsyncIterableIterator<T, undefined, undefined> {
  /** The next item, if it is there; undefined while none is, and after the last one. */
  take(): T | undefined;
  /** Whether every item there will ever be has been taken, or nothing is wanted any more. */
  readonly hasEnded: boolean;
  /** Calls back once, as soon as there may be something to take or `hasEnded` has changed; never before it returns. */
  whenReady(wake: () => void): void;
}

export const isReadyIterator = <T>(
  iterator: AsyncIterator<T> | ReadyIterator<T>,
): iterator is ReadyIterator<T> => 'take' in iterator && 'whenReady' in iterator;
