import { ApiError } from '@google/genai/web';
import { type ErrorCode, ProviderError } from '../../../core/errors.ts';
import { parseJson } from '../../../lib/parse-json.ts';
import { requestIdOf } from '../../shared/call/guarded-fetch.ts';
import { readRetryAfterMs } from '../../shared/call/retry-after.ts';
import { classifyVendorError, readVendorError } from '../../shared/call/vendor-error.ts';
import { toPacificMidnightMs } from './to-pacific-midnight-ms.ts';

/** The API has no code for it: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)." */
const CONTEXT_LENGTH = /exceeds the maximum number of (input )?tokens/i;

/** 400 "User location is not supported for the API use.": where this server stands, no matter of the client's request. */
const LOCATION = /user location is not supported for the API/i;

/** What the SDK throws at the end of a stream that stops inside an event. */
const CUT_EVENT = 'Incomplete JSON segment at the end';

/** What the SDK throws, before it sends anything, for a conversation without a turn. */
const NO_TURN = 'contents are required';

/**
 * Classifies what the Google Gen AI SDK throws. Total; the only code that looks at its errors. They hold the body as
 * text and no headers: those come from `response`, the last one of the call.
 */
export const mapError = (
  error: unknown,
  response: Pick<Response, 'headers'> | null = null,
): ProviderError => {
  const common = { provider: 'gemini', requestId: response && requestIdOf(response), cause: error };
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ApiError))
    return new ProviderError(mapMessage(message), { ...common, vendorMessage: message });
  const body = readBody(message);
  const reported = readVendorError(body);
  const details = detailsOf(body);
  const vendorMessage = reported?.message ?? message;
  const code = classifyVendorError({
    status: error.status,
    words: [...details.flatMap(({ reason }) => reason ?? []), ...(reported?.words ?? [])],
  });
  return new ProviderError(code === 'PROVIDER_REJECTED' ? mapRejection(vendorMessage) : code, {
    ...common,
    providerStatus: error.status,
    retryAfterMs:
      findDailyQuotaMs(details, Date.now()) ??
      (response && readRetryAfterMs(response.headers)) ??
      findRetryDelayMs(details),
    vendorMessage,
  });
};

/** What the vendor's words make of a request that it rejects. */
const mapRejection = (words: string): ErrorCode => {
  if (CONTEXT_LENGTH.test(words)) return 'CONTEXT_LENGTH_EXCEEDED';
  return LOCATION.test(words) ? 'PROVIDER_AUTHENTICATION' : 'PROVIDER_REJECTED';
};

const mapMessage = (message: string): ErrorCode => {
  if (message.startsWith(CUT_EVENT)) return 'STREAM_TRUNCATED';
  return message === NO_TURN ? 'PROVIDER_REJECTED' : 'PROVIDER_FAILED';
};

/** The message is the body as JSON; for an error inside a stream, "got status: …. " comes before it. */
const readBody = (message: string): unknown => parseJson(message.replace(/^got status: [^{]*/, ''));

/** As much as is read of google.rpc.ErrorInfo, google.rpc.RetryInfo and google.rpc.QuotaFailure. */
interface ErrorDetail {
  readonly reason?: string;
  readonly retryDelay?: string;
  readonly quotaIds: readonly string[];
}

const detailsOf = (body: unknown): readonly ErrorDetail[] => {
  const { error } = ((Array.isArray(body) ? body[0] : body) ?? {}) as {
    error?: { details?: unknown } | null;
  };
  const details = error?.details;
  if (!Array.isArray(details)) return [];
  return details.flatMap((detail: unknown) => {
    if (typeof detail !== 'object' || detail === null) return [];
    const { reason, retryDelay, violations } = detail as Readonly<Record<string, unknown>>;
    return [
      {
        ...(typeof reason === 'string' && { reason }),
        ...(typeof retryDelay === 'string' && { retryDelay }),
        quotaIds: Array.isArray(violations) ? violations.flatMap(quotaIdOf) : [],
      },
    ];
  });
};

const quotaIdOf = (violation: unknown): readonly string[] => {
  const { quotaId } = (violation ?? {}) as { readonly quotaId?: unknown };
  return typeof quotaId === 'string' ? [quotaId] : [];
};

/**
 * The quota of a day, `GenerateRequestsPerDayPerProjectPerModel-FreeTier` for one, comes back at midnight Pacific time
 * (https://ai.google.dev/gemini-api/docs/rate-limits). The RetryInfo beside it is that of the minute and says seconds.
 */
const findDailyQuotaMs = (details: readonly ErrorDetail[], nowMs: number): number | null =>
  details.some(({ quotaIds }) => quotaIds.some((quotaId) => quotaId.includes('PerDay')))
    ? toPacificMidnightMs(nowMs)
    : null;

/** RetryInfo gives a duration in seconds: "48s", "0.289s". */
const findRetryDelayMs = (details: readonly ErrorDetail[]): number | null => {
  for (const { retryDelay } of details) {
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(retryDelay ?? '')?.[1];
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  }
  return null;
};
