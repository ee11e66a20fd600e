import { type AppliedLimit, type LimitState, RETRY_AT_ONCE_MS } from '../../../core/rate-limit.ts';
import type { StoreFallback } from './store-fallback.ts';
import type { Verdict } from './window-counter.ts';

/**
 * Counts what one account holds open at once: over nodes by one statement, which writes how many this node holds. Those who
 * ask while one is under way are counted together with the next. What a node held that has died counts until its lease
 * has run out.
 */
export class HoldCounter {
  readonly #fallback: StoreFallback;
  readonly #now: () => number;
  readonly #waiting: PromiseWithResolvers<Verdict>[] = [];
  #limit: AppliedLimit;
  #own = 0;
  /** How many of its own the store has; null: that is not known. */
  #written: number | null = 0;
  #others = 0;
  #isAsking = false;

  constructor(limit: AppliedLimit, fallback: StoreFallback, now: () => number) {
    this.#limit = limit;
    this.#fallback = fallback;
    this.#now = now;
  }

  /** Whether it can be forgotten: nothing is open, and the store says so as well; while that is away, memory counts for more. */
  get isIdle(): boolean {
    const isWritten = this.#written === 0 || this.#fallback.isAway;
    return this.#own === 0 && isWritten && !this.#isAsking;
  }

  /** How many this node holds, and the others as far as it knows. */
  get count(): number {
    return this.#own + this.#others;
  }

  acquire(limit: AppliedLimit): Promise<Verdict> {
    this.#limit = limit;
    if (!limit.isShared || this.#own >= limit.limit) return Promise.resolve(this.#acquireHere());
    const answer = Promise.withResolvers<Verdict>();
    this.#waiting.push(answer);
    this.#askStore();
    return answer.promise;
  }

  release(): void {
    this.#own -= 1;
    if (this.#limit.isShared) this.#askStore();
  }

  async read(limit: AppliedLimit): Promise<LimitState> {
    this.#limit = limit;
    if (limit.isShared) this.#others = (await this.#fallback.ask((store) => store.readOthers(limit))) ?? 0;
    return this.#toState();
  }

  /** Writes how many this node holds: the store may have missed it, or taken this node for dead. */
  rewrite(): void {
    // What was released while the store was away is open there.
    if (!this.#limit.isShared || (this.#own === 0 && this.#written === 0)) return;
    this.#written = null;
    this.#askStore();
  }

  #toState(): LimitState {
    const { name, limit } = this.#limit;
    return { name, limit, windowMs: 0, remaining: Math.max(0, limit - this.count), resetsAtMs: this.#now() };
  }

  #toVerdict(isGranted: boolean): Verdict {
    return { isGranted, waitMs: isGranted ? 0 : RETRY_AT_ONCE_MS, state: this.#toState() };
  }

  #acquireHere(): Verdict {
    const isGranted = this.#own < this.#limit.limit;
    if (isGranted) this.#own += 1;
    return this.#toVerdict(isGranted);
  }

  #askStore(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#askAll().catch((error: unknown) => {
      for (const answer of this.#waiting.splice(0)) answer.reject(error);
    });
  }

  async #askAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0 || this.#own !== this.#written) {
        const asks = this.#waiting.splice(0);
        try {
          if (!(await this.#askOnce(asks))) return;
        } catch (error) {
          for (const answer of asks) answer.reject(error);
          throw error;
        }
      }
    } finally {
      this.#isAsking = false;
    }
  }

  /** Gives whether the store has answered. */
  async #askOnce(asks: readonly PromiseWithResolvers<Verdict>[]): Promise<boolean> {
    const limit = this.#limit;
    const kept = this.#own;
    const stored = await this.#fallback.ask((store) => store.hold(limit, { kept, asked: asks.length }));
    if (stored === null) {
      this.#written = null;
      this.#others = 0;
      for (const answer of [...asks, ...this.#waiting.splice(0)]) answer.resolve(this.#acquireHere());
      return false;
    }
    this.#written = stored.own;
    this.#others = stored.others;
    const granted = stored.own - kept;
    // Some may have been released meanwhile.
    this.#own += granted;
    for (const [index, answer] of asks.entries()) answer.resolve(this.#toVerdict(index < granted));
    return true;
  }
}
