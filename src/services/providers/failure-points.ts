import { type ErrorCode, type ModelgraphError, ProviderError } from '../../core/errors.ts';
import { ProviderCircuitOpen } from './circuit.ts';

export const POINTS_PER_FAILURE = 4;

/** Failures that tell of the provider; the others tell of the request or the caller. */
const POINTS: Partial<Record<ErrorCode, number>> = {
  // Waiting does not mend credentials, refusals cost nothing, and the operator has to see them.
  PROVIDER_AUTHENTICATION: 0,
  // Mostly that of one model or key: only one that goes on for four times as long is the provider's as a whole.
  PROVIDER_RATE_LIMITED: POINTS_PER_FAILURE / 4,
  PROVIDER_OVERLOADED: POINTS_PER_FAILURE,
  PROVIDER_FAILED: POINTS_PER_FAILURE,
  PROVIDER_TIMEOUT: POINTS_PER_FAILURE,
  STREAM_TRUNCATED: POINTS_PER_FAILURE,
  STREAM_STALLED: POINTS_PER_FAILURE,
};

/** A fault of the model or of the request: a tool call the model got wrong, say, which some vendors tell as a 400. */
const isRequestFault = (error: ModelgraphError): boolean =>
  error.code === 'PROVIDER_FAILED' &&
  error instanceof ProviderError &&
  error.providerStatus !== null &&
  error.providerStatus >= 400 &&
  error.providerStatus < 500;

/**
 * How much a failure counts towards opening the circuit of its provider; undefined: it tells nothing of the provider, nor
 * does a call that was never made.
 */
export const findFailurePoints = (error: ModelgraphError): number | undefined =>
  error instanceof ProviderCircuitOpen || isRequestFault(error) ? undefined : POINTS[error.code];
