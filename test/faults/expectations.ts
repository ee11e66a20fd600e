/** Whether the vendor streams its answer or gives it in one piece. */
export const FORMS = ['streamed', 'waiting'] as const;
export type Form = (typeof FORMS)[number];

/** What a fault comes to: the code, and beside it how long to wait and whether the text so far is kept. */
export interface Expectation {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | 'the date';
  /** Whether what was said before the fault is kept. */
  readonly keepsText?: boolean;
}

const again = (code: string, more: Partial<Expectation> = {}): Expectation => ({
  code,
  retryable: true,
  ...more,
});
const never = (code: string): Expectation => ({ code, retryable: false });
const same = (expectation: Expectation): Readonly<Record<Form, Expectation>> => ({
  streamed: expectation,
  waiting: expectation,
});

const keepsText = { keepsText: true };
const TRUNCATED = again('STREAM_TRUNCATED');
export const FAILED = again('PROVIDER_FAILED');
export const OVERLOADED = again('PROVIDER_OVERLOADED');
const LIMITED = again('PROVIDER_RATE_LIMITED');
const REJECTED = never('PROVIDER_REJECTED');

/** What most vendors' faults come to, written down by hand: what the server does is held against it. */
const USUAL = {
  'connection reset before an answer': same(FAILED),
  'socket cut in the middle': { streamed: { ...TRUNCATED, ...keepsText }, waiting: TRUNCATED },
  'clean end in the middle': { streamed: { ...TRUNCATED, ...keepsText }, waiting: FAILED },
  'garbled frame': { streamed: { ...FAILED, ...keepsText }, waiting: FAILED },
  'error inside a success': { streamed: { ...OVERLOADED, ...keepsText }, waiting: FAILED },
  'silence in the middle': {
    streamed: again('STREAM_STALLED', keepsText),
    waiting: again('STREAM_STALLED'),
  },
  'HTTP 400': same(REJECTED),
  'HTTP 401': same(never('PROVIDER_AUTHENTICATION')),
  'HTTP 404': same(REJECTED),
  'HTTP 413': same(REJECTED),
  'HTTP 429': same(LIMITED),
  'HTTP 429, Retry-After in seconds': same({ ...LIMITED, retryAfterMs: 7000 }),
  'HTTP 429, Retry-After as a date': same({ ...LIMITED, retryAfterMs: 'the date' }),
  'HTTP 429, retry-after-ms': same({ ...LIMITED, retryAfterMs: 1500 }),
  'HTTP 429, RetryInfo in the body': same({ ...LIMITED, retryAfterMs: 2500 }),
  'HTTP 500': same(FAILED),
  'HTTP 503': same(OVERLOADED),
  'HTTP 529': same(OVERLOADED),
  'HTML with 200': same(FAILED),
  'JSON of something else with 200': { streamed: FAILED, waiting: TRUNCATED },
  'JSON of an error with 200': same(FAILED),
  'nothing with 200': { streamed: TRUNCATED, waiting: FAILED },
  'HTML as an event stream': same(FAILED),
  'HTTP 400 as an event stream': same(REJECTED),
  'HTTP 500 without end': same(FAILED),
  'event or answer without end': { streamed: { ...FAILED, ...keepsText }, waiting: FAILED },
  'JSON nested too deep': { streamed: { ...FAILED, ...keepsText }, waiting: FAILED },
} as const satisfies Readonly<Record<string, Readonly<Record<Form, Expectation>>>>;

export type FaultName = keyof typeof USUAL;

/** Faults that come to something else at one vendor, in its own file of test knowledge. */
export type FaultExceptions = Readonly<Partial<Record<FaultName, Partial<Record<Form, Expectation>>>>>;

/** Where words or numbers in the body say what an HTTP status would have: such a vendor is overloaded, not failed. */
export const WORDED: FaultExceptions = {
  'error inside a success': { waiting: OVERLOADED },
  'JSON of an error with 200': same(OVERLOADED),
};

/** Where a stream's own error does not say that the vendor is overloaded. */
export const FAILED_INSIDE_A_STREAM: FaultExceptions = {
  'error inside a success': { streamed: { ...FAILED, ...keepsText } },
};

export const expectationOf = (fault: FaultName, form: Form, exceptions: FaultExceptions = {}): Expectation =>
  exceptions[fault]?.[form] ?? USUAL[fault][form];
