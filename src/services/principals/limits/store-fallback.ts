import type { ServiceLog } from '../../../core/service-log.ts';
import { isStoreUnavailable } from '../../../core/store-errors.ts';
import type { RateLimitStore } from '../../../stores/principals/rate-limit-store.ts';

export interface StoreFallbackOptions {
  /** null: this node is the only one, and counts in memory. */
  readonly store: RateLimitStore | null;
  readonly log: ServiceLog;
  /** How long an answer is waited for, in milliseconds. */
  readonly answerMs: number;
  /** How long the store is not asked again after it has failed, in milliseconds. */
  readonly retryMs: number;
}

export const FALLBACK_TIMING = { answerMs: 1_000, retryMs: 5_000 };

/**
 * Asks the store that the nodes share. While that is away there is no answer, and the node counts what it knows by itself: a
 * limit is worth no outage. The log says when that begins and ends.
 */
export class StoreFallback {
  readonly #options: StoreFallbackOptions;
  readonly #backHandlers = new Set<() => void>();
  #isAway = false;
  /** By `performance.now()`. */
  #retryAt = 0;
  #stopListening: (() => void) | undefined;

  constructor(options: StoreFallbackOptions) {
    this.#options = options;
  }

  /** Whether this node counts by itself although it shares a store with others. */
  get isAway(): boolean {
    return this.#isAway;
  }

  start(): void {
    this.#stopListening = this.#options.store?.onAvailability((up) => {
      if (up) this.#noteBack();
      else this.#noteAway();
    });
  }

  stop(): void {
    this.#stopListening?.();
  }

  /** Called when the store has come back. */
  onBack(handle: () => void): void {
    this.#backHandlers.add(handle);
  }

  /** Resolves with null where there is no store, or it is away. Throws on defects only. */
  async ask<T>(question: (store: RateLimitStore) => Promise<T>): Promise<T | null> {
    const { store, answerMs } = this.#options;
    if (store === null || !this.#mayAsk(store)) return null;
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), answerMs);
    try {
      const answer = await Promise.race([question(store), late.promise]);
      if (answer === null) this.#noteAway();
      else this.#noteBack();
      return answer;
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error;
      this.#noteAway();
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  #mayAsk(store: RateLimitStore): boolean {
    if (store.isUp()) return !this.#isAway || performance.now() >= this.#retryAt;
    this.#noteAway();
    return false;
  }

  #noteAway(): void {
    this.#retryAt = performance.now() + this.#options.retryMs;
    if (this.#isAway) return;
    this.#isAway = true;
    this.#options.log.error(
      {},
      'the store that counts rate limits is away: until it is back, this server counts what it knows by itself',
    );
  }

  #noteBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.log.info({}, 'the store counts rate limits again');
    for (const handle of this.#backHandlers) handle();
  }
}
