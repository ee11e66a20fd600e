import { type ErrorCode, type ModelgraphError, ProviderError } from '../../core/errors.ts';
import type { HealthState, ProviderHealth } from '../../core/provider-health.ts';
import type { CircuitState } from '../../core/telemetry.ts';
import { Circuit, type CircuitOptions } from './circuit.ts';
import { findFailurePoints, POINTS_PER_FAILURE } from './failure-points.ts';

export interface ProviderHealthOptions extends Partial<Omit<CircuitOptions, 'maxPoints'>> {
  /** Failures in a row after which a provider's circuit opens; 0: never. A rate limit counts a quarter. */
  readonly failures: number;
  /** Providers whose circuit never opens, by name. */
  readonly exempt?: readonly string[];
}

/** Leave to make one call. What became of the call is reported with it, once. */
export interface Admission {
  readonly type: 'admitted';
  readonly provider: string;
  /** Whether the circuit depends on this call: no other one is admitted until it is reported or released. */
  readonly probe: boolean;
  /** How often the circuit had opened by then. */
  readonly openings: number;
}

export interface Refusal {
  readonly type: 'refused';
  /** When it may be worth asking again, in milliseconds. */
  readonly retryAfterMs: number;
}

/** Times to the first delta kept per provider: enough for a median of the present. */
const SAMPLES = 64;

interface Entry {
  readonly circuit: Circuit;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  lastErrorCode: ErrorCode | null;
  /** Whether the last call with a result failed. */
  isFailing: boolean;
  readonly firstDeltasMs: number[];
}

const UNKNOWN: ProviderHealth = {
  state: 'unknown',
  lastSuccessAt: null,
  lastFailureAt: null,
  lastErrorCode: null,
  medianFirstDeltaMs: null,
};

const isUnavailable = ({ circuit, isFailing, lastErrorCode }: Entry): boolean =>
  circuit.refusesForMs > 0 || (isFailing && lastErrorCode === 'PROVIDER_AUTHENTICATION');

const stateOf = (entry: Entry): HealthState => {
  if (entry.lastSuccessAt === null && entry.lastFailureAt === null) return 'unknown';
  if (isUnavailable(entry)) return 'unavailable';
  return entry.isFailing || entry.circuit.state !== 'closed' ? 'degraded' : 'healthy';
};

const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  const lower = sorted[middle - 1];
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
};

/**
 * What this process has seen of each provider since it started, and whether it may be called: one opinion, for single
 * generations and the requests of sequential batches, for `available`, `health` and the calls themselves.
 *
 * - `unavailable` means that the circuit is open, so that a call would be refused, or that the last call with a result met
 *   refused credentials. The next call is made all the same then: only a call can show that they are accepted again.
 * - Every admission is ended by exactly one of `recordSuccess`, `recordFailure` and `release`. The result of a call that
 *   began before the circuit opened changes no state: it is of the past.
 */
export class ProviderHealthService {
  readonly #options: CircuitOptions;
  readonly #exempt: ReadonlySet<string>;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ProviderHealthOptions) {
    const { failures, exempt = [], openMs = 10_000, maxOpenMs = 120_000 } = options;
    this.#options = {
      maxPoints: failures === 0 ? Number.POSITIVE_INFINITY : failures * POINTS_PER_FAILURE,
      openMs,
      maxOpenMs,
      now: options.now ?? (() => performance.now()),
      random: options.random ?? Math.random,
    };
    this.#exempt = new Set(exempt);
  }

  /** Whether the provider may be called now. */
  admit(provider: string): Admission | Refusal {
    const { circuit } = this.#entry(provider);
    const retryAfterMs = circuit.refusesForMs;
    if (retryAfterMs > 0) return { type: 'refused', retryAfterMs };
    return { type: 'admitted', provider, probe: circuit.enter(), openings: circuit.openings };
  }

  /**
   * The provider has begun to answer. For a probe that is enough to let other calls through, however long its answer
   * becomes. Ends no admission: what breaks off later is still a failure, and to be reported.
   */
  recordFirstDelta(admission: Admission): void {
    if (admission.probe && this.#isCurrent(admission)) this.#entry(admission.provider).circuit.close();
  }

  /** The call came to its proper end. `firstDeltaMs`: of a streamed answer; null for another. */
  recordSuccess(admission: Admission, firstDeltaMs: number | null): void {
    const entry = this.#entry(admission.provider);
    entry.lastSuccessAt = new Date();
    if (firstDeltaMs !== null && entry.firstDeltasMs.push(firstDeltaMs) > SAMPLES)
      entry.firstDeltasMs.shift();
    if (!this.#isCurrent(admission)) return;
    entry.isFailing = false;
    entry.circuit.close();
  }

  /** The call failed. A failure that is not the provider's counts as no result, as with `release`. */
  recordFailure(admission: Admission, error: ModelgraphError): void {
    const points = findFailurePoints(error);
    if (points === undefined) return this.release(admission);
    const { provider } = admission;
    const entry = this.#entry(provider);
    entry.lastFailureAt = new Date();
    entry.lastErrorCode = error.code;
    if (!this.#isCurrent(admission)) return;
    entry.isFailing = true;
    if (points === 0 || this.#exempt.has(provider)) return entry.circuit.release();
    entry.circuit.addFailure(points, error instanceof ProviderError ? (error.retryAfterMs ?? 0) : 0);
  }

  /** The call ended without a result, as one that was cancelled. */
  release(admission: Admission): void {
    if (this.#isCurrent(admission)) this.#entry(admission.provider).circuit.release();
  }

  /** Whether the provider is not known to be down. */
  isAvailable(provider: string): boolean {
    const entry = this.#entries.get(provider);
    return entry === undefined || !isUnavailable(entry);
  }

  healthOf(provider: string): ProviderHealth {
    const entry = this.#entries.get(provider);
    if (entry === undefined) return UNKNOWN;
    const { lastSuccessAt, lastFailureAt, lastErrorCode, firstDeltasMs } = entry;
    return {
      state: stateOf(entry),
      lastSuccessAt,
      lastFailureAt,
      lastErrorCode,
      medianFirstDeltaMs: median(firstDeltasMs),
    };
  }

  /** Of every provider that was to be called, for metrics. */
  circuitStates(): ReadonlyMap<string, CircuitState> {
    return new Map([...this.#entries].map(([provider, { circuit }]) => [provider, circuit.state]));
  }

  #isCurrent({ provider, openings }: Admission): boolean {
    return this.#entry(provider).circuit.openings === openings;
  }

  #entry(provider: string): Entry {
    const known = this.#entries.get(provider);
    if (known !== undefined) return known;
    const entry: Entry = {
      circuit: new Circuit(this.#options),
      lastSuccessAt: null,
      lastFailureAt: null,
      lastErrorCode: null,
      isFailing: false,
      firstDeltasMs: [],
    };
    this.#entries.set(provider, entry);
    return entry;
  }
}
