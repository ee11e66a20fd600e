import { ProviderError } from '../../core/errors.ts';
import type { CircuitState } from '../../core/telemetry.ts';

export interface CircuitOptions {
  /** Points of failures in a row at which it opens. */
  readonly maxPoints: number;
  /** How long it stays open at first, in milliseconds; twice as long after each probe that fails. */
  readonly openMs: number;
  /** How long it stays open at most, in milliseconds. */
  readonly maxOpenMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** A call that was not made, because the circuit of its provider is open. */
export class ProviderCircuitOpen extends ProviderError {
  constructor(provider: string, retryAfterMs: number) {
    super('PROVIDER_OVERLOADED', { provider, retryAfterMs });
    this.name = 'ProviderCircuitOpen';
    this.message =
      'The provider has failed several times in a row, so its circuit is open: no request is sent to it for a while. Wait and send the request again.';
  }
}

/** Opening times are up to this share shorter, so that several servers do not probe at the same moment. */
const JITTER = 0.2;

/**
 * The circuit breaker of one provider. Failures in a row open it; once its time is over one call at a time goes through
 * as a probe, which closes it or opens it again for longer.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #points = 0;
  /** null: closed. */
  #openUntil: number | null = null;
  #isProbing = false;
  /** Since it was closed last. */
  #failedProbes = 0;
  #openings = 0;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  get state(): CircuitState {
    if (this.#openUntil === null) return 'closed';
    return this.#openUntil > this.#options.now() ? 'open' : 'half-open';
  }

  /** How often it has opened: a call that began before the last time says nothing of the present. */
  get openings(): number {
    return this.#openings;
  }

  /** How long until a call may be worth another try, in milliseconds; 0: a call goes through now. */
  get refusesForMs(): number {
    if (this.#openUntil === null) return 0;
    const leftMs = this.#openUntil - this.#options.now();
    if (leftMs > 0) return Math.ceil(leftMs);
    return this.#isProbing ? Math.max(1, this.#options.openMs) : 0;
  }

  /** Lets a call through; whether it is the probe. */
  enter(): boolean {
    if (this.#openUntil !== null) this.#isProbing = true;
    return this.#isProbing;
  }

  /** A call ended without a result: the next one is the probe in its place. */
  release(): void {
    this.#isProbing = false;
  }

  close(): void {
    this.#points = 0;
    this.#openUntil = null;
    this.#isProbing = false;
    this.#failedProbes = 0;
  }

  /** A call has failed. `askedMs`: for how long the provider asks to be left alone; 0: it does not say. */
  addFailure(points: number, askedMs: number): void {
    if (this.#openUntil === null) {
      this.#points += points;
      if (this.#points < this.#options.maxPoints) return;
    } else this.#failedProbes += 1;
    this.#open(askedMs);
  }

  #open(askedMs: number): void {
    const { openMs, maxOpenMs, now, random } = this.#options;
    const usualMs = Math.min(maxOpenMs, openMs * 2 ** this.#failedProbes);
    this.#openUntil = now() + Math.max(usualMs * (1 - JITTER * random()), Math.min(maxOpenMs, askedMs));
    this.#isProbing = false;
    this.#openings += 1;
  }
}
