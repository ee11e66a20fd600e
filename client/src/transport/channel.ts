/** What is pushed, read as an iteration; what was pushed before the end is read before it. */
export interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void;
  /** Ends the iteration; with an error, by throwing that. Only the first call counts. */
  end(error?: Error): void;
}

/** `onLeave` is called when the reader leaves before the end. */
export const createChannel = <T>(onLeave: () => void): Channel<T> => {
  let pending: T[] = [];
  let ended: { readonly error: Error | undefined } | undefined;
  let wake: () => void = () => undefined;

  async function* read(): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const batch = pending;
        pending = [];
        yield* batch;
        if (pending.length > 0) continue;
        if (ended !== undefined) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      if (ended === undefined) onLeave();
    }
    if (ended.error !== undefined) throw ended.error;
  }

  return {
    push(value) {
      if (ended !== undefined) return;
      pending.push(value);
      wake();
    },
    end(error) {
      ended ??= { error };
      wake();
    },
    [Symbol.asyncIterator]: read,
  };
};
