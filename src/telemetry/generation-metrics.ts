import type { Counter, Registry } from 'prom-client';
import { CHUNK_BOUNDS } from '../core/chunk-times.ts';
import type { Generation } from '../core/generation.ts';
import type { ModelConfig } from '../core/model-config.ts';
import { type GenerationTelemetry, NO_TELEMETRY, type Telemetry } from '../core/telemetry.ts';
import type { Cost, Usage } from '../core/usage.ts';
import { ChunkHistogram } from './chunk-histogram.ts';
import {
  createCounter,
  createGauge,
  createHistogram,
  defineMetrics,
  type FindTraceId,
  observe,
} from './metric-definition.ts';
import { labelsOf, MODEL, tokensOf } from './model-labels.ts';
import type { CountPrincipal } from './principal-metrics.ts';

const DURATION_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 900];

export const GENERATION_METRICS = defineMetrics({
  ended: {
    name: 'modelgraph_generations_total',
    type: 'counter',
    help: 'Generations that have ended, by the model that answered, the final status, and the error code of a failure.',
    labels: [...MODEL, 'status', 'code'],
  },
  rejected: {
    name: 'modelgraph_generations_rejected_total',
    type: 'counter',
    help: 'Requests for a generation that were refused before a provider was called.',
    labels: ['code'],
  },
  running: {
    name: 'modelgraph_generations_running',
    type: 'gauge',
    help: 'Generations whose provider was called and that have not ended, including those that wait for tool results.',
    labels: [],
  },
  awaitingTools: {
    name: 'modelgraph_generations_awaiting_tools',
    type: 'gauge',
    help: 'Generations that wait for the results of tool calls.',
    labels: [],
  },
  firstDelta: {
    name: 'modelgraph_first_delta_seconds',
    type: 'histogram',
    help: 'From the call to the provider to the first text, reasoning or tool call.',
    labels: MODEL,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300],
  },
  chunk: {
    name: 'modelgraph_output_chunk_seconds',
    type: 'histogram',
    help: 'From one chunk of a streamed answer to the next, as they come from the provider.',
    labels: MODEL,
    buckets: CHUNK_BOUNDS,
  },
  duration: {
    name: 'modelgraph_generation_duration_seconds',
    type: 'histogram',
    help: 'From the request to the end of its generation, including the wait for tool results.',
    labels: MODEL,
    buckets: DURATION_BUCKETS,
  },
  turn: {
    name: 'modelgraph_provider_duration_seconds',
    type: 'histogram',
    help: "From the start of a turn to the end of the provider's answer, including media and retries: the provider's part of the duration.",
    labels: MODEL,
    buckets: DURATION_BUCKETS,
  },
  toolWait: {
    name: 'modelgraph_tool_wait_seconds',
    type: 'histogram',
    help: 'From the request for tool results to the next turn, or to the end of a generation that got none.',
    labels: MODEL,
    buckets: DURATION_BUCKETS,
  },
  overhead: {
    name: 'modelgraph_overhead_seconds',
    type: 'histogram',
    help: "From the request to the start of its first turn, including checks and the store: this server's part of the duration.",
    labels: [],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  tokens: {
    name: 'modelgraph_tokens_total',
    type: 'counter',
    help: 'Tokens as the provider counted them, of generations and of batches. Input includes cached and audio tokens, output includes reasoning tokens.',
    labels: [...MODEL, 'kind'],
  },
  cost: {
    name: 'modelgraph_cost_usd_total',
    type: 'counter',
    help: 'Cost of generations and batches in US dollars, as far as usage and price are known.',
    labels: MODEL,
  },
  retries: {
    name: 'modelgraph_retries_total',
    type: 'counter',
    help: 'Failed attempts that were followed by another attempt at the same model.',
    labels: [...MODEL, 'code'],
  },
  fallbacks: {
    name: 'modelgraph_fallbacks_total',
    type: 'counter',
    help: 'Failed models that were followed by a fallback model, by the model that failed.',
    labels: [...MODEL, 'code'],
  },
  write: {
    name: 'modelgraph_store_write_seconds',
    type: 'histogram',
    help: 'Duration of one write of generations to the store: a flush of the write-behind queue.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  writeFailures: {
    name: 'modelgraph_store_write_failures_total',
    type: 'counter',
    help: 'Writes of generations that the store refused.',
    labels: [],
  },
});

interface GenerationMetricsOptions {
  readonly findTraceId: FindTraceId;
  /** undefined: use is not counted by principal. */
  readonly countPrincipal: CountPrincipal | undefined;
}

const createInstruments = (registry: Registry, options: GenerationMetricsOptions) => {
  const metrics = GENERATION_METRICS;
  return {
    ...options,
    ended: createCounter(metrics.ended, registry),
    rejected: createCounter(metrics.rejected, registry),
    running: createGauge(metrics.running, registry),
    awaitingTools: createGauge(metrics.awaitingTools, registry),
    firstDelta: createHistogram(metrics.firstDelta, registry),
    chunk: new ChunkHistogram(metrics.chunk, registry),
    duration: createHistogram(metrics.duration, registry),
    turn: createHistogram(metrics.turn, registry),
    toolWait: createHistogram(metrics.toolWait, registry),
    overhead: createHistogram(metrics.overhead, registry),
    tokens: createCounter(metrics.tokens, registry),
    cost: createCounter(metrics.cost, registry),
    retries: createCounter(metrics.retries, registry),
    fallbacks: createCounter(metrics.fallbacks, registry),
    write: createHistogram(metrics.write, registry),
    writeFailures: createCounter(metrics.writeFailures, registry),
  };
};

