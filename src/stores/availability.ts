import { Listeners } from './listeners.ts';
import { StoreUnavailable } from './store-unavailable.ts';

/** Whether the engine answers, by what came of the last statement. */
export class Availability {
  readonly #listeners = new Listeners<boolean>();
  #up = true;

  get up(): boolean {
    return this.#up;
  }

  onChange(handle: (up: boolean) => void): () => void {
    return this.#listeners.add(handle);
  }

  note(up: boolean): void {
    if (up === this.#up) return;
    this.#up = up;
    this.#listeners.tell(up);
  }

  /** A statement has failed. Gives the error to throw for it. */
  failed(error: unknown, isUnavailable: boolean): unknown {
    if (error instanceof StoreUnavailable || !isUnavailable) return error;
    this.note(false);
    return new StoreUnavailable(error);
  }
}
