import { Counter, Gauge, Registry } from 'prom-client';
import type { CatalogueState } from '../core/catalogue.ts';
import { CIRCUIT_STATES, type CircuitState, type Telemetry, type Transport } from '../core/telemetry.ts';
import { createGenerationMetrics } from './generation-metrics.ts';
import { createProcessMetrics } from './process-metrics.ts';

/** Values that are read at every scrape. A metric whose reading is left out is not exported. */
export interface MetricsReadings {
  readonly isStoreUp?: () => boolean;
  /** Changes of generations that are queued for the store. */
  readonly queuedWrites?: () => number;
  /** Whether this node counts rate limits by itself although it shares a store. */
  readonly isLimitingAlone?: () => boolean;
  readonly catalogue?: () => CatalogueState & { readonly modelCount: number };
  readonly circuitStates?: () => Iterable<readonly [provider: string, state: CircuitState]>;
}

export interface Metrics {
  /** Counts the events that the services report. */
  readonly telemetry: Telemetry;
  /** Counts a stream to a client as open until the returned function is called; further calls have no effect. */
  streamOpened(transport: Transport): () => void;
  /** Counts something that a rate limit has refused, by the name of the limit. */
  rateLimited(limit: string): void;
  /** Starts to sample the event loop. */
  start(): void;
  stop(): void;
  /** All metrics in Prometheus's text format. */
  scrape(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const STREAMING: readonly Transport[] = ['sse', 'websocket'];

/** Gauges that are read when they are scraped. */
const registerReadings = (
  registry: Registry,
  { isStoreUp, queuedWrites, isLimitingAlone, catalogue, circuitStates }: MetricsReadings,
): void => {
  const gauge = (name: string, help: string, read: () => number): void => {
    const reading = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
    registry.registerMetric(reading);
  };
  if (isStoreUp !== undefined)
    gauge('modelgraph_store_up', '1 while the store is available, 0 while it is not.', () =>
      isStoreUp() ? 1 : 0,
    );
  if (queuedWrites !== undefined)
    gauge(
      'modelgraph_store_queued_writes',
      'Changes of generations that are queued for the store.',
      queuedWrites,
    );
  if (isLimitingAlone !== undefined)
    gauge(
      'modelgraph_rate_limits_local',
      '1 while this server counts rate limits by itself because the store is away, else 0.',
      () => (isLimitingAlone() ? 1 : 0),
    );
  if (catalogue !== undefined) {
    gauge('modelgraph_catalogue_models', 'Models of the catalogue.', () => catalogue().modelCount);
    gauge(
      'modelgraph_catalogue_problems',
      'Problems of the catalogue: above 0 while a source could not be taken and the catalogue stays as it was.',
      () => catalogue().problems.length,
    );
    gauge(
      'modelgraph_catalogue_refreshed_timestamp_seconds',
      'When a source of the catalogue was last read without a problem, in seconds since 1970; 0: never since the start.',
      () => (catalogue().refreshedAtMs ?? 0) / 1_000,
    );
  }
  if (circuitStates === undefined) return;
  const circuits = new Gauge({
    name: 'modelgraph_circuit_state',
    help: "1 for the state of a provider's circuit breaker, 0 for the other states.",
    labelNames: ['provider', 'state'],
    registers: [],
    collect() {
      this.reset();
      for (const [provider, present] of circuitStates())
        for (const state of CIRCUIT_STATES) this.set({ provider, state }, state === present ? 1 : 0);
    },
  });
  registry.registerMetric(circuits);
};

/** The metrics of one server, in a registry of their own. The event loop is sampled from `start` on. */
export const createMetrics = (readings: MetricsReadings): Metrics => {
  const registry = new Registry();
  const openStreams = new Gauge({
    name: 'modelgraph_open_streams',
    help: 'Operations whose results are being streamed to clients.',
    labelNames: ['transport'],
    registers: [registry],
  });
  for (const transport of STREAMING) openStreams.set({ transport }, 0);
  registerReadings(registry, readings);
  const rateLimited = new Counter({
    name: 'modelgraph_rate_limited_total',
    help: 'What rate limits have refused, by the name of the limit.',
    labelNames: ['limit'],
    registers: [registry],
  });
  const telemetry = createGenerationMetrics(registry);
  const process = createProcessMetrics(registry);
  return {
    telemetry,
    streamOpened(transport) {
      openStreams.inc({ transport });
      let open = true;
      return () => {
        if (open) openStreams.dec({ transport });
        open = false;
      };
    },
    rateLimited: (limit) => rateLimited.inc({ limit }),
    start: () => process.start(),
    stop: () => process.stop(),
    async scrape() {
      await process.refresh();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
};
