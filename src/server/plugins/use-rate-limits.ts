import type { GraphQLError } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { type LimitState, RATE_LIMIT_NAMES } from '../../core/rate-limit.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { ServerPlugin } from '../plugin.ts';
import { toRateLimitHeaders, toRetryAfter } from '../rate-limit-headers.ts';
import { noteLimits, noteRefusal, type RateLimits } from '../rate-limits.ts';
import { toRefusalResponse } from '../refusal.ts';

/** The limit that an operation has reached, as its error says. */
const findLimit = ({ extensions }: GraphQLError): LimitState | undefined => {
  const { code, limit: found } = extensions;
  if (code !== 'RATE_LIMITED' || !isRecord(found)) return undefined;
  const name = RATE_LIMIT_NAMES.find((known) => known === found['name']);
  if (name === undefined) return undefined;
  return {
    name,
    limit: Number(found['limit']),
    windowMs: Number(found['windowMs']),
    remaining: Number(found['remaining']),
    resetsAtMs: Date.parse(String(found['resetsAt'])),
  };
};

/**
 * Counts the operations of each principal over HTTP and SSE; a WebSocket does so with each operation on it. Answers say in
 * their headers how the limits stand, and when to come back where one is reached.
 */
export const useRateLimits = ({ principals }: RateLimits): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    const { principal } = serverContext;
    if (principal === undefined) return undefined;
    return principals.takeRequest(principal)?.then(
      (states) => noteLimits(serverContext, states),
      (error: unknown) => endResponse(toRefusalResponse(noteRefusal(serverContext, error), serverContext)),
    );
  },
  onResultProcess({ result, serverContext }) {
    if (isAsyncIterable(result) || Array.isArray(result)) return;
    for (const error of result.errors ?? []) {
      const limit = findLimit(error);
      if (limit === undefined) continue;
      noteLimits(serverContext, [limit]);
      const { retryAfterMs } = error.extensions;
      if (typeof retryAfterMs === 'number')
        serverContext.retryAfterMs = Math.max(serverContext.retryAfterMs ?? 0, retryAfterMs);
    }
  },
  onResponse({ serverContext, response }) {
    const { limitStates, retryAfterMs } = serverContext;
    if (limitStates !== undefined)
      for (const [name, value] of Object.entries(toRateLimitHeaders(limitStates, Date.now())))
        response.headers.set(name, value);
    if (retryAfterMs !== undefined) response.headers.set('retry-after', toRetryAfter(retryAfterMs));
  },
});
