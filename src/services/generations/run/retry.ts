import { isRetryable, type ModelgraphError, ProviderError } from '../../../core/errors.ts';
import { ProviderCircuitOpen } from '../../providers/circuit.ts';

export interface RetryPolicyOptions {
  /** Calls of one model at most, the first one counted. */
  readonly maxAttempts: number;
  /** Longest wait before one retry, in milliseconds. */
  readonly maxWaitMs: number;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** A call that failed before its first content. Both times are counted from the start of the generation's turn. */
export interface FailedAttempt {
  /** 1: the first call. */
  readonly attempt: number;
  readonly error: ModelgraphError;
  readonly elapsedMs: number;
  /** When the turn has to be over. */
  readonly deadlineMs: number;
}

/**
 * - `not-retryable`: the same request would fail again, or the circuit of its provider is open.
 * - `attempts-spent`: it was sent as often as it may be.
 * - `wait-too-long`: the provider asks for a longer wait than is allowed; its error tells the client how long.
 * - `deadline`: there would be no time left after the wait.
 */
export type GiveUpReason = 'not-retryable' | 'attempts-spent' | 'wait-too-long' | 'deadline';

export type RetryPlan =
  | { readonly type: 'retry'; readonly waitMs: number }
  | { readonly type: 'give-up'; readonly reason: GiveUpReason };

export type RetryPolicy = (failed: FailedAttempt) => RetryPlan;

/** The wait before the first retry is up to this, before each further one up to twice as much. */
const BASE_MS = 500;

/** How far the retries of requests that were refused at one moment are spread, as a share of the wait the provider asks for. */
const SPREAD = 0.1;

/** Statuses that the same request would get again, whatever our code for them. */
const LASTING_STATUSES: ReadonlySet<number | null> = new Set([400, 401, 403, 404, 422]);

const isWorthRetrying = (error: ModelgraphError): error is ProviderError =>
  error instanceof ProviderError &&
  !(error instanceof ProviderCircuitOpen) &&
  isRetryable(error.code) &&
  !LASTING_STATUSES.has(error.providerStatus);

const giveUp = (reason: GiveUpReason): RetryPlan => ({ type: 'give-up', reason });

/**
 * Decides whether a failed call is made again, and after which wait. Pure but for `random`.
 * - Waits are exponential with full jitter: evenly spread between nothing and 500 ms, 1 s, 2 s …
 * - The wait a provider asks for is the shortest one; a little is added, so that retries are spread.
 * - No wait is longer than `maxWaitMs`.
 */
export const createRetryPolicy =
  ({ maxAttempts, maxWaitMs, random = Math.random }: RetryPolicyOptions): RetryPolicy =>
  ({ attempt, error, elapsedMs, deadlineMs }) => {
    if (!isWorthRetrying(error)) return giveUp('not-retryable');
    if (attempt >= maxAttempts) return giveUp('attempts-spent');
    const leastMs = error.retryAfterMs ?? 0;
    if (leastMs > maxWaitMs) return giveUp('wait-too-long');
    const spreadMs = leastMs > 0 ? leastMs * SPREAD : BASE_MS * 2 ** (attempt - 1);
    const waitMs = Math.min(maxWaitMs, Math.round(leastMs + random() * Math.min(maxWaitMs, spreadMs)));
    return elapsedMs + waitMs >= deadlineMs ? giveUp('deadline') : { type: 'retry', waitMs };
  };
