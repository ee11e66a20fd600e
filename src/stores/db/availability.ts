import type { ServiceLog } from '../../core/service-log.ts';
import { Listeners } from './listeners.ts';
import { type StoreFailure, StoreUnavailable } from '../../core/store-errors.ts';

/** Why a statement failed: the engine cannot be used, it had no time for this one, or the statement is wrong. */
export type FailureKind = StoreFailure | 'defect';

/** What an operator reads of a store that cannot be used. */
const REASONS: Readonly<Record<StoreFailure, string>> = {
  away: 'the database cannot be reached or written to',
  full: 'the disk of the database is full',
  damaged: 'the file of the database is damaged: restore it from a backup',
  deleted: 'the files of the database were deleted or replaced while the server runs: restart it',
  busy: 'the database is busy: a table or a row has been locked for too long',
};

/**
 * Whether the engine can be used, by what came of the last statement. One that could not write is up again once it has
 * written: what can still be read says nothing of a disk that is full.
 */
export class Availability {
  readonly #log: ServiceLog | null;
  readonly #listeners = new Listeners<boolean>();
  #up = true;
  /** Why the latest write has failed; null where it has not. */
  #failedWrite: StoreFailure | null = null;

  constructor(log: ServiceLog | null) {
    this.#log = log;
  }

  get up(): boolean {
    return this.#up;
  }

  onChange(handle: (up: boolean) => void): () => void {
    return this.#listeners.add(handle);
  }

  /** Whether the latest write failed because the disk was full. */
  get isFull(): boolean {
    return this.#failedWrite === 'full';
  }

  /**
   * Notes that statements have worked. `wrote`: what they have changed is stored. `hasRoom`: false where the disk was full and
   * still is, since a row that is changed in its place says nothing of rows that are added.
   */
  noteSuccess(wrote: boolean, hasRoom = true): void {
    if (this.#up || (this.#failedWrite !== null && !wrote)) return;
    if (this.isFull && !hasRoom) return;
    this.#failedWrite = null;
    this.#change(true);
    this.#log?.info({}, 'the store can be used again');
  }

  /**
   * Notes that a statement failed and gives the error to throw for it. A read that had to wait for too long says nothing of the
   * engine, which answers others.
   */
  toError(error: unknown, kind: FailureKind, writes: boolean): unknown {
    if (kind === 'defect') return error;
    if (writes) this.#failedWrite = kind;
    if ((kind !== 'busy' || writes) && this.#up) {
      this.#change(false);
      this.#log?.error({ err: error, failure: kind }, `the store cannot be used: ${REASONS[kind]}`);
    }
    return new StoreUnavailable(error, kind);
  }

  #change(up: boolean): void {
    this.#up = up;
    this.#listeners.tell(up);
  }
}
