/**
 * Functions that are called after each change. One that throws keeps nothing else from going on: its error is reported as
 * that of an event listener is, outside of what has changed.
 */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  get size(): number {
    return this.#listeners.size;
  }

  /** Returns how to remove the listener. */
  add(listener: () => void): () => void {
    // A function of its own, so that one listener can be added twice.
    const added = (): void => listener();
    this.#listeners.add(added);
    return () => void this.#listeners.delete(added);
  }

  notify(): void {
    for (const listener of this.#listeners)
      try {
        listener();
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}
