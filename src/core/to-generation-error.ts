import { isRetryable, type ModelgraphError, ProviderError } from './errors.ts';
import type { GenerationError } from './generation.ts';

/** An error of ours as a finished generation, or the item of a batch, reports it. */
export const toGenerationError = (error: ModelgraphError): GenerationError => ({
  code: error.code,
  message: error.message,
  retryable: isRetryable(error.code),
  retryAfterMs: error instanceof ProviderError ? error.retryAfterMs : null,
  provider: error instanceof ProviderError ? error.provider : null,
  providerStatus: error instanceof ProviderError ? error.providerStatus : null,
});
