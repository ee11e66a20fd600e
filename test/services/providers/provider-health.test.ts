import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode, ModelgraphError, ProviderError } from '../../../src/core/errors.ts';
import { createRandom } from '../../support/create-random.ts';
import {
  type Admission,
  type ProviderHealthOptions,
  ProviderHealthService,
} from '../../../src/services/providers/provider-health.ts';

const createHealth = (options: Partial<ProviderHealthOptions> = {}): ProviderHealthService =>
  new ProviderHealthService({ failures: 3, ...options });

const admit = (health: ProviderHealthService, provider = 'toy'): Admission => {
  const admission = health.admit(provider);
  if (admission.type === 'refused') throw new Error(`refused for ${admission.retryAfterMs} ms`);
  return admission;
};

const failing = (health: ProviderHealthService, ...codes: readonly ErrorCode[]) => {
  for (const code of codes)
    health.recordFailure(admit(health), new ProviderError(code, { provider: 'toy', providerStatus: null }));
  return health.healthOf('toy');
};

const succeed = (health: ProviderHealthService, provider = 'toy', firstDeltaMs: number | null = null) =>
  health.recordSuccess(admit(health, provider), firstDeltaMs);

describe('the health of a provider', () => {
  it('is unknown until it is called', () => {
    expect(createHealth().healthOf('toy')).toEqual({
      state: 'unknown',
      lastSuccessAt: null,
      lastFailureAt: null,
      lastErrorCode: null,
      medianFirstDeltaMs: null,
    });
  });

  it('is degraded by one failure of its own, unavailable after three in a row, healthy after a success', () => {
    const clock = { ms: 0 };
    const health = createHealth({ now: () => clock.ms, random: () => 0 });
    expect(failing(health, 'PROVIDER_OVERLOADED').state).toBe('degraded');
    expect(failing(health, 'STREAM_STALLED').state).toBe('degraded');
    expect(failing(health, 'PROVIDER_FAILED').state).toBe('unavailable');
    clock.ms += 10_000;
    succeed(health);
    const { state, lastErrorCode, lastFailureAt, lastSuccessAt } = health.healthOf('toy');
    expect({ state, lastErrorCode }).toEqual({ state: 'healthy', lastErrorCode: 'PROVIDER_FAILED' });
    expect(lastFailureAt).toBeInstanceOf(Date);
    expect(lastSuccessAt).toBeInstanceOf(Date);
    expect(failing(health, 'PROVIDER_TIMEOUT').state).toBe('degraded');
  });

  it('is unavailable as soon as the credentials are refused, and it is called all the same', () => {
    const health = createHealth();
    expect(failing(health, 'PROVIDER_AUTHENTICATION').state).toBe('unavailable');
    expect(health.isAvailable('toy')).toBe(false);
    succeed(health);
    expect(health.healthOf('toy').state).toBe('healthy');
    expect(health.isAvailable('toy')).toBe(true);
  });

  it('is not touched by failures that tell of the request, the caller or this server', () => {
    const touching = Object.keys(ERROR_CODES).filter(
      (code) => failing(createHealth(), code as ErrorCode).state !== 'unknown',
    );
    expect(touching).toEqual([
      'PROVIDER_AUTHENTICATION',
      'PROVIDER_RATE_LIMITED',
      'PROVIDER_OVERLOADED',
      'PROVIDER_FAILED',
      'PROVIDER_TIMEOUT',
      'STREAM_TRUNCATED',
      'STREAM_STALLED',
    ]);
  });

  it('is kept for each provider apart', () => {
    const health = createHealth();
    failing(health, 'PROVIDER_AUTHENTICATION');
    succeed(health, 'other', 5);
    expect(health.healthOf('other').state).toBe('healthy');
    expect(health.healthOf('toy').state).toBe('unavailable');
    expect(health.healthOf('third').state).toBe('unknown');
  });

  it('is unavailable while the circuit is open, degraded when a call may probe, and unavailable while one does', () => {
    const clock = { ms: 0 };
    const health = createHealth({ now: () => clock.ms, random: () => 0 });
    failing(health, 'PROVIDER_FAILED', 'PROVIDER_FAILED', 'PROVIDER_FAILED');
    clock.ms += 9_999;
    expect(health.healthOf('toy').state).toBe('unavailable');
    clock.ms += 1;
    expect(health.healthOf('toy').state).toBe('degraded');
    const probe = admit(health);
    expect(health.healthOf('toy').state).toBe('unavailable');
    health.recordFirstDelta(probe);
    expect(health.healthOf('toy').state).toBe('degraded');
    health.recordSuccess(probe, 5);
    expect(health.healthOf('toy').state).toBe('healthy');
  });

  it('is not changed by a call from before the circuit opened, which only dates what it tells', () => {
    const health = createHealth();
    const early = admit(health);
    failing(health, 'PROVIDER_FAILED', 'PROVIDER_FAILED', 'PROVIDER_FAILED');
    expect(health.healthOf('toy').lastSuccessAt).toBeNull();
    health.recordSuccess(early, 5);
    expect(health.healthOf('toy')).toMatchObject({
      state: 'unavailable',
      lastSuccessAt: expect.any(Date),
      medianFirstDeltaMs: 5,
    });
  });

  it('of one whose failures are simulated is never unavailable', () => {
    const health = createHealth({ exempt: ['toy'] });
    expect(failing(health, ...Array<ErrorCode>(20).fill('PROVIDER_OVERLOADED')).state).toBe('degraded');
    expect(health.isAvailable('toy')).toBe(true);
  });
});

