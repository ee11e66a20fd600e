import type { Form } from './faulty-app.ts';

/** What a fault comes to: the code, and beside it how long to wait and whether the text so far is kept. */
export interface Expectation {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | 'the date';
  /** Whether what was said before the fault is kept. */
  readonly keepsText?: boolean;
}

interface Expectations {
  readonly usual: Expectation;
  /** By the provider's line in the contract. */
  readonly except?: Readonly<Record<string, Expectation>>;
}

const again = (code: string, more: Partial<Expectation> = {}): Expectation => ({
  code,
  retryable: true,
  ...more,
});
const never = (code: string): Expectation => ({ code, retryable: false });
const same = (
  usual: Expectation,
  except: Expectations['except'] = {},
): Readonly<Record<Form, Expectations>> => ({
  streamed: { usual, except },
  waiting: { usual, except },
});

const keepsText = { keepsText: true };
const TRUNCATED = again('STREAM_TRUNCATED');
const FAILED = again('PROVIDER_FAILED');
const OVERLOADED = again('PROVIDER_OVERLOADED');
const LIMITED = again('PROVIDER_RATE_LIMITED');
const REJECTED = never('PROVIDER_REJECTED');
/** Vendors whose words or numbers say what an HTTP status would have. */
const WORDED = { gemini: OVERLOADED, perplexity: OVERLOADED, xai: OVERLOADED };

/** Written down by hand: what the server does is held against it. */
export const EXPECTATIONS: Readonly<Record<string, Readonly<Record<Form, Expectations>>>> = {
  'connection reset before an answer': same(FAILED),
  'socket cut in the middle': {
    streamed: { usual: { ...TRUNCATED, ...keepsText } },
    waiting: { usual: TRUNCATED },
  },
  'clean end in the middle': {
    streamed: { usual: { ...TRUNCATED, ...keepsText } },
    waiting: { usual: FAILED },
  },
  'garbled frame': { streamed: { usual: { ...FAILED, ...keepsText } }, waiting: { usual: FAILED } },
  'error inside a success': {
    streamed: {
      usual: { ...OVERLOADED, ...keepsText },
      except: {
        groq: { ...FAILED, ...keepsText },
        deepseek: { ...FAILED, ...keepsText },
        // The SDK takes the words for the whole error and loses the code beside them.
        xai: { ...FAILED, ...keepsText },
      },
    },
    waiting: {
      usual: FAILED,
      except: WORDED,
    },
  },
  'silence in the middle': {
    streamed: { usual: again('STREAM_STALLED', keepsText) },
    waiting: { usual: again('STREAM_STALLED') },
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
  'JSON of something else with 200': {
    streamed: { usual: FAILED },
    waiting: { usual: TRUNCATED, except: { anthropic: FAILED } },
  },
  'JSON of an error with 200': same(FAILED, WORDED),
  'nothing with 200': { streamed: { usual: TRUNCATED }, waiting: { usual: FAILED } },
};

export const expectationOf = (fault: string, form: Form, line: string): Expectation => {
  const expected = EXPECTATIONS[fault]?.[form];
  if (expected === undefined) throw new Error(`nothing is expected of "${fault}", ${form}`);
  return expected.except?.[line] ?? expected.usual;
};