type Instruments = ReturnType<typeof createInstruments>;

const secondsSince = (beganAtMs: number): number => Math.max(0, performance.now() - beganAtMs) / 1_000;

/** Adds usage and cost to the totals of a model. Numbers that a counter would throw at are left out. */
const addUsage = (
  { tokens, cost }: { readonly tokens: Counter; readonly cost: Counter },
  config: ModelConfig,
  used: { readonly usage: Usage | null; readonly cost: Cost | null },
): void => {
  const labels = labelsOf(config);
  for (const [kind, count] of used.usage === null ? [] : tokensOf(used.usage))
    if (count !== null && count > 0) tokens.inc({ ...labels, kind }, count);
  if (used.cost !== null && used.cost.total > 0) cost.inc(labels, used.cost.total);
};

/** Measures one generation. */
class GenerationWatch implements GenerationTelemetry {
  readonly #instruments: Instruments;
  readonly #id: string;
  readonly #receivedAtMs: number;
  #config: ModelConfig;
  #turnBeganAtMs: number | null = null;
  #waitBeganAtMs: number | null = null;
  /** A request whose idempotency key belongs to an earlier generation has neither a turn nor an end. */
  #isRunning = false;

  constructor(
    instruments: Instruments,
    config: ModelConfig,
    request: { readonly id: string; readonly receivedAtMs: number },
  ) {
    this.#instruments = instruments;
    this.#config = config;
    this.#id = request.id;
    this.#receivedAtMs = request.receivedAtMs;
  }

  turnStarted(config: ModelConfig): void {
    const { running, overhead } = this.#instruments;
    this.#endTurn();
    this.#endWait();
    this.#config = config;
    this.#turnBeganAtMs = performance.now();
    if (this.#isRunning) return;
    this.#isRunning = true;
    running.inc();
    observe(overhead, {}, secondsSince(this.#receivedAtMs), this.#findTraceId());
  }

  chunksReceived(chunks: Parameters<GenerationTelemetry['chunksReceived']>[0]): void {
    this.#instruments.chunk.add(labelsOf(this.#config), chunks);
  }

  retried(code: string): void {
    this.#instruments.retries.inc({ ...labelsOf(this.#config), code });
  }

  fellBack(code: string): void {
    this.#endTurn();
    this.#instruments.fallbacks.inc({ ...labelsOf(this.#config), code });
  }

  repairRequested(): void {
    this.#endTurn();
  }

  actionRequired(): void {
    this.#endTurn();
    this.#waitBeganAtMs = performance.now();
    this.#instruments.awaitingTools.inc();
  }

  ended(generation: Generation): void {
    const { running, ended, duration, firstDelta } = this.#instruments;
    const { status, error, firstDeltaMs } = generation;
    const traceId = this.#findTraceId();
    this.#endTurn();
    this.#endWait();
    if (this.#isRunning) running.dec();
    this.#config = generation.resolution.config;
    const labels = labelsOf(this.#config);
    ended.inc({ ...labels, status, code: error?.code ?? '' });
    observe(duration, labels, secondsSince(this.#receivedAtMs), traceId);
    if (firstDeltaMs !== null) observe(firstDelta, labels, firstDeltaMs / 1_000, traceId);
    addUsage(this.#instruments, this.#config, generation);
    this.#instruments.countPrincipal?.(generation.principalId, status, generation);
  }

  #findTraceId(): string | undefined {
    return this.#instruments.findTraceId(this.#id);
  }

  #endTurn(): void {
    if (this.#turnBeganAtMs === null) return;
    const seconds = secondsSince(this.#turnBeganAtMs);
    observe(this.#instruments.turn, labelsOf(this.#config), seconds, this.#findTraceId());
    this.#turnBeganAtMs = null;
  }

  #endWait(): void {
    if (this.#waitBeganAtMs === null) return;
    const { awaitingTools, toolWait } = this.#instruments;
    awaitingTools.dec();
    observe(toolWait, labelsOf(this.#config), secondsSince(this.#waitBeganAtMs), this.#findTraceId());
    this.#waitBeganAtMs = null;
  }
}

/** Counts and times generations, and what batches at vendors have used, in a registry. */
export const createGenerationMetrics = (registry: Registry, options: GenerationMetricsOptions): Telemetry => {
  const instruments = createInstruments(registry, options);
  return {
    ...NO_TELEMETRY,
    generationStarted: (id, config, receivedAtMs) =>
      new GenerationWatch(instruments, config, { id, receivedAtMs }),
    generationRejected: (code) => instruments.rejected.inc({ code }),
    storeWritten(durationMs, succeeded) {
      observe(instruments.write, {}, durationMs / 1_000);
      if (!succeeded) instruments.writeFailures.inc();
    },
    batchResultsStored({ principalId, mode, config, outcomes }) {
      // The requests of a sequential batch are generations, and counted as such.
      if (mode === 'sequential') return;
      for (const { status, result } of outcomes) {
        addUsage(instruments, config, result);
        instruments.countPrincipal?.(principalId, status, result);
      }
    },
  };
};
