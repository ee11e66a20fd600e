import { describe, expect, test } from 'vitest';
import { type ErrorCode, ModelgraphError, ProviderError } from '../../../src/core/errors.ts';
import { ProviderCircuitOpen } from '../../../src/services/providers/circuit.ts';
import {
  type Admission,
  type ProviderHealthOptions,
  ProviderHealthService,
} from '../../../src/services/providers/provider-health.ts';

const failure = (code: ErrorCode, details: { providerStatus?: number; retryAfterMs?: number } = {}) =>
  new ProviderError(code, { provider: 'acme', ...details });

const FAILED = failure('PROVIDER_FAILED');
const LIMITED = failure('PROVIDER_RATE_LIMITED');

/** The health of providers over a clock of the test's own, and what the service does with it. */
const createHarness = (options: Partial<ProviderHealthOptions> = {}) => {
  const clock = { ms: 1_000 };
  const health = new ProviderHealthService({ failures: 3, now: () => clock.ms, random: () => 0, ...options });
  const admit = (provider = 'acme'): Admission => {
    const answer = health.admit(provider);
    if (answer.type === 'refused') throw new Error(`refused for ${answer.retryAfterMs} ms`);
    return answer;
  };
  const fail = (times: number, error: ModelgraphError = FAILED): void => {
    for (let time = 0; time < times; time += 1) health.recordFailure(admit(), error);
  };
  const succeed = (): void => health.recordSuccess(admit(), null);
  const state = (): string | undefined => health.circuitStates().get('acme');
  return { clock, health, admit, fail, succeed, state };
};

describe('while the circuit is closed', () => {
  test('calls are admitted until so many in a row have failed, and refused from then on', () => {
    const { health, fail, state } = createHarness();
    fail(2);
    expect(state()).toBe('closed');
    fail(1);
    expect(state()).toBe('open');
    expect(health.admit('acme')).toEqual({ type: 'refused', retryAfterMs: 10_000 });
  });

  test('a success makes the failures before it forgotten', () => {
    const { fail, succeed, state } = createHarness();
    fail(2);
    succeed();
    fail(2);
    expect(state()).toBe('closed');
  });

  test('an answer that begins is no success yet: answers that break off add up', () => {
    const { health, admit, state } = createHarness();
    for (let time = 0; time < 3; time += 1) {
      const admission = admit();
      health.recordFirstDelta(admission);
      health.recordFailure(admission, failure('STREAM_TRUNCATED'));
    }
    expect(state()).toBe('open');
  });

  test('every provider has a circuit of its own', () => {
    const { health, admit, fail } = createHarness();
    fail(3);
    expect(admit('other').probe).toBe(false);
    expect(health.circuitStates()).toEqual(
      new Map([
        ['acme', 'open'],
        ['other', 'closed'],
      ]),
    );
  });

  test('with no number of failures it never opens', () => {
    const { fail, state } = createHarness({ failures: 0 });
    fail(100);
    expect(state()).toBe('closed');
  });
});

describe('what counts against a provider', () => {
  test.each<ErrorCode>([
    'PROVIDER_FAILED',
    'PROVIDER_OVERLOADED',
    'PROVIDER_TIMEOUT',
    'STREAM_TRUNCATED',
    'STREAM_STALLED',
  ])('%s does', (code) => {
    const { fail, state } = createHarness();
    fail(3, failure(code));
    expect(state()).toBe('open');
  });

  test.each<[string, ModelgraphError]>([
    ['a refused request', failure('PROVIDER_REJECTED', { providerStatus: 400 })],
    ['a filtered answer', failure('CONTENT_FILTERED')],
    ['a request that is too long', failure('CONTEXT_LENGTH_EXCEEDED')],
    ['a cancelled call', failure('GENERATION_CANCELLED')],
    ['refused credentials', failure('PROVIDER_AUTHENTICATION', { providerStatus: 401 })],
    ["a model's wrong tool call, told as a 400", failure('PROVIDER_FAILED', { providerStatus: 400 })],
    ['a defect of this server', new ModelgraphError('INTERNAL', 'Oops.')],
    ['a call that was not made', new ProviderCircuitOpen('acme', 1)],
  ])('%s does not, and hides no failures before it', (_, error) => {
    const { fail, state } = createHarness();
    fail(2);
    fail(50, error);
    expect(state()).toBe('closed');
    fail(1);
    expect(state()).toBe('open');
  });

  test('a rate limit does once it goes on for four times as long', () => {
    const { fail, state } = createHarness();
    fail(11, LIMITED);
    expect(state()).toBe('closed');
    fail(1, LIMITED);
    expect(state()).toBe('open');
  });

  test('the rate limit of one model does not while another model answers', () => {
    const { fail, succeed, state } = createHarness();
    for (let round = 0; round < 10; round += 1) {
      fail(5, LIMITED);
      succeed();
    }
    expect(state()).toBe('closed');
  });
});

