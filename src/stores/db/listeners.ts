/** Functions called with a value, in the order they were added. */
export class Listeners<Value> {
  readonly #handles = new Set<{ readonly handle: (value: Value) => void }>();

  get size(): number {
    return this.#handles.size;
  }

  /** Gives a function that takes it out again. */
  add(handle: (value: Value) => void): () => void {
    const entry = { handle };
    this.#handles.add(entry);
    return () => this.#handles.delete(entry);
  }

  /**
   * Calls each of them. What one throws is thrown once more outside of the caller, as an uncaught exception: neither the others
   * nor the caller notice it.
   */
  tell(value: Value): void {
    for (const { handle } of this.#handles) {
      try {
        handle(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
