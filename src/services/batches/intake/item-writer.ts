import type { BatchStore, NewItem } from '../../../stores/batches/batch-store.ts';
import type { BatchPlan } from './batch-plan.ts';
import type { BatchSubmission } from './batch-submission.ts';

/** Items are stored so many at a time, large ones fewer: before a second collection of the young generation while they wait. */
const ITEMS_A_WRITE = 250;
const DAY_MS = 86_400_000;

const BYTES_A_WRITE = 4 * 1024 * 1024;

/** Stores the items of one batch as they come, many at a time; creates the batch with the first of them. */
export class ItemWriter {
  readonly #store: BatchStore;
  readonly #id: string;
  readonly #submission: BatchSubmission;
  #isCreated = false;
  #waiting: string[] = [];
  #waitingBytes = 0;

  constructor(store: BatchStore, id: string, submission: BatchSubmission) {
    this.#store = store;
    this.#id = id;
    this.#submission = submission;
  }

  /** Whether anything of the batch is stored. */
  get isCreated(): boolean {
    return this.#isCreated;
  }

  /** Whether enough has come to be worth a write. */
  get isFull(): boolean {
    return this.#waiting.length >= ITEMS_A_WRITE || this.#waitingBytes >= BYTES_A_WRITE;
  }

  /** Of what has come and is not stored yet, about. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  add(item: NewItem, bytes: number): void {
    this.#waiting.push(this.#store.encodeItem(item));
    this.#waitingBytes += bytes;
  }

  /** Drops what has not been stored: the batch is going to be refused. */
  clear(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Stores what has come. Gives false, and stores none of it, where the batch has taken longer than an hour to come in. */
  async flush({ config, mode, keyId, warnings }: BatchPlan): Promise<boolean> {
    if (this.#waiting.length === 0) return true;
    const { principal, displayName, metadata } = this.#submission;
    if (!this.#isCreated) {
      const record = { displayName, metadata, config, warnings, ...(keyId !== null && { keyId }) };
      const { retentionDays } = principal.access;
      const retentionMs = retentionDays === null ? null : retentionDays * DAY_MS;
      await this.#store.create({ id: this.#id, principalId: principal.id, mode, retentionMs, ...record });
    }
    this.#isCreated = true;
    const isTaken = await this.#store.addItems(this.#id, this.#waiting);
    this.clear();
    return isTaken;
  }
}
