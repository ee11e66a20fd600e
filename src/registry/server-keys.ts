import type { ErrorCode } from '../core/errors.ts';
import type { ServerKey, ServerKeyHealth } from '../core/server-key.ts';

/** Where the vendor names no delay, in milliseconds. */
const COOLDOWN_MS: Partial<Record<ErrorCode, number>> = {
  PROVIDER_RATE_LIMITED: 30_000,
  PROVIDER_AUTHENTICATION: 300_000,
};

/** Of a delay that the vendor names, in milliseconds. */
const MIN_COOLDOWN_MS = 1_000;
const MAX_COOLDOWN_MS = 3_600_000;

/** Failures that are of a key, so that another one may succeed. */
export const isFailureOfKey = (code: ErrorCode): boolean => COOLDOWN_MS[code] !== undefined;

interface Entry {
  readonly key: ServerKey;
  /** Smooth weighted round robin: grows by the weight with every choice, falls by the sum of weights when chosen. */
  credit: number;
  /** Milliseconds since 1970. */
  coolsDownUntilMs: number;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  lastErrorCode: ErrorCode | null;
}

/** The server's keys for one provider, and how each has been doing. */
export class ServerKeys {
  readonly #entries: readonly Entry[];
  readonly #now: () => number;

  constructor(keys: readonly ServerKey[], now: () => number = Date.now) {
    this.#now = now;
    this.#entries = keys.map((key) => ({
      key,
      credit: 0,
      coolsDownUntilMs: 0,
      lastSuccessAt: null,
      lastFailureAt: null,
      lastErrorCode: null,
    }));
  }

  find(id: string): ServerKey | undefined {
    return this.#entries.find(({ key }) => key.id === id)?.key;
  }

  /**
   * The key for a new generation, by weights among those that are in use and not among `tried`. Where all cool down, the one
   * that has done so for the longest; undefined: there is none but those that were tried.
   */
  choose(tried: ReadonlySet<string> = new Set()): ServerKey | undefined {
    const left = this.#entries.filter(({ key }) => key.weight > 0 && !tried.has(key.id));
    const ready = left.filter((entry) => this.#isReady(entry));
    if (ready.length === 0) return left.toSorted((a, b) => a.coolsDownUntilMs - b.coolsDownUntilMs)[0]?.key;
    let best: Entry | undefined;
    let total = 0;
    for (const entry of ready) {
      entry.credit += entry.key.weight;
      total += entry.key.weight;
      if (best === undefined || entry.credit > best.credit) best = entry;
    }
    if (best !== undefined) best.credit -= total;
    return best?.key;
  }

  /** The first key of the list, to which files at the vendor belong; the next one where it cools down and `mayMoveOn`. */
  first({ mayMoveOn }: { readonly mayMoveOn: boolean }): ServerKey | undefined {
    const inUse = this.#entries.filter(({ key }) => key.weight > 0);
    const ready = mayMoveOn ? inUse.find((entry) => this.#isReady(entry)) : undefined;
    return (ready ?? inUse[0])?.key;
  }

  /** Whether a key that is not among `tried` is in use and does not cool down. */
  hasReady(tried: ReadonlySet<string>): boolean {
    return this.#entries.some(
      (entry) => entry.key.weight > 0 && !tried.has(entry.key.id) && this.#isReady(entry),
    );
  }

  recordSuccess(id: string): void {
    const entry = this.#find(id);
    if (entry === undefined) return;
    entry.lastSuccessAt = new Date(this.#now());
    entry.coolsDownUntilMs = 0;
  }

  /** `retryAfterMs`: the delay that the vendor names; null: it names none. */
  recordFailure(id: string, code: ErrorCode, retryAfterMs: number | null): void {
    const entry = this.#find(id);
    const usualMs = COOLDOWN_MS[code];
    if (entry === undefined || usualMs === undefined) return;
    const now = this.#now();
    const delayMs = Math.min(Math.max(retryAfterMs ?? usualMs, MIN_COOLDOWN_MS), MAX_COOLDOWN_MS);
    entry.lastFailureAt = new Date(now);
    entry.lastErrorCode = code;
    entry.coolsDownUntilMs = now + delayMs;
  }

  health(): readonly ServerKeyHealth[] {
    return this.#entries.map((entry) => {
      const { key, coolsDownUntilMs, lastSuccessAt, lastFailureAt, lastErrorCode } = entry;
      return {
        id: key.id,
        weight: key.weight,
        lastSuccessAt,
        lastFailureAt,
        lastErrorCode,
        coolsDownUntil: this.#isReady(entry) ? null : new Date(coolsDownUntilMs),
      };
    });
  }

  #find(id: string): Entry | undefined {
    return this.#entries.find(({ key }) => key.id === id);
  }

  #isReady({ coolsDownUntilMs }: Entry): boolean {
    return coolsDownUntilMs <= this.#now();
  }
}
