import { shorten } from '../lib/shorten.ts';
import { redactSecrets } from './secrets.ts';

interface ErrorTraits {
  /** The same request may succeed if sent again. */
  readonly retryable: boolean;
  /** Part of normal service: logged at info, never as a defect of this server. */
  readonly expected: boolean;
  /** Status of the HTTP answer when the error rejects the whole request. */
  readonly http: number;
  /** The provider's own words may be shown to the client: they describe the caller's request, not our account. */
  readonly vendorText: boolean;
}

const traits = (retryable: boolean, expected: boolean, http: number, vendorText = false): ErrorTraits => ({
  retryable,
  expected,
  http,
  vendorText,
});

/** The one table of error codes. A code's meaning never changes; clients switch on it. */
export const ERROR_CODES = {
  INVALID_REQUEST: traits(false, true, 400),
  MODEL_NOT_FOUND: traits(false, true, 404),
  UNSUPPORTED_CAPABILITY: traits(false, true, 400),
  NOT_FOUND: traits(false, true, 404),
  UNAUTHENTICATED: traits(false, true, 401),
  /** Status 200, as of every server that knows persisted queries: older clients read no other answer. */
  PERSISTED_QUERY_NOT_SUPPORTED: traits(false, true, 200),
  PERSISTED_QUERY_NOT_FOUND: traits(false, true, 200),
  FORBIDDEN: traits(false, true, 403),
  RATE_LIMITED: traits(true, true, 429),
  BUDGET_EXCEEDED: traits(false, true, 402),
  PROVIDER_NOT_CONFIGURED: traits(false, true, 503),
  PROVIDER_AUTHENTICATION: traits(false, false, 502),
  PROVIDER_RATE_LIMITED: traits(true, true, 429),
  PROVIDER_OVERLOADED: traits(true, true, 503),
  PROVIDER_REJECTED: traits(false, true, 400, true),
  CONTEXT_LENGTH_EXCEEDED: traits(false, true, 400, true),
  CONTENT_FILTERED: traits(false, true, 422, true),
  PROVIDER_FAILED: traits(true, false, 502),
  OUTPUT_INVALID: traits(true, true, 502),
  PROVIDER_TIMEOUT: traits(true, true, 504),
  STREAM_TRUNCATED: traits(true, true, 502),
  STREAM_STALLED: traits(true, true, 504),
  GENERATION_CANCELLED: traits(false, true, 499),
  GENERATION_INTERRUPTED: traits(true, true, 503),
  SERVICE_UNAVAILABLE: traits(true, true, 503),
  INTERNAL: traits(false, false, 500),
} as const satisfies Record<string, ErrorTraits>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const isRetryable = (code: ErrorCode): boolean => ERROR_CODES[code].retryable;

/** An error whose message is written for the client. Everything else that is thrown is a defect and is masked. */
export class ModelgraphError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ModelgraphError';
    this.code = code;
  }
}

/** One thing wrong with a request: where, what would be accepted, what to do. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  /** Position in the input, from its root: `['input', 'temperature']`. */
  readonly path: readonly string[];
  readonly allowed: readonly string[] | null;
  readonly suggestion: string | null;
}

export interface ProblemDetails {
  /** What would be accepted instead. Left out: nothing that could be listed. */
  readonly allowed?: readonly string[];
  /** What the caller can do. */
  readonly suggestion?: string;
}

/** Problems quote what a client has sent, which may be megabytes, and be quoted in each of them. */
const MAX_MESSAGE_LENGTH = 2_000;
const MAX_ALLOWED = 100;
const MAX_ALLOWED_LENGTH = 200;

/** The one way to write a problem. Long messages are cut, and so are long lists of what is allowed. */
export const createProblem = (
  code: ErrorCode,
  path: readonly string[],
  message: string,
  { allowed, suggestion }: ProblemDetails = {},
): Problem => ({
  code,
  message: shorten(message, MAX_MESSAGE_LENGTH),
  path,
  allowed: allowed?.slice(0, MAX_ALLOWED).map((item) => shorten(item, MAX_ALLOWED_LENGTH)) ?? null,
  suggestion: suggestion ?? null,
});

/** A request refused before any provider was called. Carries every problem found, the first one leading. */
export class RequestRejected extends ModelgraphError {
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problems: readonly [Problem, ...Problem[]]) {
    super(problems[0].code, problems[0].message);
    this.name = 'RequestRejected';
    this.problems = problems;
  }
}

/** A request refused for one thing. */
export const rejection = (...problem: Parameters<typeof createProblem>): RequestRejected =>
  new RequestRejected([createProblem(...problem)]);

