import type { AppliedLimit, LimitState, RateLimitName } from '../../../core/rate-limit.ts';
import type { Hold, RateLimiter } from './rate-limiter.ts';

/** What one address may, before its credentials are looked at; null: as much as it asks for. */
export interface AddressRules {
  readonly requestsPerMinute: number | null;
  readonly sockets: number | null;
}

/** What has to be asked of the limits of an address; null, at once, where there are none. */
export class AddressLimits {
  readonly #limiter: RateLimiter;
  readonly #rules: AddressRules;

  constructor(limiter: RateLimiter, rules: AddressRules) {
    this.#limiter = limiter;
    this.#rules = rules;
  }

  /** Whether addresses count at all, so that they have to be known. */
  get isAny(): boolean {
    return this.#rules.requestsPerMinute !== null || this.#rules.sockets !== null;
  }

  /** Counts one request. Rejects with `RateLimited`; gives how the limit stands. */
  takeRequest(address: string): Promise<readonly LimitState[]> | null {
    const limits = this.#find('requestsPerMinute', this.#rules.requestsPerMinute, address);
    return limits === null ? null : this.#limiter.take(limits, 1);
  }

  /** Holds a socket open. Rejects with `RateLimited`. */
  holdSocket(address: string): Promise<Hold> | null {
    const limits = this.#find('sockets', this.#rules.sockets, address);
    return limits === null ? null : this.#limiter.hold(limits);
  }

  #find(name: RateLimitName, limit: number | null, address: string): readonly AppliedLimit[] | null {
    return limit === null ? null : [{ name, account: `address:${address}`, limit, isShared: true }];
  }
}
