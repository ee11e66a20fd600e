/**
 * A state that is reached, left and reached again, and those who wait for it. Nothing is kept for it while none waits.
 */
export class RepeatedWait<T> {
  #waiting: PromiseWithResolvers<T> | undefined;
  #calledBack: ((value: T) => void) | undefined;
  #reached: { readonly value: T } | undefined;

  /** Resolves once it is reached, at once where it is. */
  wait(): Promise<T> {
    if (this.#reached !== undefined) return Promise.resolve(this.#reached.value);
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /**
   * As `wait`, once, without the promise and what it holds while it is waited for: calls back after the present turn's own work, as
   * a promise would.
   */
  callBack(handle: (value: T) => void): void {
    if (this.#reached === undefined) {
      this.#calledBack = handle;
      return;
    }
    const { value } = this.#reached;
    queueMicrotask(() => handle(value));
  }

  reach(value: T): void {
    this.#reached = { value };
    const handle = this.#calledBack;
    this.#calledBack = undefined;
    if (handle !== undefined) this.callBack(handle);
    this.#waiting?.resolve(value);
    this.#waiting = undefined;
  }

  leave(): void {
    this.#reached = undefined;
  }
}
