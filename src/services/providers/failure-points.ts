import { type ErrorCode, type ModelgraphError, ProviderError } from '../../core/errors.ts';
import { ProviderCircuitOpen } from './circuit.ts';

export const POINTS_PER_FAILURE = 4;

/** Failures of the provider; all others are those of the request, the caller or this server. */
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

/** A fault of the model or of the request, such as a malformed tool call, for which some vendors answer 400. */
const isRequestFault = (error: ModelgraphError): boolean =>
  error.code === 'PROVIDER_FAILED' &&
  error instanceof ProviderError &&
  error.providerStatus !== null &&
  error.providerStatus >= 400 &&
  error.providerStatus < 500;

/**
 * How much a failure counts towards opening the circuit of its provider; undefined: it is not the provider's, as that of a
 * call that was never made.
 */
export const findFailurePoints = (error: ModelgraphError): number | undefined =>
  error instanceof ProviderCircuitOpen || isRequestFault(error) ? undefined : POINTS[error.code];
