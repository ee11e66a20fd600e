import type { ErrorCode } from '../../core/errors.ts';
import type { HealthState, ProviderHealth } from '../../core/provider-health.ts';

/** First-delta times kept per provider: enough for a median that follows the present. */
const SAMPLES = 64;
/** Failures in a row after which a provider counts as unavailable. */
const FAILURES_UNTIL_UNAVAILABLE = 3;

/** Failures that tell of the provider; the others tell of the request or the caller. */
export const PROVIDER_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'PROVIDER_AUTHENTICATION',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_OVERLOADED',
  'PROVIDER_FAILED',
  'PROVIDER_TIMEOUT',
  'STREAM_TRUNCATED',
  'STREAM_STALLED',
]);

interface Entry {
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  lastErrorCode: ErrorCode | null;
  failuresInARow: number;
  firstDeltasMs: number[];
}

const stateOf = (entry: Entry): HealthState => {
  if (entry.lastSuccessAt === null && entry.lastFailureAt === null) return 'unknown';
  if (entry.failuresInARow === 0) return 'healthy';
  return entry.failuresInARow >= FAILURES_UNTIL_UNAVAILABLE ||
    entry.lastErrorCode === 'PROVIDER_AUTHENTICATION'
    ? 'unavailable'
    : 'degraded';
};

const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  const lower = sorted[middle - 1];
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
};

/** What this process has seen of each provider since it started. */
export class ProviderHealthService {
  readonly #entries = new Map<string, Entry>();

  recordSuccess(provider: string, firstDeltaMs: number | null): void {
    const entry = this.#entry(provider);
    entry.lastSuccessAt = new Date();
    entry.failuresInARow = 0;
    if (firstDeltaMs === null) return;
    entry.firstDeltasMs.push(firstDeltaMs);
    if (entry.firstDeltasMs.length > SAMPLES) entry.firstDeltasMs.shift();
  }

  /** Counts only failures that are the provider's own. */
  recordFailure(provider: string, code: ErrorCode): void {
    if (!PROVIDER_FAULTS.has(code)) return;
    const entry = this.#entry(provider);
    entry.lastFailureAt = new Date();
    entry.lastErrorCode = code;
    entry.failuresInARow += 1;
  }

  healthOf(provider: string): ProviderHealth {
    const entry = this.#entry(provider);
    const { lastSuccessAt, lastFailureAt, lastErrorCode } = entry;
    return {
      state: stateOf(entry),
      lastSuccessAt,
      lastFailureAt,
      lastErrorCode,
      medianFirstDeltaMs: median(entry.firstDeltasMs),
    };
  }

  #entry(provider: string): Entry {
    const known = this.#entries.get(provider);
    if (known !== undefined) return known;
    const entry: Entry = {
      lastSuccessAt: null,
      lastFailureAt: null,
      lastErrorCode: null,
      failuresInARow: 0,
      firstDeltasMs: [],
    };
    this.#entries.set(provider, entry);
    return entry;
  }
}
