import type { Worker } from 'node:cluster';
import type { WorkerState } from '../core/server-worker.ts';

/** A worker that has served for so long has not died at its start, in milliseconds. */
const STABLE_MS = 10_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

/** The place of one worker: its number stays while processes come and go in it. */
export class WorkerSlot {
  readonly number: number;
  worker: Worker | null = null;
  state: WorkerState = 'down';
  /** Why the process in it could not start, in its own words; null: it has said nothing. */
  reason: string | null = null;
  /** Of the next start. */
  timer: NodeJS.Timeout | undefined;
  /** Deaths in a row, each soon after a start. */
  #deaths = 0;
  /** By `performance.now()`; null: it does not serve yet. */
  #readySince: number | null = null;

  constructor(number: number) {
    this.number = number;
  }

  begin(worker: Worker): void {
    this.worker = worker;
    this.state = 'starting';
    this.reason = null;
    this.#readySince = null;
  }

  noteReady(): void {
    this.state = 'ready';
    this.#readySince = performance.now();
  }

  /** Gives whether the process that has ended ever served, and how long the next one has to wait, in milliseconds. */
  end(): { readonly hasServed: boolean; readonly retryMs: number } {
    const hasServed = this.#readySince !== null;
    const isStable = this.#readySince !== null && performance.now() - this.#readySince >= STABLE_MS;
    this.worker = null;
    this.state = 'down';
    this.#deaths = isStable ? 0 : this.#deaths + 1;
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, this.#deaths - 1), LONGEST_RETRY_MS);
    return { hasServed, retryMs };
  }
}
