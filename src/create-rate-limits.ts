import type { Settings } from '../config/settings.ts';
import type { ServiceLog } from './core/service-log.ts';
import { createFindClient } from './server/client-address.ts';
import type { RateLimits } from './server/rate-limits.ts';
import { AddressLimits } from './services/principals/limits/address-limits.ts';
import { PrincipalLimits } from './services/principals/limits/principal-limits.ts';
import { RateLimiter } from './services/principals/limits/rate-limiter.ts';
import { FALLBACK_TIMING, StoreFallback } from './services/principals/limits/store-fallback.ts';
import type { Db } from './stores/db/db.ts';
import { RateLimitStore } from './stores/principals/rate-limit-store.ts';

export interface RateLimitLayer extends RateLimits {
  /** Whether this node counts by itself although it shares a store with others. */
  isLocal(): boolean;
  /** Writes what this node holds open: other nodes may have taken it for dead. */
  rewriteHolds(): void;
  /** Deletes what counts no more. */
  deleteOld(): Promise<void>;
  start(): void;
  stop(): void;
}

export interface RateLimitParts {
  readonly db: Db;
  readonly nodeId: string;
  /** What the workers of this server have in common; null: this process is the whole server. */
  readonly serverId: string | null;
  /** Milliseconds since 1970: the clock that windows go by on SQLite. */
  readonly now: () => number;
  /** Called with the name of each limit that refuses something. */
  readonly onRefused: (name: string) => void;
}

/** Limits in windows and of what is open at once: of PostgreSQL over all nodes, of SQLite in memory. Starts nothing. */
export const createRateLimitLayer = (
  settings: Settings,
  log: ServiceLog,
  { db, nodeId, serverId, now, onRefused }: RateLimitParts,
): RateLimitLayer => {
  const store = db.engine === 'postgres' ? new RateLimitStore(db, nodeId) : null;
  const fallback = new StoreFallback({ store, log, ...FALLBACK_TIMING });
  const limiter = new RateLimiter({ fallback, now, onRefused: ({ name }) => onRefused(name) });
  return {
    principals: new PrincipalLimits(limiter, {
      sockets: settings.principalSockets,
      generationsAtOnce: settings.principalGenerations,
      serverId,
    }),
    addresses: new AddressLimits(limiter, {
      requestsPerMinute: settings.addressRequestsPerMinute,
      sockets: settings.addressSockets,
    }),
    findClient: createFindClient(settings, (address) =>
      log.warn(
        { address },
        'requests come through a proxy that MODELGRAPH_TRUSTED_PROXIES does not name: all its clients count as one address',
      ),
    ),
    isLocal: () => fallback.isAway,
    rewriteHolds: () => limiter.rewriteHolds(),
    deleteOld: async () => store?.deleteOld(),
    start: () => fallback.start(),
    stop() {
      limiter.stop();
      fallback.stop();
    },
  };
};