describe('once the circuit is open', () => {
  test('a refusal tells how long it still is', () => {
    const { health, clock, fail } = createHarness();
    fail(3);
    clock.ms += 6_000.5;
    expect(health.admit('acme')).toEqual({ type: 'refused', retryAfterMs: 4_000 });
  });

  test('it stays so for as long as the provider asks for, within the longest time', () => {
    const { health, fail } = createHarness();
    fail(2);
    fail(1, failure('PROVIDER_OVERLOADED', { retryAfterMs: 45_000 }));
    expect(health.admit('acme')).toEqual({ type: 'refused', retryAfterMs: 45_000 });
    const { health: others, fail: failOthers } = createHarness();
    failOthers(12, failure('PROVIDER_RATE_LIMITED', { retryAfterMs: 86_400_000 }));
    expect(others.admit('acme')).toEqual({ type: 'refused', retryAfterMs: 120_000 });
  });

  test('chance makes its time shorter by up to a fifth', () => {
    const { health, fail } = createHarness({ random: () => 0.5 });
    fail(3);
    expect(health.admit('acme')).toEqual({ type: 'refused', retryAfterMs: 9_000 });
  });

  test('calls that had begun before tell nothing any more', () => {
    const { health, clock, admit, fail, state } = createHarness();
    const early = [admit(), admit(), admit()] as const;
    fail(3);
    health.recordFailure(early[0], FAILED);
    health.recordSuccess(early[1], null);
    expect(health.admit('acme')).toEqual({ type: 'refused', retryAfterMs: 10_000 });
    clock.ms += 10_000;
    const probe = admit();
    health.recordFailure(early[2], FAILED);
    expect(state()).toBe('half-open');
    health.recordSuccess(probe, null);
    expect(state()).toBe('closed');
  });
});

describe('once its time is over', () => {
  const halfOpen = (options: Partial<ProviderHealthOptions> = {}) => {
    const harness = createHarness(options);
    harness.fail(3);
    harness.clock.ms += 10_000;
    return harness;
  };

  test('one call goes through as a probe, and nobody else while it lasts', () => {
    const { health, clock, admit, state } = halfOpen();
    expect(state()).toBe('half-open');
    expect(admit().probe).toBe(true);
    clock.ms += 3_600_000;
    expect(health.admit('acme')).toEqual({ type: 'refused', retryAfterMs: 10_000 });
  });

  test('a probe that succeeds closes it, with nothing held against the provider', () => {
    const { fail, succeed, admit, state } = halfOpen();
    succeed();
    expect(state()).toBe('closed');
    expect(admit().probe).toBe(false);
    fail(2);
    expect(state()).toBe('closed');
  });

  test('a probe whose answer begins lets the others through; that it breaks off later counts once', () => {
    const { health, admit, fail, state } = halfOpen();
    const probe = admit();
    health.recordFirstDelta(probe);
    expect(state()).toBe('closed');
    health.recordFailure(probe, failure('STREAM_STALLED'));
    fail(1);
    expect(state()).toBe('closed');
    fail(1);
    expect(state()).toBe('open');
  });

  test('a probe that fails opens it again for twice as long, up to the longest time', () => {
    const { health, clock, fail } = halfOpen();
    const times = [20_000, 40_000, 80_000, 120_000, 120_000];
    for (const retryAfterMs of times) {
      fail(1);
      expect(health.admit('acme')).toEqual({ type: 'refused', retryAfterMs });
      clock.ms += retryAfterMs;
    }
  });

  test('after a success the first time is the usual one again', () => {
    const { health, clock, fail, succeed } = halfOpen();
    fail(1);
    clock.ms += 20_000;
    succeed();
    fail(3);
    expect(health.admit('acme')).toEqual({ type: 'refused', retryAfterMs: 10_000 });
  });

  test('a probe that meets a rate limit has failed', () => {
    const { fail, state } = halfOpen();
    fail(1, LIMITED);
    expect(state()).toBe('open');
  });

  test('a probe that was cancelled leaves its place to the next call', () => {
    const { health, admit, state } = halfOpen();
    health.release(admit());
    expect(state()).toBe('half-open');
    expect(admit().probe).toBe(true);
  });

  test('so does a probe that tells nothing of the provider', () => {
    const { health, admit, state } = halfOpen();
    health.recordFailure(admit(), failure('PROVIDER_REJECTED', { providerStatus: 400 }));
    expect(state()).toBe('half-open');
    expect(admit().probe).toBe(true);
  });

  test('a call admitted before it opened and released now does not make room for a second probe', () => {
    const { health, clock, admit, fail } = createHarness();
    const early = admit();
    fail(3);
    clock.ms += 10_000;
    admit();
    health.release(early);
    expect(health.admit('acme').type).toBe('refused');
  });
});

test('a call that is not made for an open circuit fails with a message that says so, retryable after a while', () => {
  expect(new ProviderCircuitOpen('acme', 4_000)).toMatchObject({
    code: 'PROVIDER_OVERLOADED',
    provider: 'acme',
    providerStatus: null,
    retryAfterMs: 4_000,
    message: expect.stringContaining('its circuit is open'),
  });
});

test('time passes by itself where nobody gives a clock', () => {
  const health = new ProviderHealthService({ failures: 1, openMs: 0 });
  const first = health.admit('acme');
  if (first.type === 'refused') throw new Error('refused');
  health.recordFailure(first, FAILED);
  expect(health.admit('acme')).toMatchObject({ type: 'admitted', probe: true });
});
