import type { AppliedLimit, LimitState } from '../../../core/rate-limit.ts';
import {
  advanceWindow,
  EMPTY_WINDOW,
  findWaitMs,
  levelOf,
  remainingOf,
  type WindowState,
} from '../../../lib/sliding-window.ts';
import type { StoreFallback } from './store-fallback.ts';

/** What became of an amount that was asked for. `waitMs`: how long it takes until it may be used; 0: it was. */
export interface Verdict {
  readonly isGranted: boolean;
  readonly waitMs: number;
  readonly state: LimitState;
}

interface Ask {
  readonly amount: number;
  readonly answer: PromiseWithResolvers<Verdict>;
}

/** How long what the store has answered is believed where it refuses, in milliseconds: another node may give something back. */
const BELIEVED_MS = 5_000;

/**
 * Counts what one account uses in a window. Over nodes by one statement: those who ask while one is under way are counted
 * together with the next. What the store has answered is remembered, so that an account that has reached its limit costs
 * the store nothing.
 */
export class WindowCounter {
  readonly #windowMs: number;
  readonly #fallback: StoreFallback;
  readonly #now: () => number;
  readonly #waiting: Ask[] = [];
  #limit: AppliedLimit;
  /** As far as this node knows: what other nodes have used since is not in it. */
  #state: WindowState = EMPTY_WINDOW;
  /** How far the store's clock is ahead of this node's, in milliseconds. */
  #aheadMs = 0;
  /** When the store has answered, by this node's clock. */
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  /** What is to be counted with the next statement, whatever the limit. */
  #added = 0;
  #isAsking = false;

  constructor(limit: AppliedLimit, windowMs: number, fallback: StoreFallback, now: () => number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#fallback = fallback;
    this.#now = now;
  }

  /** Whether it can be forgotten: nothing counts, and nothing is under way. */
  get isIdle(): boolean {
    if (this.#isAsking) return false;
    this.#advance();
    return levelOf(this.#state, this.#clock(), this.#windowMs) < 1;
  }

  take(limit: AppliedLimit, amount: number): Promise<Verdict> {
    this.#limit = limit;
    const isKnown = this.#now() - this.#answeredAtMs < BELIEVED_MS;
    if (!limit.isShared || (isKnown && this.#remaining() < amount))
      return Promise.resolve(this.#takeHere(amount));
    const answer = Promise.withResolvers<Verdict>();
    this.#waiting.push({ amount, answer });
    this.#askStore();
    return answer.promise;
  }

  /** Counts an amount whatever the limit; a negative one gives back what was taken. */
  add(limit: AppliedLimit, amount: number): void {
    this.#limit = limit;
    if (!limit.isShared) return this.#count(amount);
    this.#added += amount;
    this.#askStore();
  }

  async read(limit: AppliedLimit): Promise<LimitState> {
    this.#limit = limit;
    if (limit.isShared && !this.#isAsking) {
      const stored = await this.#fallback.ask(
        async (store) => (await store.readWindow(limit)) ?? { state: EMPTY_WINDOW, nowMs: this.#clock() },
      );
      if (stored !== null) this.#take(stored.state, stored.nowMs);
    }
    return this.#toState();
  }

  #clock(): number {
    return this.#now() + this.#aheadMs;
  }

  #advance(): void {
    this.#state = advanceWindow(this.#state, this.#clock(), this.#windowMs);
  }

  #take(state: WindowState, nowMs: number): void {
    this.#answeredAtMs = this.#now();
    this.#aheadMs = nowMs - this.#answeredAtMs;
    this.#state = state;
  }

  #count(amount: number): void {
    this.#advance();
    this.#state = { ...this.#state, used: Math.max(0, this.#state.used + amount) };
  }

  #remaining(): number {
    this.#advance();
    return remainingOf(this.#state, this.#clock(), this.#windowMs, this.#limit.limit);
  }

  #toState(): LimitState {
    const remaining = this.#remaining();
    const { name, limit } = this.#limit;
    const windowMs = this.#windowMs;
    // By this node's clock, as everything that clients see.
    const resetsAtMs = this.#state.beginsAtMs + windowMs - this.#aheadMs;
    return { name, limit, windowMs, remaining, resetsAtMs };
  }

  #toVerdict(amount: number, isGranted: boolean): Verdict {
    const state = this.#toState();
    const asked = { windowMs: this.#windowMs, limit: this.#limit.limit, amount };
    const waitMs = isGranted ? 0 : findWaitMs(this.#state, this.#clock(), asked);
    return { isGranted, waitMs, state };
  }

  #takeHere(amount: number): Verdict {
    const isGranted = this.#remaining() >= amount;
    if (isGranted) this.#count(amount);
    return this.#toVerdict(amount, isGranted);
  }

  #askStore(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#askAll().catch((error: unknown) => {
      for (const { answer } of this.#waiting.splice(0)) answer.reject(error);
    });
  }

  async #askAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0 || this.#added !== 0) {
        const asks = this.#waiting.splice(0);
        const added = this.#added;
        this.#added = 0;
        try {
          await this.#askOnce(asks, added);
        } catch (error) {
          for (const { answer } of asks) answer.reject(error);
          throw error;
        }
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #askOnce(asks: readonly Ask[], added: number): Promise<void> {
    const asked = asks.reduce((sum, { amount }) => sum + amount, 0);
    const limit = this.#limit;
    const stored = await this.#fallback.ask((store) => store.take(limit, this.#windowMs, { added, asked }));
    if (stored === null) {
      this.#count(added);
      for (const { amount, answer } of asks) answer.resolve(this.#takeHere(amount));
      return;
    }
    this.#take(stored.state, stored.nowMs);
    let left = stored.granted;
    for (const { amount, answer } of asks) {
      const isGranted = amount <= left;
      if (isGranted) left -= amount;
      answer.resolve(this.#toVerdict(amount, isGranted));
    }
    this.#added -= left;
  }
}
