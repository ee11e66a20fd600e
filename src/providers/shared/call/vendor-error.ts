import type { ErrorCode } from '../../../core/errors.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { readJson } from './read-json.ts';

/** What a vendor says of a failure, whichever shape it says it in. */
export interface VendorError {
  /** HTTP status, or the status a body names for itself; null when there is none. */
  readonly status: number | null;
  /** The vendor's machine-readable words, most specific first. */
  readonly words: readonly string[];
  readonly message: string | null;
}

/** Words that mean the same with any HTTP status. Lower case. */
const SPECIFIC_WORDS: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['context_length_exceeded', 'CONTEXT_LENGTH_EXCEEDED'],
  ['too_many_prompt_tokens', 'CONTEXT_LENGTH_EXCEEDED'],
  ['exceed_context_size_error', 'CONTEXT_LENGTH_EXCEEDED'], // llama.cpp
  ['content_filter', 'CONTENT_FILTERED'],
  ['content_policy', 'CONTENT_FILTERED'],
  ['content_policy_violation', 'CONTENT_FILTERED'],
  ['moderation_blocked', 'CONTENT_FILTERED'],
  ['data_inspection_failed', 'CONTENT_FILTERED'], // Alibaba
  ['bio_policy', 'CONTENT_FILTERED'],
  ['cyber_policy', 'CONTENT_FILTERED'],
  ['misalignment_policy_violation', 'CONTENT_FILTERED'],
  ['rate_limit_exceeded', 'PROVIDER_RATE_LIMITED'],
  ['rate_limit_error', 'PROVIDER_RATE_LIMITED'],
  ['resource_exhausted', 'PROVIDER_RATE_LIMITED'],
  ['too_many_requests', 'PROVIDER_RATE_LIMITED'],
  ['overloaded', 'PROVIDER_OVERLOADED'],
  ['overloaded_error', 'PROVIDER_OVERLOADED'],
  ['server_overloaded', 'PROVIDER_OVERLOADED'],
  ['server_is_overloaded', 'PROVIDER_OVERLOADED'],
  ['engine_overloaded', 'PROVIDER_OVERLOADED'],
  ['slow_down', 'PROVIDER_OVERLOADED'],
  ['insufficient_system_resource', 'PROVIDER_OVERLOADED'],
  ['invalid_api_key', 'PROVIDER_AUTHENTICATION'],
  ['api_key_invalid', 'PROVIDER_AUTHENTICATION'],
  ['account_deactivated', 'PROVIDER_AUTHENTICATION'],
  // An account without credit or at its spending limit: reported as a rate limit, often with 429, but waiting mends nothing.
  ['insufficient_quota', 'PROVIDER_AUTHENTICATION'],
  ['credit_balance_exhausted', 'PROVIDER_AUTHENTICATION'],
  ['billing_not_active', 'PROVIDER_AUTHENTICATION'],
  ['organization_usage_limit_exceeded', 'PROVIDER_AUTHENTICATION'],
  ['organization_spend_limit_exceeded', 'PROVIDER_AUTHENTICATION'],
  ['project_spend_limit_exceeded', 'PROVIDER_AUTHENTICATION'],
  ['enforced_spend_limit_reached', 'PROVIDER_AUTHENTICATION'], // Anthropic, 429
  ['blocked_api_access', 'PROVIDER_AUTHENTICATION'], // Groq, 400
  ['billing_error', 'PROVIDER_AUTHENTICATION'],
  ['billing_hard_limit_reached', 'PROVIDER_AUTHENTICATION'], // OpenAI, 400
  ['organization_restricted', 'PROVIDER_AUTHENTICATION'], // Groq, 400
  ['vector_store_timeout', 'PROVIDER_TIMEOUT'],
  ['tool_use_failed', 'PROVIDER_FAILED'], // Groq: the model's own tool call is wrong, whatever the 400 says
]);

/** Words that only name a family: an HTTP status says more than they do. Lower case. */
const FAMILY_WORDS: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['invalid_prompt', 'PROVIDER_REJECTED'],
  ['invalid_request', 'PROVIDER_REJECTED'],
  ['invalid_request_error', 'PROVIDER_REJECTED'],
  ['invalid_argument', 'PROVIDER_REJECTED'],
  ['failed_precondition', 'PROVIDER_REJECTED'],
  ['request_too_large', 'PROVIDER_REJECTED'],
  ['model_not_found', 'PROVIDER_REJECTED'],
  ['not_found', 'PROVIDER_REJECTED'],
  ['not_found_error', 'PROVIDER_REJECTED'],
  ['data_residency_mismatch', 'PROVIDER_REJECTED'],
  ['invalid_image', 'PROVIDER_REJECTED'],
  ['failed_to_download_image', 'PROVIDER_REJECTED'],
  ['authentication_error', 'PROVIDER_AUTHENTICATION'],
  ['permission_error', 'PROVIDER_AUTHENTICATION'],
  ['permission_denied', 'PROVIDER_AUTHENTICATION'],
  ['unauthenticated', 'PROVIDER_AUTHENTICATION'],
  ['unauthorized', 'PROVIDER_AUTHENTICATION'],
  ['unavailable', 'PROVIDER_OVERLOADED'],
  ['service_unavailable', 'PROVIDER_OVERLOADED'],
  ['timeout', 'PROVIDER_TIMEOUT'],
  ['timeout_error', 'PROVIDER_TIMEOUT'],
  ['request_timeout', 'PROVIDER_TIMEOUT'],
  ['deadline_exceeded', 'PROVIDER_TIMEOUT'],
]);

