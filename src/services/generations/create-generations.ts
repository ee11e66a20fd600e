import type { GenerationGuard } from '../../core/generation-guard.ts';
import type { ProviderKeysMode } from '../../core/provider-keys.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';
import type { ProviderFactory } from '../../registry/provider-factory.ts';
import type { GenerationStore } from '../../stores/generations/generation-store.ts';
import type { NodeCommands } from '../../stores/nodes/node-commands.ts';
import type { NodeLeases } from '../../stores/nodes/node-leases.ts';
import { GenerationGuards } from '../generation-guards.ts';
import type { FetchMedia } from '../media/resolve-media.ts';
import type { OutputChecker } from '../output/output-checker.ts';
import type { PrincipalLimits } from '../principals/limits/principal-limits.ts';
import type { ProviderHealthService } from '../providers/provider-health.ts';
import { type CacheLimits, GenerationCache } from './generation-cache.ts';
import { GenerationDeletions } from './generation-deletions.ts';
import { GenerationService } from './generation-service.ts';
import type { UnpricedRule } from '../checks/check-budget.ts';
import { Admissions } from './admissions.ts';
import { GenerationStarter } from './generation-starter.ts';
import { LiveGenerations } from './live-generations.ts';
import { NodeKeeper } from './nodes/node-keeper.ts';
import { RemoteGenerations } from './nodes/remote-generations.ts';
import { RemoteToolResults } from './nodes/remote-tool-results.ts';
import { StoredGenerations } from './nodes/stored-generations.ts';
import { WriteBehind } from './nodes/write-behind.ts';
import { createRetryPolicy } from './run/retry.ts';
import { TurnRunner } from './run/turn-runner.ts';
import { ToolResults } from './tool-results.ts';

/** How generations are kept and shared between nodes. All in milliseconds. */
export interface GenerationTiming {
  /** How long events may wait for others to be stored with them. */
  readonly flushMs: number;
  /** The same for fewer than eight events of one generation; left out: as for many. */
  readonly fewEventsFlushMs?: number;
  /** How long a node counts as alive without renewing its lease. */
  readonly leaseMs: number;
  /** How often a node polls for events of other nodes, besides when it is notified of some. */
  readonly pollMs: number;
  /** How long a node waits for another one to do what it was asked. */
  readonly answerMs: number;
}

/** Measured: one statement each 50 ms carries the events of all generations of a node for 1.5 µs of CPU a delta. */
export const GENERATION_TIMING: Readonly<Record<'sqlite' | 'postgres', GenerationTiming>> = {
  sqlite: { flushMs: 250, fewEventsFlushMs: 1_000, leaseMs: 15_000, pollMs: 1_000, answerMs: 10_000 },
  postgres: { flushMs: 50, leaseMs: 15_000, pollMs: 1_000, answerMs: 10_000 },
};

export interface GenerationsOptions {
  readonly models: ModelRegistry;
  readonly providers: ProviderFactory;
  readonly health: ProviderHealthService;
  readonly store: GenerationStore;
  readonly leases: NodeLeases;
  readonly commands: NodeCommands;
  readonly guards: readonly GenerationGuard[];
  readonly fetchMedia: FetchMedia;
  readonly outputs: OutputChecker;
  readonly log: ServiceLog;
  readonly telemetry: Telemetry;
  readonly cache: CacheLimits;
  readonly timing: GenerationTiming;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly maxRetryWaitMs: number;
  readonly disconnectGraceMs: number;
  /** Whether principals without a mode of their own bring keys for providers. */
  readonly providerKeys: ProviderKeysMode;
  /** Whether other nodes are on the same store. */
  readonly isShared: boolean;
  readonly coalesceMs: number;
  /** What becomes of requests under a budget to models without a known price. */
  readonly unpriced: UnpricedRule;
  /** Milliseconds since 1970: the clock that the periods of budgets go by. */
  readonly now: () => number;
  readonly principalLimits: PrincipalLimits;
  /** Called when other nodes may have taken this one for dead. */
  readonly onLapsed: () => void;
  /** Deletes what is too old of what principals have used, at most so many rows of the ledger. Gives whether there may be more. */
  readonly deleteOld: (maxRows: number) => Promise<boolean>;
}

export interface Generations {
  readonly service: GenerationService;
  /** Changes of generations that the store does not have yet. */
  readonly queuedWrites: () => number;
  /** Whether so much waits for the store that new generations are refused. */
  readonly isQueueFull: () => boolean;
  /** Takes this node's place among the others. Rejects when the store is away. */
  start(): Promise<void>;
  /** Takes no new generation, lets the running ones end for a while, ends the rest and stores what there is. */
  stop(graceMs: number): Promise<void>;
}

/** How long the last writes, and the guards' last records, may take when the server stops. */
const LAST_WRITES_MS = 5_000;

/** The parts that share this node's generations. */
const createParts = (options: GenerationsOptions) => {
  const { store, log, timing, telemetry } = options;
  const { flushMs, fewEventsFlushMs = flushMs, leaseMs, pollMs, answerMs } = timing;
  const writeBehind = new WriteBehind({ store, log, telemetry, flushMs, fewEventsFlushMs });
  const remote = new RemoteGenerations({ store, log, pollMs, followedForMs: leaseMs });
  const retry = createRetryPolicy({ maxAttempts: options.maxAttempts, maxWaitMs: options.maxRetryWaitMs });
  const guards = new GenerationGuards({ guards: options.guards, log });
  const shared = {
    ...options,
    cache: new GenerationCache(options.cache),
    stored: new StoredGenerations({ store, remote, log, answerMs }),
    runner: new TurnRunner({ ...options, retry, guards }),
    writeBehind,
    guards,
    admissions: new Admissions(options),
  };
  const live = new LiveGenerations(shared);
  const closing = new AbortController();
  const service = new GenerationService({
    ...shared,
    closing,
    live,
    starter: new GenerationStarter({ ...shared, live, closing: closing.signal }),
    deletions: new GenerationDeletions({ ...shared, answerMs }),
    toolResults: new ToolResults({ ...shared, closing: closing.signal }),
    remoteToolResults: new RemoteToolResults({
      store,
      answerMs: guards.limitMs + answerMs,
      isAlwaysAnswered: guards.judgesRequests,
    }),
  });
  return { writeBehind, remote, guards, live, service };
};

/** Puts together what generations need. Starts nothing. */
export const createGenerations = (options: GenerationsOptions): Generations => {
  const { timing } = options;
  const { writeBehind, remote, guards, live, service } = createParts(options);
  const keeper = new NodeKeeper({
    ...options,
    leaseMs: timing.leaseMs,
    onRenewal: ({ lapsed }) => {
      remote.renew();
      if (lapsed) {
        writeBehind.rewriteAll();
        options.onLapsed();
      }
    },
    onInterrupted: (ids) => live.recordInterrupted(ids),
    onCommands: () => service.takeCommands(),
  });
  return {
    service,
    queuedWrites: () => writeBehind.waitingCount,
    isQueueFull: () => writeBehind.isFull,
    async start() {
      await keeper.start();
      remote.start();
    },
    async stop(graceMs) {
      await service.shutdown(graceMs);
      remote.stop();
      await Promise.all([writeBehind.close(LAST_WRITES_MS), guards.settled(LAST_WRITES_MS)]);
      await keeper.stop();
    },
  };
};
