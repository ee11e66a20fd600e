import { findModelgraphError, type ModelgraphError, ProviderError } from '../../../core/errors.ts';
import { mapTransportError } from '../call/map-transport-error.ts';

export interface VendorCallOptions {
  readonly provider: string;
  /** The caller's. */
  readonly signal: AbortSignal;
  /** Classifies what the SDK throws. Transport errors and errors of ours do not come to it. */
  readonly mapError: (error: unknown) => ModelgraphError;
}

/** What a call to a vendor's batch API throws in place of what was thrown: `GENERATION_CANCELLED` once it is aborted. */
export const toVendorCallError = (
  error: unknown,
  { provider, signal, mapError }: VendorCallOptions,
): ModelgraphError =>
  signal.aborted
    ? new ProviderError('GENERATION_CANCELLED', { provider, cause: signal.reason })
    : (findModelgraphError(error) ?? mapTransportError(error, provider) ?? mapError(error));

/** One call to a vendor's batch API. Throws nothing but `ModelgraphError`. */
export const callVendor = async <T>(call: () => PromiseLike<T>, options: VendorCallOptions): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw toVendorCallError(error, options);
  }
};
