import type { GenerationGuard } from '../../core/generation-guard.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { Slots } from '../../lib/slots.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';
import type { ProviderFactory } from '../../registry/provider-factory.ts';
import type { BatchItemStore, StoredResults } from '../../stores/batches/batch-item-store.ts';
import type { BatchJobStore } from '../../stores/batches/batch-job-store.ts';
import type { BatchStore } from '../../stores/batches/batch-store.ts';
import type { UnpricedRule } from '../checks/check-budget.ts';
import { BatchConfigs } from './work/batch-configs.ts';
import { BatchRunner } from './work/batch-runner.ts';
import { BatchService } from './batch-service.ts';
import type { BatchTiming } from './work/batch-timing.ts';
import { GenerationGuards } from '../generation-guards.ts';
import type { OutputChecker } from '../output/output-checker.ts';
import type { PrincipalLimits } from '../principals/limits/principal-limits.ts';
import type { ProviderHealthService } from '../providers/provider-health.ts';
import type { FetchMedia } from '../media/resolve-media.ts';
import { createRetryPolicy } from '../generations/run/retry.ts';
import { ItemGenerator } from './work/generate-item.ts';
import { SequentialBatches } from './work/sequential-batches.ts';
import { TurnRunner } from '../generations/run/turn-runner.ts';
import { VendorDeletions } from './work/vendor-deletions.ts';
import { VendorBatches } from './work/vendor-batches.ts';

export interface BatchesOptions {
  readonly models: ModelRegistry;
  readonly providers: ProviderFactory;
  readonly health: ProviderHealthService;
  readonly store: BatchStore;
  readonly jobs: BatchJobStore;
  readonly items: BatchItemStore;
  readonly guards: readonly GenerationGuard[];
  readonly fetchMedia: FetchMedia;
  readonly outputs: OutputChecker;
  readonly log: ServiceLog;
  readonly telemetry: Telemetry;
  readonly timing: BatchTiming;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly maxRetryWaitMs: number;
  /** Requests of sequential batches that one node sends at a time. */
  readonly batchConcurrency: number;
  /** What becomes of requests under a budget to models without a known price. */
  readonly unpriced: UnpricedRule;
  /** Milliseconds since 1970: the clock that the periods of budgets go by. */
  readonly now: () => number;
  readonly principalLimits: PrincipalLimits;
}

export interface Batches {
  readonly service: BatchService;
  /** Parts of batches that this node works on. */
  readonly heldJobs: () => number;
  /** Takes this node's part in the work. Rejects when the store is away. */
  start(): Promise<void>;
  /** Takes no new batch, leaves the work at a good point if one comes in time, and gives it back to other nodes or a next start. */
  stop(graceMs: number): Promise<void>;
}

/** How long the guards' last records may take when the server stops. */
const LAST_RECORDS_MS = 5_000;

const recordResults = (guards: GenerationGuards, { job, outcomes }: StoredResults): void => {
  const { principalId, lease, record } = job;
  const { name: model, provider } = record.config;
  for (const outcome of outcomes)
    guards.record({ source: 'batch', batchId: lease.batchId, principalId, model, provider, ...outcome });
};

/** Reports what this node stores of batches, and those that end here. */
const reportToTelemetry = (
  { store, jobs, items, log, telemetry }: BatchesOptions,
  configs: BatchConfigs,
): void => {
  items.onResults(({ job, outcomes }) => {
    const { principalId, mode, record } = job;
    telemetry.batchResultsStored({ principalId, mode, config: configs.of(record), outcomes });
  });
  jobs.onBatchEnd((batchId) => {
    store.find(batchId).then(
      (batch) => batch !== undefined && telemetry.batchEnded(batch),
      (error: unknown) => log.warn({ err: error, batchId }, 'the end of a batch could not be counted'),
    );
  });
};

/** Puts together what batches need. Starts nothing. */
export const createBatches = (options: BatchesOptions): Batches => {
  const guards = new GenerationGuards(options);
  if (guards.recordsEnds) options.items.onResults((stored) => recordResults(guards, stored));
  const configs = new BatchConfigs(options.models);
  reportToTelemetry(options, configs);
  const retry = createRetryPolicy({ maxAttempts: options.maxAttempts, maxWaitMs: options.maxRetryWaitMs });
  const runner = new BatchRunner({
    ...options,
    vendors: new VendorBatches({ ...options, configs }),
    vendorDeletions: new VendorDeletions({ ...options, configs, deletions: options.store.vendorDeletions }),
    sequential: new SequentialBatches({
      ...options,
      configs,
      generator: new ItemGenerator({ ...options, runner: new TurnRunner({ ...options, retry, guards }) }),
      slots: new Slots(options.batchConcurrency),
    }),
  });
  const service = new BatchService({ ...options, guards, deleteSoon: () => runner.deleteSoon() });
  return {
    service,
    heldJobs: () => runner.heldCount,
    start: () => runner.start(),
    async stop(graceMs) {
      await Promise.all([service.stop(graceMs), runner.stop(graceMs)]);
      await guards.settled(LAST_RECORDS_MS);
    },
  };
};
