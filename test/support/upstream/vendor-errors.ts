/** What a vendor's error body may say beside its status. */
export interface VendorFailure {
  readonly status: number;
  readonly message: string;
  /** In milliseconds; only some vendors have a place for it in the body. */
  readonly retryDelayMs?: number;
}

/** How one vendor words a failure: in an HTTP answer's body, and inside a stream that had begun well. */
export interface VendorErrors {
  readonly body: (failure: VendorFailure) => object;
  /** The frame, line ends included; the failure of a vendor that is overloaded. */
  readonly frame: (message: string) => string;
}

const data = (payload: object): string => `data: ${JSON.stringify(payload)}\n\n`;
const named = (payload: object): string => `event: error\n${data(payload)}`;

const OPENAI_TYPES: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'model_not_found'],
  413: ['invalid_request_error', 'request_too_large'],
  429: ['requests', 'rate_limit_exceeded'],
};

const openaiError = ({ status, message }: VendorFailure): object => {
  const [type, code] = OPENAI_TYPES[status] ?? ['server_error', null];
  return { message, type, param: null, code };
};

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const GOOGLE_STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

const googleError = ({ status, message, retryDelayMs }: VendorFailure): object => ({
  error: {
    code: status,
    message,
    status: GOOGLE_STATUSES[status] ?? 'INTERNAL',
    ...(retryDelayMs !== undefined && {
      details: [
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryDelayMs / 1000}s` },
      ],
    }),
  },
});

const XAI_CODES: Readonly<Record<number, string>> = {
  400: 'invalid-argument',
  401: 'unauthenticated',
  404: 'not-found',
  429: 'resource-exhausted',
  503: 'unavailable',
};

const xaiError = ({ status, message }: VendorFailure): object => ({
  code: XAI_CODES[status] ?? 'internal',
  error: message,
});

/** Hand-made after the vendors' documentation and the types of their SDKs, by provider. */
export const VENDOR_ERRORS: Readonly<Record<string, VendorErrors>> = {
  openai: {
    body: (failure) => ({ error: openaiError(failure) }),
    frame: (message) =>
      named({ type: 'error', error: { type: 'server_error', code: 'server_is_overloaded', message } }),
  },
  anthropic: {
    body: ({ status, message }) => ({
      type: 'error',
      error: { type: ANTHROPIC_TYPES[status] ?? 'api_error', message },
      request_id: 'req_made',
    }),
    frame: (message) => named({ type: 'error', error: { type: 'overloaded_error', message } }),
  },
  gemini: {
    body: googleError,
    frame: (message) => data(googleError({ status: 503, message })),
  },
  groq: {
    body: (failure) => ({ error: openaiError(failure) }),
    frame: (message) => named({ error: { message, type: 'internal_server_error', code: null } }),
  },
  deepseek: {
    body: ({ status, message }) => ({
      error: {
        message,
        type:
          status === 401 ? 'authentication_error' : status < 500 ? 'invalid_request_error' : 'server_error',
        param: null,
        // Whatever the caller's mistake was, this is its code.
        code: status < 500 ? 'invalid_request_error' : null,
      },
    }),
    frame: (message) => data({ error: { message, type: 'server_error', param: null, code: null } }),
  },
  perplexity: {
    body: ({ status, message }) => ({ error: { message, type: 'error', code: status } }),
    frame: (message) => data({ type: 'error', error: { message, type: 'overloaded', code: 503 } }),
  },
  xai: {
    body: xaiError,
    frame: (message) => data(xaiError({ status: 503, message })),
  },
};
