import type { IncomingMessage } from 'node:http';
import { type LimitState, RateLimited } from '../core/rate-limit.ts';
import type { AddressLimits } from '../services/principals/limits/address-limits.ts';
import type { PrincipalLimits } from '../services/principals/limits/principal-limits.ts';
import type { HttpContext } from './context.ts';

/** What every transport asks before it goes on. */
export interface RateLimits {
  readonly principals: PrincipalLimits;
  readonly addresses: AddressLimits;
  /** Which client a request comes from, as addresses are counted. */
  readonly findClient: (req: IncomingMessage) => string;
}

/** Notes limits of a request, for the headers of its answer. */
export const noteLimits = (context: HttpContext, states: readonly LimitState[]): void => {
  context.limitStates = [...(context.limitStates ?? []), ...states];
};

/** Notes the limit that a request has reached; every other error is thrown. */
export const noteRefusal = (context: HttpContext, error: unknown): RateLimited => {
  if (!(error instanceof RateLimited)) throw error;
  noteLimits(context, [error.limit]);
  return error;
};
