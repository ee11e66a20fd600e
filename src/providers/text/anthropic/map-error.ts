import { APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { type ErrorCode, type ModelgraphError, ProviderError } from '../../../core/errors.ts';
import { requestIdOf } from '../../shared/call/guarded-fetch.ts';
import { readRetryAfterMs } from '../../shared/call/retry-after.ts';
import { classifyVendorError, readVendorError } from '../../shared/call/vendor-error.ts';

/** What the API says in its message alone: the type is `invalid_request_error` or `rate_limit_error` in each case. */
const MESSAGES: readonly (readonly [RegExp, ErrorCode])[] = [
  // "prompt is too long: 200082 tokens > 200000 maximum"
  [/prompt is too long/i, 'CONTEXT_LENGTH_EXCEEDED'],
  // "input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000, …"
  [/exceeds? (the )?context (limit|window)/i, 'CONTEXT_LENGTH_EXCEEDED'],
  // "Output blocked by content filtering policy"
  [/blocked by (our )?content filtering/i, 'CONTENT_FILTERED'],
  // "Your credit balance is too low to access the Anthropic API. […]": this server's account, not the caller's request
  [/credit balance is too low/i, 'PROVIDER_AUTHENTICATION'],
  // "You have reached your specified [workspace] API usage limits. You will regain access on 2025-07-01 at 00:00 UTC."
  [/reached your specified (workspace )?API usage limits/i, 'PROVIDER_AUTHENTICATION'],
  // 429: "This request would exceed your account's monthly spend limit. Please try again later."
  [/monthly spend limit/i, 'PROVIDER_AUTHENTICATION'],
];

const UNSPECIFIC_TYPES: ReadonlySet<string | null> = new Set(['invalid_request_error', 'rate_limit_error']);

const codeOf = (error: APIError, message: string | null): ErrorCode => {
  if (error instanceof APIConnectionTimeoutError) return 'PROVIDER_TIMEOUT';
  if (message !== null && UNSPECIFIC_TYPES.has(error.type)) {
    const found = MESSAGES.find(([pattern]) => pattern.test(message));
    if (found !== undefined) return found[1];
  }
  const words = [error.errorCode, error.type].filter((word) => typeof word === 'string');
  return classifyVendorError({ status: error.status ?? null, words });
};

/** Classifies what the SDK throws: an answer that is an error, an `error` event in a stream, a failed connection. */
export const mapError = (error: unknown): ModelgraphError => {
  if (!(error instanceof APIError)) {
    return new ProviderError('PROVIDER_FAILED', {
      provider: 'anthropic',
      vendorMessage: error instanceof Error ? error.message : null,
      cause: error,
    });
  }
  const headers = error.headers as Headers | undefined;
  const message = readVendorError(error.error)?.message ?? null;
  return new ProviderError(codeOf(error, message), {
    provider: 'anthropic',
    providerStatus: error.status ?? null,
    retryAfterMs: headers === undefined ? null : readRetryAfterMs(headers),
    vendorMessage: message ?? error.message,
    requestId: error.requestID ?? (headers === undefined ? null : requestIdOf({ headers })),
    cause: error,
  });
};

/** An error body that no HTTP answer brought: the result of one request of a batch. */
export const toProviderError = (body: unknown): ModelgraphError =>
  mapError(new APIError(undefined, body ?? {}, 'an error without a word', undefined));
