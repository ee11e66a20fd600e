import type { AppliedLimit } from '../../../core/rate-limit.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** Bytes that are counted at once of a body whose length is not announced. */
const STEP_BYTES = 256 * 1024;

/** Counts the bytes of one upload before they are stored, many at a time; what has not come is given back. */
export class UploadMeter {
  readonly #limiter: RateLimiter;
  readonly #limits: readonly AppliedLimit[];
  #taken = 0;
  #come = 0;

  constructor(limiter: RateLimiter, limits: readonly AppliedLimit[]) {
    this.#limiter = limiter;
    this.#limits = limits;
  }

  /** Before any byte is read. Rejects with `RateLimited` where all of what is announced does not fit. */
  announce(bytes: number): Promise<void> {
    // At least one, so that nothing is read for an account whose limit is reached.
    return this.#take(Math.max(1, bytes));
  }

  /** Rejects with `RateLimited`; undefined, at once: what has come was counted before. */
  note(bytes: number): Promise<void> | undefined {
    this.#come += bytes;
    const missing = this.#come - this.#taken;
    return missing > 0
      ? this.#take(missing < STEP_BYTES && this.#hasRoom() ? STEP_BYTES : missing)
      : undefined;
  }

  /** The upload is over. */
  end(): void {
    this.#limiter.add(this.#limits, this.#come - this.#taken);
    this.#taken = this.#come;
  }

  /** Near a limit every byte is counted by itself, so that the last ones can be used. */
  #hasRoom(): boolean {
    return this.#limits.every(({ limit }) => limit >= this.#taken + 4 * STEP_BYTES);
  }

  async #take(bytes: number): Promise<void> {
    await this.#limiter.take(this.#limits, bytes);
    this.#taken += bytes;
  }
}
