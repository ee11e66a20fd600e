import type { Batch, BatchItemStatus, BatchMode, ItemResult } from './batch.ts';
import type { ChunkTimes } from './chunk-times.ts';
import type { ErrorCode } from './errors.ts';
import type { Generation } from './generation.ts';
import type { ModelConfig } from './model-config.ts';
import type { ServiceLog } from './service-log.ts';
import type { TextRequest } from './text-request.ts';

export const CIRCUIT_STATES = ['closed', 'half-open', 'open'] as const;
/** Of a provider's circuit breaker: `open` while no call is sent, `half-open` while a probe may tell that it is well. */
export type CircuitState = (typeof CIRCUIT_STATES)[number];

/** How the results of an operation reach its client. */
export type Transport = 'http' | 'sse' | 'multipart' | 'websocket';

/**
 * What is reported of one generation, in order, as it happens. A turn is one answer of one model, with all attempts at
 * it; a fallback, and what follows tool results, is a turn of its own.
 */
export interface GenerationTelemetry {
  /** A turn starts with a request, before the call to the provider. */
  turnStarted(config: ModelConfig, request: TextRequest): void;
  /**
   * The last chunk of a streamed answer has come, or the stream has broken. Not called where no chunk came. Where the
   * generation was cut short, this call alone may come after `ended`.
   */
  chunksReceived(chunks: ChunkTimes): void;
  /** An attempt failed, and another attempt of the same turn follows. */
  retried(code: ErrorCode): void;
  /** The turn failed, and a turn of a fallback model follows. */
  fellBack(code: ErrorCode): void;
  /** The turn is complete, but its answer breaks its schema, and a turn for a better one follows. */
  repairRequested(generation: Generation): void;
  /** The turn is complete; the generation waits for the results of tool calls. */
  actionRequired(generation: Generation): void;
  /** The generation and its running turn have ended. Called once, after all other calls. */
  ended(generation: Generation): void;
}

/** The steps of a vendor's batch that this server takes. `recover`: it finds out whether a submission has arrived. */
export const BATCH_STEPS = ['submit', 'recover', 'poll', 'results'] as const;
export type BatchStep = (typeof BATCH_STEPS)[number];

/** One step of one part of a batch, which calls the vendor. */
export interface BatchStepStart {
  readonly batchId: string;
  readonly config: ModelConfig;
  readonly step: BatchStep;
}

/** Requests of one batch whose results this node has stored. */
export interface BatchResults {
  readonly principalId: string;
  readonly config: ModelConfig;
  readonly mode: BatchMode;
  readonly outcomes: readonly {
    readonly status: Exclude<BatchItemStatus, 'pending'>;
    readonly result: Pick<ItemResult, 'usage' | 'cost'>;
  }[];
}

/**
 * Counts, times and traces what the services do. No call waits or changes anything, and those of a combined telemetry
 * never throw, so that a service calls it from the middle of its work.
 */
export interface Telemetry {
  /**
   * A request has become a generation, unless it turns out to be one that was started before: then nothing more is
   * reported of it. `receivedAtMs`: when it came, on the clock of `performance.now()`.
   */
  generationStarted(id: string, config: ModelConfig, receivedAtMs: number): GenerationTelemetry;
  /** A request was refused before any provider was called. */
  generationRejected(code: ErrorCode): void;
  /** One write of generations to the store has succeeded or failed. */
  storeWritten(durationMs: number, succeeded: boolean): void;
  /** A step of a batch begins. The result is called once, at its end: null, or the code of its failure. */
  batchStepStarted(start: BatchStepStart): (code: ErrorCode | null) => void;
  batchResultsStored(results: BatchResults): void;
  /** The last part of a batch has ended, on this node. */
  batchEnded(batch: Batch): void;
}

const ignore = (): void => {};

export const NO_TELEMETRY: Telemetry = {
  generationStarted: () => ({
    turnStarted: ignore,
    chunksReceived: ignore,
    retried: ignore,
    fellBack: ignore,
    repairRequested: ignore,
    actionRequired: ignore,
    ended: ignore,
  }),
  generationRejected: ignore,
  storeWritten: ignore,
  batchStepStarted: () => ignore,
  batchResultsStored: ignore,
  batchEnded: ignore,
};

type CallAll = <T>(targets: readonly T[], call: (target: T) => void) => void;

/** One object for a generation, of which there may be thousands at once. */
class CombinedGenerationTelemetry implements GenerationTelemetry {
  readonly #generations: readonly GenerationTelemetry[];
  readonly #callAll: CallAll;

  constructor(generations: readonly GenerationTelemetry[], callAll: CallAll) {
    this.#generations = generations;
    this.#callAll = callAll;
  }

  turnStarted(...turn: Parameters<GenerationTelemetry['turnStarted']>): void {
    this.#callAll(this.#generations, (each) => each.turnStarted(...turn));
  }

  chunksReceived(chunks: ChunkTimes): void {
    this.#callAll(this.#generations, (each) => each.chunksReceived(chunks));
  }

  retried(code: ErrorCode): void {
    this.#callAll(this.#generations, (each) => each.retried(code));
  }

  fellBack(code: ErrorCode): void {
    this.#callAll(this.#generations, (each) => each.fellBack(code));
  }

  repairRequested(state: Generation): void {
    this.#callAll(this.#generations, (each) => each.repairRequested(state));
  }

  actionRequired(state: Generation): void {
    this.#callAll(this.#generations, (each) => each.actionRequired(state));
  }

  ended(final: Generation): void {
    this.#callAll(this.#generations, (each) => each.ended(final));
  }
}

/**
 * Calls each of them, in their order. What one throws is logged as a defect and counted by `onDefect`, and neither the
 * others nor the caller notice it.
 */
export const combineTelemetry = (
  all: readonly Telemetry[],
  log: ServiceLog,
  onDefect: () => void = ignore,
): Telemetry => {
  const callSafely = <T>(call: () => T): T | undefined => {
    try {
      return call();
    } catch (error) {
      log.error({ err: error }, 'telemetry failed on a defect of this server');
      onDefect();
      return undefined;
    }
  };
  const callAll: CallAll = (targets, call) => {
    for (const target of targets) callSafely(() => call(target));
  };
  /** What each of them gives, without those that fail. */
  const startAll = <T>(start: (telemetry: Telemetry) => T): readonly T[] =>
    all.flatMap((telemetry) => callSafely(() => start(telemetry)) ?? []).slice();
  return {
    generationStarted(...start) {
      const generations = startAll((telemetry) => telemetry.generationStarted(...start));
      return new CombinedGenerationTelemetry(generations, callAll);
    },
    generationRejected: (code) => callAll(all, (telemetry) => telemetry.generationRejected(code)),
    storeWritten: (...write) => callAll(all, (telemetry) => telemetry.storeWritten(...write)),
    batchStepStarted(start) {
      const ends = startAll((telemetry) => telemetry.batchStepStarted(start));
      return (code) => callAll(ends, (end) => end(code));
    },
    batchResultsStored: (results) => callAll(all, (telemetry) => telemetry.batchResultsStored(results)),
    batchEnded: (batch) => callAll(all, (telemetry) => telemetry.batchEnded(batch)),
  };
};