export interface ProviderErrorDetails {
  readonly provider: string;
  /** HTTP status the provider answered with; null when none arrived. */
  readonly providerStatus?: number | null;
  /** How long the provider asked to wait, in milliseconds; more than 24 days are given as that. */
  readonly retryAfterMs?: number | null;
  /** The provider's own words. Shown to the client only for codes with `vendorText`; else for the server's log. */
  readonly vendorMessage?: string | null;
  /** The provider's request id, for its support desk. */
  readonly requestId?: string | null;
  /** How its connection failed, in the words of the operating system or of TLS: nothing of the request is in them. */
  readonly connectionFailure?: string | null;
  /** Whether no connection came about. */
  readonly isUnreachable?: boolean;
  readonly cause?: unknown;
}

const redact = (text: string | null | undefined): string | null =>
  text == null ? null : redactSecrets(text);

/** The greatest 32-bit integer: GraphQL's Int takes no more, nor does a timer. */
const LONGEST_WAIT_MS = 2_147_483_647;

/** Of a vendor's words: more than any message that explains something; it may be a page, or the prompt. */
export const MAX_WORDS_LENGTH = 4_096;

const toWaitMs = (waitMs: number | null): number | null =>
  waitMs !== null && waitMs >= 0 ? Math.min(Math.ceil(waitMs), LONGEST_WAIT_MS) : null;

/** Vendors write numbers of their own where an HTTP status belongs. */
const toHttpStatus = (status: number | null): number | null =>
  status !== null && Number.isInteger(status) && status >= 100 && status < 600 ? status : null;

const PROVIDER_MESSAGES: Partial<Record<ErrorCode, string>> = {
  PROVIDER_NOT_CONFIGURED: 'The provider is not configured on this server.',
  PROVIDER_AUTHENTICATION:
    "The provider refused this server's credentials or account. Its operator must check the API key and the credit.",
  PROVIDER_RATE_LIMITED: 'The provider is limiting the rate of requests. Wait and send the request again.',
  PROVIDER_OVERLOADED: 'The provider is overloaded. Wait and send the request again.',
  PROVIDER_REJECTED: 'The provider rejected the request',
  CONTEXT_LENGTH_EXCEEDED: "The request is longer than the model's context window",
  CONTENT_FILTERED: "The provider's content filter stopped the generation",
  PROVIDER_FAILED: 'The provider failed to complete the request.',
  PROVIDER_TIMEOUT: 'The provider did not answer in time.',
  STREAM_TRUNCATED: "The provider's stream ended before the generation was complete.",
  STREAM_STALLED: "The provider's stream went silent.",
  GENERATION_CANCELLED: 'The generation was cancelled.',
};

const UNREACHABLE = 'The provider cannot be reached.';

/**
 * A failure on the provider's side, already classified. The message is safe for clients: the vendor's words are in it
 * only where the code allows that, and no key of this server is in them.
 */
export class ProviderError extends ModelgraphError {
  readonly provider: string;
  readonly providerStatus: number | null;
  readonly retryAfterMs: number | null;
  readonly vendorMessage: string | null;
  readonly requestId: string | null;
  /** How its connection failed, for the server's log; null: it did not, or that is not known. */
  readonly connectionFailure: string | null;

  constructor(code: ErrorCode, details: ProviderErrorDetails) {
    const base =
      details.isUnreachable === true
        ? UNREACHABLE
        : (PROVIDER_MESSAGES[code] ?? 'The provider failed to complete the request.');
    const said = redact(details.vendorMessage);
    const vendorMessage = said === null ? null : shorten(said, MAX_WORDS_LENGTH);
    const words = ERROR_CODES[code].vendorText ? vendorMessage : null;
    super(code, words === null ? base.replace(/([^.])$/, '$1.') : `${base.replace(/\.$/, '')}: ${words}`, {
      cause: details.cause,
    });
    this.name = 'ProviderError';
    this.provider = details.provider;
    this.providerStatus = toHttpStatus(details.providerStatus ?? null);
    this.retryAfterMs = toWaitMs(details.retryAfterMs ?? null);
    this.vendorMessage = vendorMessage;
    this.requestId = redact(details.requestId);
    this.connectionFailure = redact(details.connectionFailure);
  }
}

/** The first error of ours in a chain of causes: SDKs wrap what their transport throws. */
export const findModelgraphError = (error: unknown): ModelgraphError | undefined => {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (at instanceof ModelgraphError) return at;
  }
  return undefined;
};
