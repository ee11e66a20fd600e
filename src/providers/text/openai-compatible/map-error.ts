import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ProviderError } from '../../../core/errors.ts';
import { readRetryAfterMs } from '../../upstream/retry-after.ts';
import { classifyVendorError, readVendorError } from '../../upstream/vendor-error.ts';

/** Vendors that have no error code for it. DeepSeek: "This model's maximum context length is 131072 tokens." */
const CONTEXT_LENGTH = /maximum (context|prompt) length|context window|reduce the length of the messages/i;

/** Classifies what the OpenAI SDK throws. Total; the only code that looks at its errors. */
export const mapError = (error: unknown, provider: string): ProviderError => {
  if (error instanceof APIConnectionTimeoutError)
    return new ProviderError('PROVIDER_TIMEOUT', { provider, cause: error });
  if (!(error instanceof APIError) || error instanceof APIConnectionError)
    return new ProviderError('PROVIDER_FAILED', {
      provider,
      vendorMessage: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  return toProviderError({ error: error.error }, provider, error);
};

/** A failure a vendor reports in a body, an event or an HTTP answer, with what its response's headers add. */
export const toProviderError = (
  body: unknown,
  provider: string,
  from?: Pick<APIError, 'status' | 'headers' | 'requestID' | 'message'>,
): ProviderError => {
  const reported = readVendorError(body);
  const status = from?.status ?? null;
  const message = reported?.message ?? from?.message ?? null;
  const code = classifyVendorError({
    status: status ?? reported?.status ?? null,
    words: reported?.words ?? [],
  });
  const isTooLong = code === 'PROVIDER_REJECTED' && message !== null && CONTEXT_LENGTH.test(message);
  return new ProviderError(isTooLong ? 'CONTEXT_LENGTH_EXCEEDED' : code, {
    provider,
    providerStatus: status,
    retryAfterMs: from?.headers ? readRetryAfterMs(from.headers) : null,
    requestId: from?.requestID ?? null,
    vendorMessage: message,
    cause: from,
  });
};