/** The meaning of an HTTP status that is not a success. */
export const mapHttpStatus = (status: number): ErrorCode => {
  switch (status) {
    case 401:
    case 403:
      return 'PROVIDER_AUTHENTICATION';
    case 402: // no credit on this server's account
      return 'PROVIDER_AUTHENTICATION';
    case 408:
    case 504:
    case 524: // Cloudflare: the origin did not answer in time
      return 'PROVIDER_TIMEOUT';
    case 409: // a lock on the vendor's side, gone a moment later
      return 'PROVIDER_FAILED';
    case 429:
      return 'PROVIDER_RATE_LIMITED';
    case 498: // Groq: no capacity in the flex tier
    case 503:
    case 529: // Anthropic and others: overloaded
      return 'PROVIDER_OVERLOADED';
    default:
      return status >= 400 && status < 500 ? 'PROVIDER_REJECTED' : 'PROVIDER_FAILED';
  }
};

/**
 * Statuses that say of a rate limit that it does not pass: the credit is used up (Gemini's RESOURCE_EXHAUSTED), or the
 * request alone is above the limit of a minute (Groq's `rate_limit_exceeded`).
 */
const LASTING_STATUSES: ReadonlySet<number | null> = new Set([402, 413]);

/** Longer than any word that is known. */
const MAX_WORD_LENGTH = 64;

/** Our code for a vendor's failure. Total: an unknown failure is `PROVIDER_FAILED`. */
export const classifyVendorError = ({ status, words }: Omit<VendorError, 'message'>): ErrorCode => {
  const lowered = words.map((word) => word.slice(0, MAX_WORD_LENGTH).toLowerCase().replaceAll('-', '_'));
  for (const word of lowered) {
    const code = SPECIFIC_WORDS.get(word);
    if (code === 'PROVIDER_RATE_LIMITED' && LASTING_STATUSES.has(status)) continue;
    if (code !== undefined) return code;
  }
  if (status !== null && status >= 400 && status < 600) return mapHttpStatus(status);
  for (const word of lowered) {
    const code = FAMILY_WORDS.get(word);
    if (code !== undefined) return code;
  }
  return 'PROVIDER_FAILED';
};

/** Far more than is told of it, so that nothing is cut that has to be recognised, a key for one. */
const MAX_MESSAGE_LENGTH = 64 * 1024;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const wordsOf = (error: Readonly<Record<string, unknown>>): string[] =>
  [error['code'], error['status'], error['type']].filter(
    (word) => typeof word === 'string' && word !== '' && word !== 'error',
  ) as string[];

/**
 * The error a JSON body reports: `{error: {…}}`, `{error: "…", code}`, `{type: "error", error: {…}}`, the error object
 * itself (vLLM), `{detail: "…"}` and `{detail: [{msg}]}` (FastAPI), or `{errors: [{message}]}`. undefined when the body
 * reports none.
 */
export const readVendorError = (body: unknown): VendorError | undefined => {
  if (Array.isArray(body)) return readVendorError(body[0]); // Gemini may wrap its error in a list
  if (!isRecord(body)) return undefined;
  const { error } = body;
  if (typeof error === 'string' && error !== '') {
    const said = [body['message'], body['error_description'], error].find(isText) ?? error;
    return {
      status: statusOf(body),
      words: wordsOf(body),
      message: said.slice(0, MAX_MESSAGE_LENGTH),
    };
  }
  if (isRecord(error)) return readErrorObject(error);
  const said = body['message'] ?? readDetail(body['detail']) ?? readErrors(body['errors']) ?? readOther(body);
  return typeof said === 'string' ? readErrorObject({ ...body, message: said }) : undefined;
};

/** Zhipu's `msg`, Baidu's `error_msg`, and MiniMax's `base_resp`, which comes with every success, too. */
const readOther = (body: Readonly<Record<string, unknown>>): unknown => {
  const base = body['base_resp'];
  if (isRecord(base) && base['status_code'] !== 0) return base['status_msg'];
  return body['msg'] ?? body['error_msg'] ?? body['error_message'];
};

const readErrorObject = (error: Readonly<Record<string, unknown>>): VendorError => {
  const inner = readInnerError(error);
  const { message } = error;
  return {
    status: statusOf(error),
    words: [...(inner?.words ?? []), ...wordsOf(error)],
    message:
      inner?.message ??
      (typeof message === 'string' && message !== '' ? message : JSON.stringify(error)).slice(
        0,
        MAX_MESSAGE_LENGTH,
      ),
  };
};

const statusOf = ({ code, status }: Readonly<Record<string, unknown>>): number | null => {
  if (typeof code === 'number') return code;
  return typeof status === 'number' ? status : null;
};

/** Of a text that is no JSON: a page, for one. */
const QUOTED_CHARACTERS = 500;

/** The words that a gateway passes on from the vendor behind it: OpenRouter's `metadata.raw`, a text that may be JSON. */
const readInnerError = ({
  metadata,
}: Readonly<Record<string, unknown>>): Pick<VendorError, 'words' | 'message'> | undefined => {
  const raw = isRecord(metadata) ? metadata['raw'] : undefined;
  if (isRecord(raw)) return readVendorError(raw);
  if (typeof raw !== 'string' || raw.trim() === '') return undefined;
  return readVendorError(readJson(raw)) ?? { words: [], message: raw.slice(0, QUOTED_CHARACTERS) };
};

const readDetail = (detail: unknown): unknown => {
  if (!Array.isArray(detail)) return isRecord(detail) ? detail['message'] : detail;
  const [first] = detail as readonly unknown[];
  if (!isRecord(first)) return first;
  const { loc, msg } = first;
  return Array.isArray(loc) && typeof msg === 'string' ? `${loc.join('.')}: ${msg}` : msg;
};

const readErrors = (errors: unknown): unknown => {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isRecord(first) ? first['message'] : first;
};
