import {
  type AppliedLimit,
  type LimitState,
  RateLimited,
  RETRY_AT_ONCE_MS,
  WINDOWS_MS,
} from '../../../core/rate-limit.ts';
import { wait } from '../../../lib/wait.ts';
import { HoldCounter } from './hold-counter.ts';
import type { StoreFallback } from './store-fallback.ts';
import { type Verdict, WindowCounter } from './window-counter.ts';

export interface RateLimiterOptions {
  readonly fallback: StoreFallback;
  /** Milliseconds since 1970: the clock that windows go by where no store has one. */
  readonly now: () => number;
  /** Called with each limit that refuses something. */
  readonly onRefused: (limit: AppliedLimit) => void;
}

/** Something that counts as open until it is released, once. */
export interface Hold {
  release(): void;
}

export const NO_HOLD: Hold = { release: () => undefined };

/**
 * So many refusals in a row are answered at once; each one after them waits longer, so that a client that sends the next request
 * with each answer takes no time of the server from others.
 */
const PROMPT_REFUSALS = 10;
const DELAY_STEP_MS = 100;
const MAX_DELAY_MS = 5_000;

/** Counters that are kept, of each kind: of more accounts than that, some are forgotten. */
const MOST_COUNTERS = 50_000;

type Refusals = WeakMap<WindowCounter | HoldCounter, number>;

const nameOf = ({ name, account, isShared }: AppliedLimit): string =>
  `${name} ${isShared ? '' : 'node '}${account}`;

/** Finds a counter or creates it. Accounts come and go, so that counters are forgotten, the idle ones first. */
class Counters<Counter extends { readonly isIdle: boolean }> {
  readonly #create: (limit: AppliedLimit) => Counter;
  readonly #forgetsBusy: boolean;
  readonly #known = new Map<string, Counter>();

  /** `forgetsBusy`: where idle ones are not enough, the oldest are forgotten as well. */
  constructor(create: (limit: AppliedLimit) => Counter, { forgetsBusy }: { readonly forgetsBusy: boolean }) {
    this.#create = create;
    this.#forgetsBusy = forgetsBusy;
  }

  get(limit: AppliedLimit): Counter {
    const name = nameOf(limit);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_COUNTERS) this.#forget();
    const counter = this.#create(limit);
    this.#known.set(name, counter);
    return counter;
  }

  [Symbol.iterator](): Iterator<Counter> {
    return this.#known.values();
  }

  /** A tenth of them at least, so that it is not done for each new one. */
  #forget(): void {
    for (const [name, counter] of this.#known) if (counter.isIdle) this.#known.delete(name);
    if (!this.#forgetsBusy) return;
    const excess = this.#known.size - MOST_COUNTERS * 0.9;
    const oldest = this.#known.keys();
    for (let count = 0; count < excess; count += 1) this.#known.delete(oldest.next().value ?? '');
  }
}

const toFullVerdict = ({ name, limit }: AppliedLimit, resetsAtMs: number): Verdict => ({
  isGranted: false,
  waitMs: RETRY_AT_ONCE_MS,
  state: { name, limit, windowMs: 0, remaining: 0, resetsAtMs },
});

/** Counts what limits allow: each in its window, or for as long as it is open. */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #windows: Counters<WindowCounter>;
  readonly #holds: Counters<HoldCounter>;
  /** Refusals since the last time that a counter has granted something. */
  readonly #refusals: Refusals = new WeakMap();
  /** The same for what others count besides: the counter itself has granted a place by then. */
  readonly #refusalsBeside: Refusals = new WeakMap();
  readonly #closing = new AbortController();

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    const { fallback, now } = options;
    this.#windows = new Counters((limit) => new WindowCounter(limit, WINDOWS_MS[limit.name], fallback, now), {
      forgetsBusy: true,
    });
    // There are no more busy ones than is really open.
    this.#holds = new Counters((limit) => new HoldCounter(limit, fallback, now), { forgetsBusy: false });
    fallback.onBack(() => this.rewriteHolds());
  }

  /**
   * Counts an amount against each of the limits, or against none. Throws `RateLimited`, with `path`. Gives the limits as they
   * stand then.
   */
  async take(
    limits: readonly AppliedLimit[],
    amount: number,
    path?: readonly string[],
  ): Promise<readonly LimitState[]> {
    const states: LimitState[] = [];
    for (const [index, limit] of limits.entries()) {
      const counter = this.#windows.get(limit);
      const verdict = await counter.take(limit, amount);
      states.push(verdict.state);
      if (verdict.isGranted) {
        this.#refusals.delete(counter);
        continue;
      }
      this.add(limits.slice(0, index), -amount);
      await this.#delayRefusal(counter);
      throw this.#refuse(limit, verdict, path);
    }
    return states;
  }

  /** Counts an amount whatever the limits; a negative one gives back what was taken. */
  add(limits: readonly AppliedLimit[], amount: number): void {
    if (amount === 0) return;
    for (const limit of limits) this.#windows.get(limit).add(limit, amount);
  }

  /** Holds one open against each of the limits, or against none. Throws `RateLimited`, with `path`. */
  async hold(limits: readonly AppliedLimit[], path?: readonly string[]): Promise<Hold> {
    const held: HoldCounter[] = [];
    const release = (): void => {
      for (const counter of held.splice(0)) counter.release();
    };
    for (const limit of limits) {
      const counter = this.#holds.get(limit);
      const verdict = await counter.acquire(limit);
      if (!verdict.isGranted) {
        release();
        await this.#delayRefusal(counter);
        throw this.#refuse(limit, verdict, path);
      }
      this.#refusals.delete(counter);
      held.push(counter);
    }
    return { release };
  }

  /** The same, where what others count is open besides. */
  async holdBeside(
    limits: readonly AppliedLimit[],
    countOthers: (limit: AppliedLimit) => Promise<number>,
    path?: readonly string[],
  ): Promise<Hold> {
    const hold = await this.hold(limits, path);
    try {
      for (const limit of limits) {
        const counter = this.#holds.get(limit);
        if ((await countOthers(limit)) + counter.count > limit.limit) {
          hold.release();
          await this.#delayRefusal(counter, this.#refusalsBeside);
          throw this.#refuse(limit, toFullVerdict(limit, this.#options.now()), path);
        }
        this.#refusalsBeside.delete(counter);
      }
      return hold;
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  async read(limit: AppliedLimit): Promise<LimitState> {
    const counter = WINDOWS_MS[limit.name] === 0 ? this.#holds.get(limit) : this.#windows.get(limit);
    return counter.read(limit);
  }

  /** Refusals wait no longer. */
  stop(): void {
    this.#closing.abort();
  }

  /** Writes what this node holds open: other nodes may have taken it for dead. */
  rewriteHolds(): void {
    for (const counter of this.#holds) counter.rewrite();
  }

  async #delayRefusal(counter: WindowCounter | HoldCounter, refusals = this.#refusals): Promise<void> {
    const count = (refusals.get(counter) ?? 0) + 1;
    refusals.set(counter, count);
    const delayMs = Math.min(MAX_DELAY_MS, (count - PROMPT_REFUSALS) * DELAY_STEP_MS);
    if (delayMs <= 0) return;
    const { signal } = this.#closing;
    try {
      await wait(delayMs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #refuse(limit: AppliedLimit, { state, waitMs }: Verdict, path?: readonly string[]): RateLimited {
    this.#options.onRefused(limit);
    return new RateLimited(state, waitMs, path);
  }
}
