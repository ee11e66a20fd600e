/**
 * A state that is reached, left and reached again, and those who wait for it. Nothing is kept for it while none waits.
 */
export class RepeatedWait<T> {
  #waiting: PromiseWithResolvers<T> | undefined;
  #reached: { readonly value: T } | undefined;

  /** Resolves once it is reached, at once where it is. */
  wait(): Promise<T> {
    if (this.#reached !== undefined) return Promise.resolve(this.#reached.value);
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  reach(value: T): void {
    this.#reached = { value };
    this.#waiting?.resolve(value);
    this.#waiting = undefined;
  }

  leave(): void {
    this.#reached = undefined;
  }
}
