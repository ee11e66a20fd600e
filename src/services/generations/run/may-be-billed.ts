import { ModelgraphError, ProviderError } from '../../../core/errors.ts';

/** A proxy before the vendor has given up on it: the vendor may be at work all the same. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([408, 499, 502, 504, 520, 522, 524]);

/** No connection came about, so that nothing was sent. */
const UNREACHED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|ERR_TLS_.*)$/;

const MAX_DEPTH = 8;

const isUnreached = (error: unknown): boolean => {
  for (let at = error, depth = 0; at instanceof Error && depth < MAX_DEPTH; at = at.cause, depth += 1)
    if ('code' in at && typeof at.code === 'string' && UNREACHED.test(at.code)) return true;
  return false;
};

/**
 * Whether a vendor may bill a call that failed before any content came: not where it has answered with an error of its own,
 * was not reached, or was not called.
 */
export const mayBeBilled = (error: unknown): boolean => {
  if (error instanceof ProviderError && error.providerStatus !== null)
    return GATEWAY_STATUSES.has(error.providerStatus);
  if (error instanceof ModelgraphError && !(error instanceof ProviderError)) return false;
  return !isUnreached(error);
};
