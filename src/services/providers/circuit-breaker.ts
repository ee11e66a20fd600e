import { type ModelgraphError, ProviderError } from '../../core/errors.ts';
import type { CircuitState } from '../../core/telemetry.ts';
import { PROVIDER_FAULTS } from './provider-health.ts';

export interface CircuitBreakerOptions {
  /** Failures in a row after which a provider is held back; 0: never. */
  readonly failures: number;
  /** Providers that are never held back, by name: those that fail because they are asked to. */
  readonly exempt?: readonly string[];
  /** How long it is held back at first; twice as long after each probe that fails, or as long as it asks for. */
  readonly openMs?: number;
  /** How long it is held back at most. */
  readonly maxOpenMs?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** Leave to make one call. What became of the call is reported with it, once. */
export interface Admission {
  readonly type: 'admitted';
  readonly provider: string;
  /** Whether the provider's fate hangs on this call: nobody else is admitted until it is reported or released. */
  readonly probe: boolean;
  /** How often the circuit had opened by then. */
  readonly openings: number;
}

export interface Refusal {
  readonly type: 'refused';
  /** When it may be worth asking again. */
  readonly retryAfterMs: number;
}

interface Circuit {
  /** Of the failures in a row while it was closed; see `pointsOf`. */
  points: number;
  /** null: closed. */
  openUntil: number | null;
  /** Whether a probe is on its way. */
  probing: boolean;
  /** Probes that failed since it was closed last. */
  failedProbes: number;
  /** How often it has opened. */
  openings: number;
}

/** A call that was not made: the provider has failed too often of late. */
export class ProviderHeldBack extends ProviderError {
  constructor(provider: string, retryAfterMs: number) {
    super('PROVIDER_OVERLOADED', { provider, retryAfterMs });
    this.name = 'ProviderHeldBack';
    this.message =
      'The provider has failed several times in a row and is held back for a while. Wait and send the request again.';
  }
}

/** Opening times are up to this share shorter, so that several servers do not probe at the same moment. */
const JITTER = 0.2;

const POINTS_PER_FAILURE = 4;

/**
 * How much a failure tells against its provider.
 * - Refused credentials tell nothing: waiting does not mend them, they cost nothing, and the operator has to see them.
 * - What the model or the request did wrong, told by a 4xx status, tells nothing either.
 * - A rate limit is mostly that of one model or key and tells a quarter: only where it goes on for four times as long,
 *   with no success of any model in between, is the provider as a whole left alone.
 */
const pointsOf = (error: ModelgraphError): number => {
  if (error instanceof ProviderHeldBack || !PROVIDER_FAULTS.has(error.code)) return 0;
  switch (error.code) {
    case 'PROVIDER_AUTHENTICATION':
      return 0;
    case 'PROVIDER_RATE_LIMITED':
      return 1;
    case 'PROVIDER_FAILED': {
      const status = error instanceof ProviderError ? error.providerStatus : null;
      return status !== null && status >= 400 && status < 500 ? 0 : POINTS_PER_FAILURE;
    }
    default:
      return POINTS_PER_FAILURE;
  }
};

/**
 * Holds providers back that fail, so that generations fail or fall back at once instead of waiting in line, and a
 * provider in trouble is not asked by everybody. One circuit for each provider name, of this process alone.
 *
 * Every admission is ended by exactly one of `recordSuccess`, `recordFailure` and `release`. What is reported of calls
 * that began before the circuit opened is ignored: it tells of the past.
 */
export class CircuitBreakers {
  readonly #failures: number;
  readonly #exempt: ReadonlySet<string>;
  readonly #openMs: number;
  readonly #maxOpenMs: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #circuits = new Map<string, Circuit>();

  constructor(options: CircuitBreakerOptions) {
    this.#failures = options.failures;
    this.#exempt = new Set(options.exempt ?? []);
    this.#openMs = options.openMs ?? 10_000;
    this.#maxOpenMs = options.maxOpenMs ?? 120_000;
    this.#now = options.now ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
  }

  /** Whether the provider may be called now. */
  admit(provider: string): Admission | Refusal {
    const circuit = this.#circuit(provider);
    const { openUntil, openings } = circuit;
    if (openUntil === null) return { type: 'admitted', provider, probe: false, openings };
    const leftMs = openUntil - this.#now();
    if (leftMs > 0) return { type: 'refused', retryAfterMs: Math.ceil(leftMs) };
    if (circuit.probing) return { type: 'refused', retryAfterMs: this.#openMs };
    circuit.probing = true;
    return { type: 'admitted', provider, probe: true, openings };
  }

  /**
   * The provider has begun to answer. For a probe that is enough to let the others through, however long its answer
   * becomes. Ends no admission: what breaks off later is still a failure, and to be reported.
   */
  recordFirstDelta(admission: Admission): void {
    if (admission.probe) this.recordSuccess(admission);
  }

  /** The call came to its proper end. */
  recordSuccess(admission: Admission): void {
    const circuit = this.#findCurrent(admission);
    if (circuit === undefined) return;
    circuit.points = 0;
    circuit.openUntil = null;
    circuit.probing = false;
    circuit.failedProbes = 0;
  }

  /** The call failed. By no fault of the provider's: neither a success nor a failure, as `release`. */
  recordFailure(admission: Admission, error: ModelgraphError): void {
    const points = pointsOf(error);
    if (points === 0) return this.release(admission);
    const circuit = this.#findCurrent(admission);
    if (circuit === undefined || this.#failures === 0 || this.#exempt.has(admission.provider)) return;
    if (circuit.openUntil === null) {
      circuit.points += points;
      if (circuit.points < this.#failures * POINTS_PER_FAILURE) return;
    } else {
      circuit.failedProbes += 1;
    }
    this.#open(circuit, error);
  }

  /** The call told nothing, as one that was cancelled: a next one is the probe in its place. */
  release(admission: Admission): void {
    const circuit = this.#findCurrent(admission);
    if (circuit !== undefined) circuit.probing = false;
  }

  /** Every provider that was to be called, for metrics. */
  states(): ReadonlyMap<string, CircuitState> {
    return new Map([...this.#circuits].map(([provider, circuit]) => [provider, this.#stateOf(circuit)]));
  }

  #stateOf({ openUntil }: Circuit): CircuitState {
    if (openUntil === null) return 'closed';
    return openUntil > this.#now() ? 'open' : 'half-open';
  }

  #open(circuit: Circuit, error: ModelgraphError): void {
    const usualMs = Math.min(this.#maxOpenMs, this.#openMs * 2 ** circuit.failedProbes);
    const askedMs = error instanceof ProviderError ? (error.retryAfterMs ?? 0) : 0;
    const openMs = Math.max(usualMs * (1 - JITTER * this.#random()), Math.min(this.#maxOpenMs, askedMs));
    circuit.openUntil = this.#now() + openMs;
    circuit.probing = false;
    circuit.openings += 1;
  }

  /** undefined: the circuit has opened since the call was admitted. */
  #findCurrent({ provider, openings }: Admission): Circuit | undefined {
    const circuit = this.#circuit(provider);
    return circuit.openings === openings ? circuit : undefined;
  }

  #circuit(provider: string): Circuit {
    const known = this.#circuits.get(provider);
    if (known !== undefined) return known;
    const circuit = { points: 0, openUntil: null, probing: false, failedProbes: 0, openings: 0 };
    this.#circuits.set(provider, circuit);
    return circuit;
  }
}
