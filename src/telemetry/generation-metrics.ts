import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Generation } from '../core/generation.ts';
import type { ModelConfig } from '../core/model-config.ts';
import type { GenerationTelemetry, Telemetry } from '../core/telemetry.ts';
import type { Usage } from '../core/usage.ts';

const MODEL = ['model', 'provider'] as const;

const FIRST_DELTA_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];
const DURATION_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 900];
const OVERHEAD_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const WRITE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The label of every model that is in no catalogue: clients choose their ids, and labels have to be few. */
const OTHER = 'other';

const labelsOf = ({ name, provider, origin }: ModelConfig): { model: string; provider: string } => ({
  model: origin === 'unknown' ? OTHER : name,
  provider,
});

const tokensOf = (usage: Usage): readonly (readonly [kind: string, tokens: number | null])[] => [
  ['input', usage.inputTokens],
  ['output', usage.outputTokens],
  ['cache_read', usage.cacheReadTokens],
  ['cache_write', usage.cacheWriteTokens],
  ['reasoning', usage.reasoningTokens],
  ['audio_input', usage.audioInputTokens],
];

const secondsSince = (beganAtMs: number): number => Math.max(0, performance.now() - beganAtMs) / 1_000;

const createCounters = (registry: Registry) => {
  const counter = <const T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  return {
    ended: counter(
      'modelgraph_generations_total',
      'Generations that have ended, by the model that answered, the final status, and the error code of a failure.',
      [...MODEL, 'status', 'code'],
    ),
    rejected: counter(
      'modelgraph_generations_rejected_total',
      'Requests for a generation that were refused before a provider was called.',
      ['code'],
    ),
    tokens: counter(
      'modelgraph_tokens_total',
      'Tokens as the provider counted them. Input includes cached and audio tokens, output includes reasoning tokens.',
      [...MODEL, 'kind'],
    ),
    cost: counter(
      'modelgraph_cost_usd_total',
      'Cost of generations in US dollars, as far as usage and price are known.',
      MODEL,
    ),
    retries: counter(
      'modelgraph_retries_total',
      'Failed attempts that were followed by another attempt at the same model.',
      [...MODEL, 'code'],
    ),
    fallbacks: counter(
      'modelgraph_fallbacks_total',
      'Failed models that were followed by a fallback model, by the model that failed.',
      [...MODEL, 'code'],
    ),
    writeFailures: counter(
      'modelgraph_store_write_failures_total',
      'Writes of generations that the store refused.',
      [],
    ),
  };
};

const createHistograms = (registry: Registry) => {
  const histogram = <const T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[],
    buckets: number[],
  ) => new Histogram({ name, help, labelNames, buckets, registers: [registry] });
  return {
    firstDelta: histogram(
      'modelgraph_first_delta_seconds',
      'From the call to the provider to the first text, reasoning or tool call.',
      MODEL,
      FIRST_DELTA_BUCKETS,
    ),
    duration: histogram(
      'modelgraph_generation_duration_seconds',
      'From the request to the end of its generation, including the wait for tool results.',
      MODEL,
      DURATION_BUCKETS,
    ),
    turn: histogram(
      'modelgraph_provider_duration_seconds',
      "From the start of a turn to the end of the provider's answer, including media and retries: the provider's part of the duration.",
      MODEL,
      DURATION_BUCKETS,
    ),
    overhead: histogram(
      'modelgraph_overhead_seconds',
      "From the request to the start of its first turn, including checks and the store: this server's part of the duration.",
      [],
      OVERHEAD_BUCKETS,
    ),
    write: histogram(
      'modelgraph_store_write_seconds',
      'Duration of one write of generations to the store.',
      [],
      WRITE_BUCKETS,
    ),
  };
};

const createInstruments = (registry: Registry) => ({
  ...createCounters(registry),
  ...createHistograms(registry),
  running: new Gauge({
    name: 'modelgraph_generations_running',
    help: 'Generations whose provider was called and that have not ended, including those that wait for tool results.',
    registers: [registry],
  }),
});

type Instruments = ReturnType<typeof createInstruments>;

const watch = (
  instruments: Instruments,
  accepted: ModelConfig,
  receivedAtMs: number,
): GenerationTelemetry => {
  let config = accepted;
  let turnBeganAtMs: number | null = null;
  // A request whose idempotency key belongs to an earlier generation has neither a turn nor an end.
  let running = false;

  const endTurn = (): void => {
    if (turnBeganAtMs !== null) instruments.turn.observe(labelsOf(config), secondsSince(turnBeganAtMs));
    turnBeganAtMs = null;
  };
  const count = ({ status, error, usage, cost, firstDeltaMs }: Generation): void => {
    const labels = labelsOf(config);
    instruments.ended.inc({ ...labels, status, code: error?.code ?? '' });
    instruments.duration.observe(labels, secondsSince(receivedAtMs));
    if (firstDeltaMs !== null) instruments.firstDelta.observe(labels, firstDeltaMs / 1_000);
    for (const [kind, tokens] of usage === null ? [] : tokensOf(usage)) {
      // A counter throws at a number below 0, which a vendor may report.
      if (tokens !== null && tokens > 0) instruments.tokens.inc({ ...labels, kind }, tokens);
    }
    if (cost !== null && cost.total > 0) instruments.cost.inc(labels, cost.total);
  };

  return {
    turnStarted(next) {
      endTurn();
      config = next;
      turnBeganAtMs = performance.now();
      if (running) return;
      running = true;
      instruments.running.inc();
      instruments.overhead.observe(secondsSince(receivedAtMs));
    },
    retried: (code) => instruments.retries.inc({ ...labelsOf(config), code }),
    fellBack(code) {
      endTurn();
      instruments.fallbacks.inc({ ...labelsOf(config), code });
    },
    actionRequired: endTurn,
    ended(generation) {
      endTurn();
      if (running) instruments.running.dec();
      config = generation.resolution.config;
      count(generation);
    },
  };
};

/** Counts and times generations in a registry. Each label has a bounded set of values: models, providers, statuses, codes. */
export const createGenerationMetrics = (registry: Registry): Telemetry => {
  const instruments = createInstruments(registry);
  return {
    generationStarted: (_id, config, receivedAtMs) => watch(instruments, config, receivedAtMs),
    generationRejected: (code) => instruments.rejected.inc({ code }),
    storeWritten(durationMs, succeeded) {
      instruments.write.observe(durationMs / 1_000);
      if (!succeeded) instruments.writeFailures.inc();
    },
  };
};
