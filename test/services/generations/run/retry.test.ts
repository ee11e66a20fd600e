import { describe, expect, test } from 'vitest';
import {
  ERROR_CODES,
  type ErrorCode,
  isRetryable,
  ModelgraphError,
  ProviderError,
  type ProviderErrorDetails,
} from '../../../../src/core/errors.ts';
import { ProviderCircuitOpen } from '../../../../src/services/providers/circuit.ts';
import {
  createRetryPolicy,
  type FailedAttempt,
  type RetryPlan,
  type RetryPolicyOptions,
} from '../../../../src/services/generations/run/retry.ts';

const failed = (code: ErrorCode, details: Partial<ProviderErrorDetails> = {}): ProviderError =>
  new ProviderError(code, { provider: 'testing', ...details });

const OVERLOADED = failed('PROVIDER_OVERLOADED');

const ALMOST_ONE = 1 - Number.EPSILON;

const plan = (attempt: Partial<FailedAttempt>, options: Partial<RetryPolicyOptions> = {}): RetryPlan =>
  createRetryPolicy({ maxAttempts: 3, maxWaitMs: 20_000, random: () => 0.5, ...options })({
    attempt: 1,
    error: OVERLOADED,
    elapsedMs: 0,
    deadlineMs: 900_000,
    ...attempt,
  });

const waitOf = (...of: Parameters<typeof plan>): number => {
  const planned = plan(...of);
  if (planned.type !== 'retry') throw new Error(`expected a retry: ${JSON.stringify(planned)}`);
  return planned.waitMs;
};

const giveUp = (reason: string): object => ({ type: 'give-up', reason });

describe('what is tried again', () => {
  test('a failure of the provider is, exactly when its code is retryable', () => {
    const codes = Object.keys(ERROR_CODES) as ErrorCode[];
    const tried = codes.filter((code) => plan({ error: failed(code) }).type === 'retry');
    expect(tried).toEqual(codes.filter(isRetryable));
    expect(tried).toContain('PROVIDER_RATE_LIMITED');
    expect(tried).not.toContain('PROVIDER_AUTHENTICATION');
  });

  test.each([400, 401, 403, 404, 422])('an answer with status %i is not, whatever its code', (status) => {
    const error = failed('PROVIDER_FAILED', { providerStatus: status });
    expect(plan({ error })).toEqual(giveUp('not-retryable'));
  });

  test.each([408, 409, 429, 500, 503, 529])('an answer with status %i is', (status) => {
    expect(plan({ error: failed('PROVIDER_FAILED', { providerStatus: status }) }).type).toBe('retry');
  });

  test.each([
    ["this server's own limit", new ModelgraphError('RATE_LIMITED', 'Too many.')],
    ["this server's own end", new ModelgraphError('GENERATION_INTERRUPTED', 'It shut down.')],
    ['a provider whose circuit is open', new ProviderCircuitOpen('testing', 5)],
  ])('%s is not, though a client may', (_, error) => {
    expect(isRetryable(error.code)).toBe(true);
    expect(plan({ error })).toEqual(giveUp('not-retryable'));
  });

  test('the attempts allowed are made and no more', () => {
    const types = [1, 2, 3, 4].map((attempt) => plan({ attempt }).type);
    expect(types).toEqual(['retry', 'retry', 'give-up', 'give-up']);
    expect(plan({ attempt: 3 })).toEqual(giveUp('attempts-spent'));
    expect(plan({}, { maxAttempts: 1 })).toEqual(giveUp('attempts-spent'));
  });
});

describe('the wait before the next attempt', () => {
  test('lies anywhere between nothing and a limit that doubles, up to the longest wait', () => {
    const attempts = [1, 2, 3, 4, 5, 6, 7, 8];
    const wait = (random: number) => (attempt: number) =>
      waitOf({ attempt }, { maxAttempts: 10, random: () => random });
    expect(attempts.map(wait(0))).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(attempts.map(wait(0.5))).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(attempts.map(wait(ALMOST_ONE))).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
  });

  test('is never shorter than the provider asks for, and a little longer', () => {
    const error = failed('PROVIDER_RATE_LIMITED', { retryAfterMs: 7_000 });
    const waits = [0, 0.5, ALMOST_ONE].map((random) => waitOf({ error }, { random: () => random }));
    expect(waits).toEqual([7_000, 7_350, 7_700]);
  });

  test('is the usual one where the provider asks for none', () => {
    expect(waitOf({ error: failed('PROVIDER_RATE_LIMITED', { retryAfterMs: 0 }) })).toBe(250);
  });

  test('may be as long as is allowed, and what the provider asks for is not stretched past that', () => {
    const error = failed('PROVIDER_RATE_LIMITED', { retryAfterMs: 20_000 });
    expect(waitOf({ error }, { random: () => ALMOST_ONE })).toBe(20_000);
  });

  test('is none where none is allowed', () => {
    expect(waitOf({ attempt: 2 }, { maxWaitMs: 0, random: () => ALMOST_ONE })).toBe(0);
  });

  test('is not begun when the provider asks for more than is allowed, and the error still tells how much', () => {
    const error = failed('PROVIDER_RATE_LIMITED', { retryAfterMs: 20_001 });
    expect(plan({ error })).toEqual(giveUp('wait-too-long'));
    expect(error.retryAfterMs).toBe(20_001);
  });

  test('is not begun when it would last to the deadline', () => {
    const error = failed('PROVIDER_OVERLOADED', { retryAfterMs: 5_000 });
    const within = { error, deadlineMs: 60_000 };
    const random = (): number => 0;
    expect(plan({ ...within, elapsedMs: 54_999 }, { random }).type).toBe('retry');
    expect(plan({ ...within, elapsedMs: 55_000 }, { random })).toEqual(giveUp('deadline'));
    expect(plan({ elapsedMs: 60_001, deadlineMs: 60_000 }, { random })).toEqual(giveUp('deadline'));
  });
});

test('waits differ where nobody says how chance falls', () => {
  const policy = createRetryPolicy({ maxAttempts: 9, maxWaitMs: 60_000 });
  const waits = Array.from({ length: 50 }, () =>
    policy({ attempt: 8, error: OVERLOADED, elapsedMs: 0, deadlineMs: Infinity }),
  ).map((planned) => (planned.type === 'retry' ? planned.waitMs : -1));
  expect(new Set(waits).size).toBeGreaterThan(25);
  expect(waits.every((waitMs) => waitMs >= 0 && waitMs <= 60_000)).toBe(true);
});
