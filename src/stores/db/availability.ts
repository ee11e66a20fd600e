import { Listeners } from './listeners.ts';
import { StoreUnavailable } from '../../core/store-errors.ts';

/** Why a statement failed: the engine cannot be used, it had no time for this one, or the statement is wrong. */
export type FailureKind = 'away' | 'busy' | 'defect';

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

  /** Notes that a statement failed and gives the error to throw for it. */
  toError(error: unknown, kind: FailureKind): unknown {
    if (kind === 'away') this.note(false);
    return kind === 'defect' ? error : new StoreUnavailable(error);
  }
}
