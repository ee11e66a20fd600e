/** What a vendor's error body may say beside its status. */
export interface VendorFailure {
  readonly status: number;
  readonly message: string;
  /** In milliseconds; only some vendors have a place for it in the body. */
  readonly retryDelayMs?: number;
}

/**
 * How one vendor words a failure: in an HTTP answer's body, and inside a stream that had begun well. Hand-made after the
 * vendors' documentation and the types of their SDKs.
 */
export interface VendorErrors {
  readonly body: (failure: VendorFailure) => object;
  /** The frame, line ends included; the failure of a vendor that is overloaded. */
  readonly frame: (message: string) => string;
  /** Whether the body has a place for how long to wait; left out: it has none. */
  readonly namesRetryDelay?: true;
}

/** An event of a stream that has no name. */
export const dataFrame = (payload: object): string => `data: ${JSON.stringify(payload)}\n\n`;
/** An event of a stream that is named `error`. */
export const errorFrame = (payload: object): string => `event: error\n${dataFrame(payload)}`;

const OPENAI_TYPES: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'model_not_found'],
  413: ['invalid_request_error', 'request_too_large'],
  429: ['requests', 'rate_limit_exceeded'],
};

/** OpenAI's error body, which vendors that speak its APIs mostly have as well. */
export const openaiErrorBody: VendorErrors['body'] = ({ status, message }) => {
  const [type, code] = OPENAI_TYPES[status] ?? ['server_error', null];
  return { error: { message, type, param: null, code } };
};
