import { type Attributes, type Histogram, type MeterProvider, metrics } from '@opentelemetry/api';
import { CHUNK_BOUNDS, type ChunkTimes } from '../core/chunk-times.ts';
import { GEN_AI_SCHEMA, type TurnUsage } from './gen-ai-attributes.ts';

/** The bounds that the conventions advise. */
const DURATION_BOUNDS = [...CHUNK_BOUNDS];
const TOKEN_BOUNDS = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

/**
 * Chunks of one turn that are recorded at the most, which takes 0.7 µs each. Of a turn with more the times are recorded in
 * the same proportions.
 */
const MAX_CHUNKS = 1_000;

/** One turn that has ended. */
export interface EndedTurn {
  /** As the conventions have them, of the model and the provider. */
  readonly attributes: Attributes;
  readonly durationMs: number;
  /** null: it has not failed. */
  readonly errorType: string | null;
  readonly usage: TurnUsage;
  /** null: it was not streamed, or no chunk came. */
  readonly chunks: ChunkTimes | null;
}

interface Instruments {
  readonly duration: Histogram;
  readonly firstChunk: Histogram;
  readonly chunk: Histogram;
  readonly tokens: Histogram;
}

const createInstruments = (version: string): Instruments => {
  const meter = metrics.getMeter('modelgraph', version, { schemaUrl: GEN_AI_SCHEMA });
  const histogram = (name: string, description: string, unit: string, bounds: number[]): Histogram =>
    meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: bounds } });
  return {
    duration: histogram(
      'gen_ai.client.operation.duration',
      'GenAI operation duration.',
      's',
      DURATION_BOUNDS,
    ),
    firstChunk: histogram(
      'gen_ai.client.operation.time_to_first_chunk',
      'Time to receive the first chunk, measured from when the client issues the generation request to when the first chunk is received in the response stream.',
      's',
      DURATION_BOUNDS,
    ),
    chunk: histogram(
      'gen_ai.client.operation.time_per_output_chunk',
      'Time per output chunk, recorded for each chunk received after the first one, measured as the time elapsed from the end of the previous chunk to the end of the current chunk.',
      's',
      DURATION_BOUNDS,
    ),
    tokens: histogram(
      'gen_ai.client.token.usage',
      'Number of input and output tokens used.',
      '{token}',
      TOKEN_BOUNDS,
    ),
  };
};

const recordChunks = (histogram: Histogram, chunks: ChunkTimes, attributes: Attributes): void => {
  const share = Math.min(1, MAX_CHUNKS / Math.max(1, chunks.count));
  for (const [bucket, count] of chunks.counts.entries()) {
    if (count === 0) continue;
    const mean = (chunks.sums[bucket] ?? 0) / count;
    for (let recorded = Math.ceil(count * share); recorded > 0; recorded -= 1)
      histogram.record(mean, attributes);
  }
};

/**
 * Gives what records a turn in the metrics of OpenTelemetry's conventions. An SDK may be registered later than this is
 * called; without one, nothing is done.
 */
export const createGenAiMetrics = (version: string): ((turn: EndedTurn) => void) => {
  let provider: MeterProvider | null = null;
  let instruments: Instruments | null = null;
  return ({ attributes, durationMs, errorType, usage, chunks }) => {
    const present = metrics.getMeterProvider();
    if (instruments === null || present !== provider) {
      provider = present;
      instruments = createInstruments(version);
    }
    const { duration, firstChunk, chunk, tokens } = instruments;
    duration.record(
      durationMs / 1_000,
      errorType === null ? attributes : { ...attributes, 'error.type': errorType },
    );
    for (const type of ['input', 'output'] as const) {
      const count = usage[type];
      if (count !== null && count >= 0) tokens.record(count, { ...attributes, 'gen_ai.token.type': type });
    }
    if (chunks === null || chunks.firstSeconds === null) return;
    firstChunk.record(chunks.firstSeconds, attributes);
    recordChunks(chunk, chunks, attributes);
  };
};
