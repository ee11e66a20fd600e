import type { Registry } from 'prom-client';
import type { CatalogueState } from '../core/catalogue.ts';
import type { SharedCounts } from '../core/shared-counts.ts';
import { CIRCUIT_STATES, type CircuitState } from '../core/telemetry.ts';
import { createCounter, createGauge, defineMetrics, type MetricDefinition } from './metric-definition.ts';

/** How often a source of the catalogue was read, by what came of it. */
export interface ReadCount {
  readonly source: string;
  readonly result: 'succeeded' | 'failed';
  readonly count: number;
}

/** How the workers of a server are. */
export interface WorkerCounts {
  /** Those that serve. */
  readonly ready: number;
  /** How often one was started in place of one that had ended. */
  readonly replacements: number;
}

/** Values that are read at every scrape. A metric whose reading is left out is not exported. */
export interface MetricsReadings {
  readonly isStoreUp?: () => boolean;
  /** Changes of generations that are queued for the store. */
  readonly queuedWrites?: () => number;
  /** Whether so much is queued that new generations are refused. */
  readonly isQueueFull?: () => boolean;
  /** Whether this node counts rate limits by itself although it shares a store. */
  readonly isLimitingAlone?: () => boolean;
  readonly catalogue?: () => CatalogueState & { readonly modelCount: number };
  readonly catalogueRefreshes?: () => Iterable<ReadCount>;
  readonly circuitStates?: () => Iterable<readonly [provider: string, state: CircuitState]>;
  /** Parts of batches that this node works on. */
  readonly heldJobs?: () => number;
  /** Of a server with several workers. */
  readonly workers?: () => WorkerCounts;
  /** Counted in the store, once in a while. Rejects while that is away. */
  readonly sharedCounts?: () => Promise<SharedCounts>;
}

export const READING_METRICS = defineMetrics({
  storeUp: {
    name: 'modelgraph_store_up',
    type: 'gauge',
    help: '1 while the store is available, 0 while it is not.',
    labels: [],
    aggregator: 'min',
  },
  queuedWrites: {
    name: 'modelgraph_store_queued_writes',
    type: 'gauge',
    help: 'Changes of generations that are queued for the store.',
    labels: [],
  },
  queueFull: {
    name: 'modelgraph_store_queue_full',
    type: 'gauge',
    help: '1 while so much is queued for a store that is away that new generations are refused.',
    labels: [],
    aggregator: 'max',
  },
  rateLimitsLocal: {
    name: 'modelgraph_rate_limits_local',
    type: 'gauge',
    help: '1 while this server counts rate limits by itself because the store is away, else 0.',
    labels: [],
    aggregator: 'max',
  },
  models: {
    name: 'modelgraph_catalogue_models',
    type: 'gauge',
    help: 'Models of the catalogue.',
    labels: [],
    aggregator: 'max',
  },
  problems: {
    name: 'modelgraph_catalogue_problems',
    type: 'gauge',
    help: 'Problems of the catalogue: above 0 while a source could not be taken and the catalogue stays as it was.',
    labels: [],
    aggregator: 'max',
  },
  refreshed: {
    name: 'modelgraph_catalogue_refreshed_timestamp_seconds',
    type: 'gauge',
    help: 'When a source of the catalogue was last read without a problem, in seconds since 1970; 0: never since the start.',
    labels: [],
    aggregator: 'min',
  },
  refreshes: {
    name: 'modelgraph_catalogue_refreshes_total',
    type: 'counter',
    help: 'Times a source of the catalogue was read: the document, the list of a provider, or the models that one serves.',
    labels: ['source', 'result'],
  },
  circuit: {
    name: 'modelgraph_circuit_state',
    type: 'gauge',
    help: "1 for the state of a provider's circuit breaker, 0 for the other states.",
    labels: ['provider', 'state'],
    aggregator: 'max',
  },
  heldJobs: {
    name: 'modelgraph_batch_jobs_held',
    type: 'gauge',
    help: 'Parts of batches that this node works on.',
    labels: [],
  },
  workers: {
    name: 'modelgraph_workers_ready',
    type: 'gauge',
    help: 'Workers of this server that serve. Of a server with MODELGRAPH_WORKERS above 1.',
    labels: [],
    aggregator: 'max',
  },
  replacements: {
    name: 'modelgraph_worker_replacements',
    type: 'gauge',
    help: 'How often a worker was started in place of one that had ended. Of a server with MODELGRAPH_WORKERS above 1.',
    labels: [],
    aggregator: 'max',
  },
});

/** Metrics that are read when they are scraped. */
export const registerReadings = (registry: Registry, readings: MetricsReadings): void => {
  const { isStoreUp, isQueueFull, isLimitingAlone, catalogue, catalogueRefreshes, circuitStates, workers } =
    readings;
  const metrics = READING_METRICS;
  const read = (definition: MetricDefinition<never>, value: (() => number) | undefined): void => {
    if (value !== undefined) createGauge(definition, registry, (gauge) => gauge.set(value()));
  };
  read(metrics.storeUp, isStoreUp && (() => (isStoreUp() ? 1 : 0)));
  read(metrics.queuedWrites, readings.queuedWrites);
  read(metrics.queueFull, isQueueFull && (() => (isQueueFull() ? 1 : 0)));
  read(metrics.rateLimitsLocal, isLimitingAlone && (() => (isLimitingAlone() ? 1 : 0)));
  read(metrics.models, catalogue && (() => catalogue().modelCount));
  read(metrics.problems, catalogue && (() => catalogue().problems.length));
  read(metrics.refreshed, catalogue && (() => (catalogue().refreshedAtMs ?? 0) / 1_000));
  read(metrics.heldJobs, readings.heldJobs);
  read(metrics.workers, workers && (() => workers().ready));
  read(metrics.replacements, workers && (() => workers().replacements));
  if (catalogueRefreshes !== undefined)
    createCounter(metrics.refreshes, registry, (counter) => {
      counter.reset();
      for (const { source, result, count } of catalogueRefreshes()) counter.inc({ source, result }, count);
    });
  if (circuitStates !== undefined)
    createGauge(metrics.circuit, registry, (gauge) => {
      gauge.reset();
      for (const [provider, present] of circuitStates())
        for (const state of CIRCUIT_STATES) gauge.set({ provider, state }, state === present ? 1 : 0);
    });
};
