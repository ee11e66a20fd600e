import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../../src/core/errors.ts';
import { ProviderHealthService } from '../../../src/services/providers/provider-health.ts';

const failing = (service: ProviderHealthService, ...codes: readonly ErrorCode[]) => {
  for (const code of codes) service.recordFailure('toy', code);
  return service.healthOf('toy');
};

describe('the health of a provider', () => {
  it('is unknown until it is called', () => {
    expect(new ProviderHealthService().healthOf('toy')).toEqual({
      state: 'unknown',
      lastSuccessAt: null,
      lastFailureAt: null,
      lastErrorCode: null,
      medianFirstDeltaMs: null,
    });
  });

  it('is degraded by one failure of its own, unavailable after three in a row, healthy after a success', () => {
    const service = new ProviderHealthService();
    expect(failing(service, 'PROVIDER_OVERLOADED').state).toBe('degraded');
    expect(failing(service, 'STREAM_STALLED').state).toBe('degraded');
    expect(failing(service, 'PROVIDER_FAILED').state).toBe('unavailable');
    service.recordSuccess('toy', null);
    const { state, lastErrorCode, lastFailureAt, lastSuccessAt } = service.healthOf('toy');
    expect({ state, lastErrorCode }).toEqual({ state: 'healthy', lastErrorCode: 'PROVIDER_FAILED' });
    expect(lastFailureAt).toBeInstanceOf(Date);
    expect(lastSuccessAt).toBeInstanceOf(Date);
    expect(failing(service, 'PROVIDER_TIMEOUT').state).toBe('degraded');
  });

  it('is unavailable as soon as the credentials are refused', () => {
    expect(failing(new ProviderHealthService(), 'PROVIDER_AUTHENTICATION').state).toBe('unavailable');
  });

  it('is not touched by failures that tell of the request, the caller or this server', () => {
    const touching = Object.keys(ERROR_CODES).filter(
      (code) => failing(new ProviderHealthService(), code as ErrorCode).state !== 'unknown',
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
    const service = new ProviderHealthService();
    failing(service, 'PROVIDER_AUTHENTICATION');
    service.recordSuccess('other', 5);
    expect(service.healthOf('other').state).toBe('healthy');
    expect(service.healthOf('toy').state).toBe('unavailable');
    expect(service.healthOf('third').state).toBe('unknown');
  });
});

describe('the median time to the first delta', () => {
  const medianOf = (...times: readonly (number | null)[]) => {
    const service = new ProviderHealthService();
    for (const time of times) service.recordSuccess('toy', time);
    return service.healthOf('toy').medianFirstDeltaMs;
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
