/**
 * Runs one piece of work at a time. Requests that come while it runs have it run once more when it has ended, however
 * many they are: what the last run finds includes everything that any of them was made for.
 */
export class SingleFlight {
  readonly #work: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #running: Promise<void> | undefined;
  #isRequested = false;

  /** Errors of the work go to `onError`; neither `run` nor `settled` ever rejects. */
  constructor(work: () => Promise<void>, onError: (error: unknown) => void) {
    this.#work = work;
    this.#onError = onError;
  }

  /** Requests a run. Resolves when no run is left that was requested up to then. */
  run(): Promise<void> {
    this.#isRequested = true;
    this.#running ??= this.#runRequested();
    return this.#running;
  }

  /** Drops the request for another run. Resolves when nothing runs; what is requested from then on runs as ever. */
  async settled(): Promise<void> {
    this.#isRequested = false;
    await this.#running;
  }

  async #runRequested(): Promise<void> {
    try {
      while (this.#isRequested) {
        this.#isRequested = false;
        // Work that throws before its first wait rejects as well, so that this never ends before `run` has returned.
        await (async () => this.#work())().catch(this.#onError);
      }
    } finally {
      this.#running = undefined;
    }
  }
}
