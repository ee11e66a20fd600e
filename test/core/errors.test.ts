import { expect, test } from 'vitest';
import { ProviderError } from '../../src/core/errors.ts';

test.each([
  [7_000, 7_000],
  [0, 0],
  [2_147_483_647, 2_147_483_647],
  [31_536_000_000, 2_147_483_647],
  [Number.POSITIVE_INFINITY, 2_147_483_647],
  [null, null],
])(
  'a provider that asks to wait %s ms is quoted with %s, which an Int and a timer can hold',
  (asked, quoted) => {
    const error = new ProviderError('PROVIDER_RATE_LIMITED', { provider: 'testing', retryAfterMs: asked });
    expect(error.retryAfterMs).toBe(quoted);
  },
);
