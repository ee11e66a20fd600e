import { Registry } from 'prom-client';
import type { BudgetDetails } from '../core/budget.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Telemetry, Transport } from '../core/telemetry.ts';
import { createBatchMetrics } from './batch-metrics.ts';
import { createGenerationMetrics } from './generation-metrics.ts';
import { createCounter, createGauge, defineMetrics, type FindTraceId } from './metric-definition.ts';
import { type MetricFamily, readFamilies } from './metric-family.ts';
import { OPEN_METRICS_TYPE, toOpenMetrics, writeOpenMetrics, writePrometheus } from './open-metrics.ts';
import { createPrincipalMetrics } from './principal-metrics.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { type MetricsReadings, registerReadings } from './readings.ts';
import { SharedReadings } from './shared-readings.ts';

export interface MetricsOptions extends MetricsReadings {
  /** Of this server. */
  readonly version?: string;
  /** For exemplars. */
  readonly findTraceId?: FindTraceId;
  /** How many principals are counted under their own id; 0 or left out: usage is not counted by principal. */
  readonly maxPrincipals?: number;
  /** Of all workers of this server, this one among them. Left out: this process is the whole server. */
  readonly gatherFamilies?: () => Promise<readonly MetricFamily[]>;
}

/** The text formats of metrics: OpenMetrics alone has exemplars. */
export type MetricsFormat = 'prometheus' | 'open-metrics';

export interface Metrics {
  /** Counts the events that the services report. */
  readonly telemetry: Telemetry;
  /** Counts a stream to a client as open until the returned function is called; further calls have no effect. */
  streamOpened(transport: Transport): () => void;
  /** Counts something that a rate limit has refused, by the name of the limit. */
  rateLimited(limit: string): void;
  /** Counts a request that a budget has refused. */
  budgetRefused(budget: Pick<BudgetDetails, 'scope' | 'period'>): void;
  /** A client was told of an error. */
  errorTold(code: ErrorCode): void;
  /** A telemetry has failed on a defect. */
  telemetryFailed(): void;
  /** Starts to sample the event loop. */
  start(): void;
  stop(): void;
  /** The metrics of this process alone. */
  readFamilies(): Promise<readonly MetricFamily[]>;
  /** All metrics as text: of a server with several workers, those of all of them. */
  scrape(format?: MetricsFormat): Promise<{ readonly contentType: string; readonly body: string }>;
}

export const SERVER_METRICS = defineMetrics({
  build: {
    name: 'modelgraph_build_info',
    type: 'gauge',
    help: '1, with the version of this server.',
    labels: ['version'],
    aggregator: 'max',
  },
  openStreams: {
    name: 'modelgraph_open_streams',
    type: 'gauge',
    help: 'Operations whose results are being streamed to clients.',
    labels: ['transport'],
  },
  rateLimited: {
    name: 'modelgraph_rate_limited_total',
    type: 'counter',
    help: 'What rate limits have refused, by the name of the limit.',
    labels: ['limit'],
  },
  budgetRefusals: {
    name: 'modelgraph_budget_refusals_total',
    type: 'counter',
    help: 'Requests that a budget has refused, by its scope and period. Generations that ran short of money later are in modelgraph_generations_total with the code BUDGET_EXCEEDED.',
    labels: ['scope', 'period'],
  },
  requestErrors: {
    name: 'modelgraph_request_errors_total',
    type: 'counter',
    help: 'GraphQL errors that clients were told of, by their code: refused, limited, unauthenticated, failed.',
    labels: ['code'],
  },
  telemetryFailures: {
    name: 'modelgraph_telemetry_failures_total',
    type: 'counter',
    help: 'Calls of metrics or traces that failed on a defect. The generations they were about went on.',
    labels: [],
  },
});

const toText = (families: readonly MetricFamily[], format: MetricsFormat, prometheusType: string) =>
  format === 'open-metrics'
    ? { contentType: OPEN_METRICS_TYPE, body: writeOpenMetrics(families) }
    : { contentType: prometheusType, body: writePrometheus(families) };

const STREAMING: readonly Transport[] = ['sse', 'websocket'];

/** The metrics of one server, in a registry of their own. The event loop is sampled from `start` on. */
export const createMetrics = (options: MetricsOptions): Metrics => {
  const { version, sharedCounts, findTraceId = () => undefined, maxPrincipals = 0, gatherFamilies } = options;
  const registry = new Registry();
  if (version !== undefined) createGauge(SERVER_METRICS.build, registry).set({ version }, 1);
  const openStreams = createGauge(SERVER_METRICS.openStreams, registry);
  for (const transport of STREAMING) openStreams.set({ transport }, 0);
  const rateLimited = createCounter(SERVER_METRICS.rateLimited, registry);
  const budgetRefusals = createCounter(SERVER_METRICS.budgetRefusals, registry);
  const requestErrors = createCounter(SERVER_METRICS.requestErrors, registry);
  const telemetryFailures = createCounter(SERVER_METRICS.telemetryFailures, registry);
  registerReadings(registry, options);
  const shared = sharedCounts && new SharedReadings(registry, sharedCounts);
  const countPrincipal = maxPrincipals > 0 ? createPrincipalMetrics(registry, maxPrincipals) : undefined;
  const generations = createGenerationMetrics(registry, { findTraceId, countPrincipal });
  const batches = createBatchMetrics(registry);
  const process = createProcessMetrics(registry);
  const refresh = (): Promise<unknown> => Promise.all([process.refresh(), shared?.refresh()]);
  return {
    telemetry: {
      ...generations,
      ...batches,
      batchResultsStored(results) {
        generations.batchResultsStored(results);
        batches.batchResultsStored(results);
      },
    },
    streamOpened(transport) {
      openStreams.inc({ transport });
      let open = true;
      return () => {
        if (open) openStreams.dec({ transport });
        open = false;
      };
    },
    rateLimited: (limit) => rateLimited.inc({ limit }),
    budgetRefused: ({ scope, period }) => budgetRefusals.inc({ scope, period }),
    errorTold: (code) => requestErrors.inc({ code }),
    telemetryFailed: () => telemetryFailures.inc(),
    start: () => process.start(),
    stop: () => process.stop(),
    async readFamilies() {
      await refresh();
      return readFamilies(registry);
    },
    async scrape(format = 'prometheus') {
      if (gatherFamilies !== undefined) return toText(await gatherFamilies(), format, registry.contentType);
      await refresh();
      return format === 'open-metrics'
        ? { contentType: OPEN_METRICS_TYPE, body: await toOpenMetrics(registry) }
        : { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
};
