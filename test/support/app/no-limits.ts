import type { RateLimits } from '../../../src/server/rate-limits.ts';
import { AddressLimits } from '../../../src/services/principals/limits/address-limits.ts';
import { PrincipalLimits } from '../../../src/services/principals/limits/principal-limits.ts';
import { RateLimiter } from '../../../src/services/principals/limits/rate-limiter.ts';
import { FALLBACK_TIMING, StoreFallback } from '../../../src/services/principals/limits/store-fallback.ts';

const ignore = (): void => undefined;
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const limiter = new RateLimiter({
  fallback: new StoreFallback({ store: null, log, ...FALLBACK_TIMING }),
  now: Date.now,
  onRefused: ignore,
});

/** For parts that are tested without any limit. */
export const NO_LIMITS: RateLimits = {
  principals: new PrincipalLimits(limiter, { sockets: null, generationsAtOnce: null, serverId: null }),
  addresses: new AddressLimits(limiter, { requestsPerMinute: null, sockets: null }),
  findClient: () => 'a client',
};
