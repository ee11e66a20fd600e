import { randomUUID } from 'node:crypto';
import type { AppOverrides } from '../../../src/app.ts';
import { NO_TELEMETRY } from '../../../src/core/telemetry.ts';
import { ModelRegistry } from '../../../src/registry/model-registry.ts';
import { ProviderFactory } from '../../../src/registry/provider-factory.ts';
import { TextProviderRegistry } from '../../../src/registry/text-provider-registry.ts';
import { BATCH_TIMING } from '../../../src/services/batches/work/batch-timing.ts';
import { type Batches, createBatches } from '../../../src/services/batches/create-batches.ts';
import { fetchMedia } from '../../../src/services/media/fetch-media.ts';
import { OutputChecker } from '../../../src/services/output/output-checker.ts';
import { ProviderHealthService } from '../../../src/services/providers/provider-health.ts';
import { BatchItemStore } from '../../../src/stores/batches/batch-item-store.ts';
import { BatchJobStore } from '../../../src/stores/batches/batch-job-store.ts';
import { BatchStore } from '../../../src/stores/batches/batch-store.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { openPostgresDb } from '../../../src/stores/db/postgres-db.ts';
import { SILENT_LOG } from '../databases/stores.ts';
import { QUICK_TIMING } from '../batch-vendors/toy-batch-vendor.ts';
import { NO_LIMITS } from './no-limits.ts';

export interface BatchNode extends AsyncDisposable {
  readonly batches: Batches;
}

export interface BatchNodeOptions {
  /** What the node is given in place of its database. */
  readonly wrap?: (db: Db) => Db;
  readonly leaseMs?: number;
  readonly batchConcurrency?: number;
}

/** What of a server does batches, on a PostgreSQL, without a port. It works on them once it is started. */
export const openBatchNode = async (
  databaseUrl: string,
  overrides: AppOverrides,
  { wrap = (db) => db, leaseMs = BATCH_TIMING.leaseMs, batchConcurrency = 4 }: BatchNodeOptions = {},
): Promise<BatchNode> => {
  const registry = new TextProviderRegistry();
  for (const descriptor of overrides.providers ?? []) registry.registerTextProvider(descriptor);
  const models = new ModelRegistry({ models: overrides.models ?? [], aliases: {} }, registry.descriptors());
  const providers = new ProviderFactory(registry, () => ({
    apiKey: null,
    baseUrl: null,
    connectTimeoutMs: 1_000,
    firstDeltaTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    demoDelayMs: 0,
    log: SILENT_LOG,
  }));
  const opened = await openPostgresDb({ url: databaseUrl, directUrl: databaseUrl, log: SILENT_LOG });
  const db = wrap(opened);
  const batches = createBatches({
    models,
    providers,
    health: new ProviderHealthService({ failures: 0 }),
    store: new BatchStore(db),
    jobs: new BatchJobStore(db, { nodeId: `node_${randomUUID()}`, retentionMs: 86_400_000 }),
    items: new BatchItemStore(db),
    guards: [],
    fetchMedia,
    log: SILENT_LOG,
    outputs: new OutputChecker(),
    telemetry: NO_TELEMETRY,
    timing: { ...BATCH_TIMING, ...QUICK_TIMING, leaseMs },
    timeoutMs: 60_000,
    maxAttempts: 1,
    maxRetryWaitMs: 0,
    batchConcurrency,
    unpriced: 'refuse',
    now: Date.now,
    principalLimits: NO_LIMITS.principals,
  });
  return {
    batches,
    [Symbol.asyncDispose]: async () => {
      await batches.stop(0);
      await opened.close();
    },
  };
};
