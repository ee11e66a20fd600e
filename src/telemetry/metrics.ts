import { Gauge, Registry } from 'prom-client';
import { CIRCUIT_STATES, type CircuitState, type Telemetry, type Transport } from '../core/telemetry.ts';
import { createGenerationMetrics } from './generation-metrics.ts';
import { createProcessMetrics } from './process-metrics.ts';

/** What is asked for at every scrape. A metric whose reading is not given is not there. */
export interface MetricsReadings {
  readonly isStoreUp?: () => boolean;
  /** How many changes of generations the store does not have yet. */
  readonly queuedWrites?: () => number;
  readonly circuitStates?: () => Iterable<readonly [provider: string, state: CircuitState]>;
}

export interface Metrics {
  /** Counts what the services tell. */
  readonly telemetry: Telemetry;
  /** A stream to a client has been opened. Call what it gives when that is closed; once counts. */
  streamOpened(transport: Transport): () => void;
  /** Begins to watch the event loop. */
  start(): void;
  stop(): void;
  /** Everything, in Prometheus's text format. */
  scrape(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const STREAMING: readonly Transport[] = ['sse', 'websocket'];

/** Gauges that are read when they are scraped. */
const registerReadings = (
  registry: Registry,
  { isStoreUp, queuedWrites, circuitStates }: MetricsReadings,
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
    gauge('modelgraph_store_up', '1 while the store takes statements, 0 while it does not.', () =>
      isStoreUp() ? 1 : 0,
    );
  if (queuedWrites !== undefined)
    gauge(
      'modelgraph_store_queued_writes',
      'Changes of generations that the store does not have yet.',
      queuedWrites,
    );
  if (circuitStates === undefined) return;
  const circuits = new Gauge({
    name: 'modelgraph_circuit_state',
    help: '1 for the state that the circuit breaker of a provider is in, 0 for the others.',
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

/** The metrics of one server, in a registry of their own. Watches nothing until `start`. */
export const createMetrics = (readings: MetricsReadings): Metrics => {
  const registry = new Registry();
  const openStreams = new Gauge({
    name: 'modelgraph_open_streams',
    help: 'Operations whose results clients are being sent as a stream.',
    labelNames: ['transport'],
    registers: [registry],
  });
  for (const transport of STREAMING) openStreams.set({ transport }, 0);
  registerReadings(registry, readings);
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
    start: () => process.start(),
    stop: () => process.stop(),
    async scrape() {
      await process.refresh();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
};
