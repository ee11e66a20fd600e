import { findVersion } from '../config/find-version.ts';
import type { Settings } from '../config/settings.ts';
import type { WorkerOverview } from './core/server-worker.ts';
import type { ServiceLog } from './core/service-log.ts';
import { combineTelemetry, type Telemetry } from './core/telemetry.ts';
import type { CatalogueLayer } from './create-catalogue.ts';
import type { Batches } from './services/batches/create-batches.ts';
import type { Generations } from './services/generations/create-generations.ts';
import type { BatchStore } from './stores/batches/batch-store.ts';
import type { Db } from './stores/db/db.ts';
import { findServerNodes } from './stores/nodes/server-nodes.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import type { WorkerCounts } from './telemetry/readings.ts';
import { createTracing } from './telemetry/tracing.ts';
import type { WorkerPeers } from './workers/worker-link.ts';

/** What metrics are read from at a scrape, when all of it is there. */
export interface TelemetrySources
  extends Pick<CatalogueLayer, 'health' | 'catalogue' | 'sources' | 'toTelemetryName'> {
  readonly db: Db;
  readonly batchStore: BatchStore;
  readonly generations: () => Generations;
  readonly batches: () => Batches;
  /** Whether rate limits are counted by this node alone. */
  readonly isLimitingAlone: () => boolean;
  /** null: this process is the whole server. */
  readonly worker: WorkerPeers | null;
}

export interface TelemetryLayer {
  readonly version: string;
  readonly metrics: Metrics;
  /** Never throws. */
  readonly telemetry: Telemetry;
}

const countWorkers = ({ states, replacements }: WorkerOverview): WorkerCounts => ({
  ready: Object.values(states).filter((state) => state === 'ready').length,
  replacements,
});

/** Metrics for Prometheus, and spans and metrics for OpenTelemetry. */
export const createTelemetryLayer = (
  { metricsPrincipals, traceContent }: Settings,
  log: ServiceLog,
  {
    db,
    batchStore,
    health,
    catalogue,
    sources,
    toTelemetryName,
    generations,
    batches,
    isLimitingAlone,
    worker,
  }: TelemetrySources,
): TelemetryLayer => {
  const version = findVersion();
  const tracing = createTracing({ toTelemetryName, version, capturesContent: traceContent });
  const metrics = createMetrics({
    version,
    findTraceId: tracing.findTraceId,
    maxPrincipals: metricsPrincipals,
    isStoreUp: () => db.isUp(),
    queuedWrites: () => generations().queuedWrites(),
    isQueueFull: () => generations().isQueueFull(),
    circuitStates: () => health.circuitStates(),
    catalogue: () => catalogue.state(),
    catalogueRefreshes: () => sources.readCounts(),
    heldJobs: () => batches().heldJobs(),
    isLimitingAlone,
    ...(worker !== null && {
      gatherFamilies: () => worker.gatherMetrics(),
      workers: () => countWorkers(worker.overview()),
    }),
    sharedCounts: async () => ({
      nodes: (await findServerNodes(db)).length,
      batches: await batchStore.countUnfinished(),
    }),
  });
  worker?.onMetricsAsked(() => metrics.readFamilies());
  const telemetry = combineTelemetry([metrics.telemetry, tracing.telemetry], log, () =>
    metrics.telemetryFailed(),
  );
  return { version, metrics, telemetry };
};