describe('what health says and what calls meet', () => {
  it('is the same, whatever happens: available is where a call is admitted, but for refused credentials', () => {
    const random = createRandom(7);
    const clock = { ms: 0 };
    const health = createHealth({ now: () => clock.ms, random });
    const underWay: Admission[] = [];
    const errors = [
      new ProviderError('PROVIDER_FAILED', { provider: 'toy' }),
      new ProviderError('PROVIDER_RATE_LIMITED', { provider: 'toy', retryAfterMs: 30_000 }),
      new ModelgraphError('GENERATION_CANCELLED', 'Cancelled.'),
    ];
    const states = new Set<string>();
    for (let step = 0; step < 5_000; step += 1) {
      clock.ms += random() * 3_000;
      const isAvailable = health.isAvailable('toy');
      const { state } = health.healthOf('toy');
      states.add(state);
      expect(state === 'unavailable').toBe(!isAvailable);
      const admission = health.admit('toy');
      expect(admission.type === 'admitted').toBe(isAvailable);
      if (admission.type === 'admitted') underWay.push(admission);
      if (random() < 0.3) continue;
      const [reported] = underWay.splice(Math.floor(random() * underWay.length), 1);
      if (reported === undefined) continue;
      const error = errors[Math.floor(random() * 2 * errors.length)];
      if (random() < 0.2) health.recordFirstDelta(reported);
      if (random() < 0.2) health.release(reported);
      else if (error === undefined) health.recordSuccess(reported, null);
      else health.recordFailure(reported, error);
    }
    expect([...states].toSorted()).toEqual(['degraded', 'healthy', 'unavailable', 'unknown']);
  });
});

describe('the median time to the first delta', () => {
  const medianOf = (...times: readonly (number | null)[]) => {
    const health = createHealth();
    for (const time of times) succeed(health, 'toy', time);
    return health.healthOf('toy').medianFirstDeltaMs;
  };

  it('is the middle one, or half way between the two in the middle', () => {
    expect(medianOf(30, 10, 20)).toBe(20);
    expect(medianOf(40, 10, 20, 30)).toBe(25);
  });

  it('leaves out answers that were not streamed', () => {
    expect(medianOf(null, 10, null)).toBe(10);
    expect(medianOf(null)).toBeNull();
  });

  it('is of the last answers only', () => {
    expect(medianOf(...Array<number>(100).fill(1), ...Array<number>(64).fill(9))).toBe(9);
  });
});
