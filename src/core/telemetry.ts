import type { ErrorCode } from './errors.ts';
import type { Generation } from './generation.ts';
import type { ModelConfig } from './model-config.ts';
import type { ServiceLog } from './service-log.ts';

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
  /** A turn starts, before the call to the provider. */
  turnStarted(config: ModelConfig): void;
  /** An attempt failed, and another attempt of the same turn follows. */
  retried(code: ErrorCode): void;
  /** The turn failed, and a turn of a fallback model follows. */
  fellBack(code: ErrorCode): void;
  /** The turn is complete; the generation waits for the results of tool calls. */
  actionRequired(generation: Generation): void;
  /** The generation and its running turn have ended. Called once, after all other calls. */
  ended(generation: Generation): void;
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
}

const ignore = (): void => {};

export const NO_TELEMETRY: Telemetry = {
  generationStarted: () => ({
    turnStarted: ignore,
    retried: ignore,
    fellBack: ignore,
    actionRequired: ignore,
    ended: ignore,
  }),
  generationRejected: ignore,
  storeWritten: ignore,
};

/**
 * Calls each of them, in their order. What one throws is logged as a defect, and neither the others nor the caller notice
 * it.
 */
export const combineTelemetry = (all: readonly Telemetry[], log: ServiceLog): Telemetry => {
  const callSafely = <T>(call: () => T): T | undefined => {
    try {
      return call();
    } catch (error) {
      log.error({ err: error }, 'telemetry failed on a defect of this server');
      return undefined;
    }
  };
  const callAll = <T>(targets: readonly T[], call: (target: T) => void): void => {
    for (const target of targets) callSafely(() => call(target));
  };
  return {
    generationStarted(...start) {
      const generations = all.flatMap(
        (telemetry) => callSafely(() => telemetry.generationStarted(...start)) ?? [],
      );
      return {
        turnStarted: (config) => callAll(generations, (each) => each.turnStarted(config)),
        retried: (code) => callAll(generations, (each) => each.retried(code)),
        fellBack: (code) => callAll(generations, (each) => each.fellBack(code)),
        actionRequired: (state) => callAll(generations, (each) => each.actionRequired(state)),
        ended: (final) => callAll(generations, (each) => each.ended(final)),
      };
    },
    generationRejected: (code) => callAll(all, (telemetry) => telemetry.generationRejected(code)),
    storeWritten: (...write) => callAll(all, (telemetry) => telemetry.storeWritten(...write)),
  };
};
