import { ProviderError } from '../../../../core/errors.ts';
import { toProviderError } from '../map-error.ts';

/**
 * Why a vendor refused a batch as a whole. The batch says so, without an HTTP status; `likeStatus` is the one that
 * a single request would have had.
 */
export const toBatchError = (
  reported: { readonly code: string | null; readonly message: string | null },
  provider: string,
  likeStatus: 400 | 500,
): ProviderError => {
  const { code, vendorMessage } = toProviderError({ error: reported }, provider, {
    status: likeStatus,
    headers: undefined,
    requestID: undefined,
    message: '',
  });
  // OpenAI: "Enqueued token limit reached for gpt-4o in organization […]. Please try again once some in_progress
  // batches have been completed."
  const isFull = reported.code === 'token_limit_exceeded';
  return new ProviderError(isFull ? 'PROVIDER_RATE_LIMITED' : code, {
    provider,
    vendorMessage: reported.message === null ? null : vendorMessage,
  });
};
