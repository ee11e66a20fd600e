import type { ServiceLog } from '../../core/service-log.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';
import type { ProviderFactory } from '../../registry/provider-factory.ts';
import type { GenerationStore } from '../../stores/generations/generation-store.ts';
import type { NodeCommands } from '../../stores/nodes/node-commands.ts';
import type { NodeLeases } from '../../stores/nodes/node-leases.ts';
import type { HistoryLimits } from './generation-cache.ts';
import { GenerationJournal } from './nodes/write-behind.ts';
import { GenerationService } from './generation-service.ts';
import { NodeKeeper } from './nodes/node-keeper.ts';
import type { ProviderHealthService } from '../providers/provider-health.ts';
import { RemoteGenerations } from './nodes/remote-generations.ts';
import type { FetchMedia } from '../media/resolve-media.ts';
import { createRetryPolicy } from './run/retry.ts';
import { StoredGenerations } from './nodes/stored-generations.ts';
import { TurnRunner } from './run/turn-runner.ts';

/** How generations are kept and shared between nodes. All in milliseconds. */
export interface GenerationTiming {
  /** How long events may wait for others to be stored with them. */
  readonly flushMs: number;
  /** How long a node counts as alive without word from it. */
  readonly leaseMs: number;
  /** How often a node looks for events of other nodes besides when it is told of some. */
  readonly pollMs: number;
  /** How long a node waits for another one to cancel what it was asked to. */
  readonly answerMs: number;
}

export interface GenerationsOptions {
  readonly models: ModelRegistry;
  readonly providers: ProviderFactory;
  readonly health: ProviderHealthService;
  readonly store: GenerationStore;
  readonly leases: NodeLeases;
  readonly commands: NodeCommands;
  readonly fetchMedia: FetchMedia;
  readonly log: ServiceLog;
  readonly telemetry: Telemetry;
  readonly history: HistoryLimits;
  readonly timing: GenerationTiming;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly maxRetryWaitMs: number;
  readonly disconnectGraceMs: number;
  /** Whether other nodes are on the same store. */
  readonly isShared: boolean;
  readonly coalesceMs: number;
}

export interface Generations {
  readonly service: GenerationService;
  /** Changes of generations that the store does not have yet. */
  readonly queuedWrites: () => number;
  /** Takes this node's place among the others. Rejects when the store is away. */
  start(): Promise<void>;
  /** Takes no new generation, lets the running ones end for a while, ends the rest and stores what there is. */
  stop(graceMs: number): Promise<void>;
}

/** How long the last writes may take when the server stops. */
const LAST_WRITES_MS = 5_000;

/** Puts together what generations need. Starts nothing. */
export const createGenerations = (options: GenerationsOptions): Generations => {
  const { store, leases, commands, log, timing, telemetry } = options;
  const journal = new GenerationJournal({ store, log, telemetry, flushMs: timing.flushMs });
  const remote = new RemoteGenerations({
    store,
    log,
    pollMs: timing.pollMs,
    followedForMs: timing.leaseMs,
  });
  const stored = new StoredGenerations({ store, remote, log, answerMs: timing.answerMs });
  const retry = createRetryPolicy({ maxAttempts: options.maxAttempts, maxWaitMs: options.maxRetryWaitMs });
  const runner = new TurnRunner({ ...options, retry });
  const service = new GenerationService({ ...options, runner, journal, stored });
  const keeper = new NodeKeeper({
    store,
    leases,
    commands,
    log,
    leaseMs: timing.leaseMs,
    onRenewal: ({ lapsed }) => {
      remote.renew();
      if (lapsed) journal.reassert();
    },
    onCommands: () => service.takeCommands(),
  });
  return {
    service,
    queuedWrites: () => journal.waitingCount,
    async start() {
      await keeper.start();
      remote.start();
    },
    async stop(graceMs) {
      await service.shutdown(graceMs);
      remote.stop();
      await journal.close(LAST_WRITES_MS);
      await keeper.stop();
    },
  };
};
