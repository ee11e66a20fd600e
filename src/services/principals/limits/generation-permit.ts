import type { AppliedLimit } from '../../../core/rate-limit.ts';
import type { Hold, RateLimiter } from './rate-limiter.ts';

interface GenerationLimits {
  readonly atOnce: readonly AppliedLimit[];
  readonly tokens: readonly AppliedLimit[];
  readonly stored: readonly AppliedLimit[];
}

/** What is known of a generation before its provider is called. */
export interface GenerationDemand {
  /** Tokens of its input, as they are estimated. */
  readonly inputTokens: number;
  /** Bytes that are stored of it at its beginning. */
  readonly storedBytes: number;
}

/** What a generation has used at its end. */
export interface GenerationUse {
  /** Of input and output; null: not known. */
  readonly tokens: number | null;
  /** Called only where what is stored is limited. */
  readonly findStoredBytes: () => number;
}

const PATH = ['input'];

/** At least 1, so that an account whose limit is reached begins nothing; no more than would ever fit. */
const clamp = (amount: number, limits: readonly AppliedLimit[]): number =>
  Math.min(Math.max(1, Math.ceil(amount)), ...limits.map(({ limit }) => Math.max(1, limit)));

/**
 * What one generation counts against its limits: a place until it has ended, the tokens of its input before its provider is
 * called and the others at its end, and so the bytes that are stored of it.
 */
export class GenerationPermit {
  readonly #limiter: RateLimiter;
  readonly #limits: GenerationLimits;
  readonly #hold: Hold;
  readonly #taken: { tokens: number; storedBytes: number };
  #isOver = false;

  private constructor(
    limiter: RateLimiter,
    limits: GenerationLimits,
    hold: Hold,
    taken: { tokens: number; storedBytes: number },
  ) {
    this.#limiter = limiter;
    this.#limits = limits;
    this.#hold = hold;
    this.#taken = taken;
  }

  /** Rejects with `RateLimited`, and nothing is counted then. */
  static async admit(
    limiter: RateLimiter,
    limits: GenerationLimits,
    demand: GenerationDemand,
  ): Promise<GenerationPermit> {
    const { atOnce, tokens, stored } = limits;
    const hold = await limiter.hold(atOnce, PATH);
    const taken = { tokens: 0, storedBytes: 0 };
    const permit = new GenerationPermit(limiter, limits, hold, taken);
    try {
      const inputTokens = clamp(demand.inputTokens, tokens);
      await limiter.take(tokens, inputTokens, PATH);
      taken.tokens = inputTokens;
      const bytes = clamp(demand.storedBytes, stored);
      await limiter.take(stored, bytes, PATH);
      taken.storedBytes = bytes;
      return permit;
    } catch (error) {
      permit.giveBack();
      throw error;
    }
  }

  /** Nothing has begun: nothing counts. */
  giveBack(): void {
    this.#end({ tokens: 0, findStoredBytes: () => 0 });
  }

  /** The generation has ended. */
  settle(use: GenerationUse): void {
    this.#end(use);
  }

  #end({ tokens, findStoredBytes }: GenerationUse): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hold.release();
    const { tokens: byTokens, stored } = this.#limits;
    if (byTokens.length > 0 && tokens !== null) this.#limiter.add(byTokens, tokens - this.#taken.tokens);
    if (stored.length > 0) this.#limiter.add(stored, findStoredBytes() - this.#taken.storedBytes);
  }
}
