import { ProviderError } from '../../src/core/errors.ts';
import { mapTransportError } from '../../src/providers/shared/call/map-transport-error.ts';

/** Longest time for the answer of one service that is asked, in milliseconds. */
export const ANSWER_LIMIT_MS = 5_000;

/** Why a service gave no answer, in the words of the network where it has any; what a vendor says is not repeated. */
export const toReason = (error: unknown, limit: AbortSignal): string => {
  if (limit.aborted) return `it did not answer within ${ANSWER_LIMIT_MS / 1_000} s`;
  const known = mapTransportError(error, '');
  if (known instanceof ProviderError && known.connectionFailure !== null)
    return `it cannot be reached: ${known.connectionFailure}`;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};
