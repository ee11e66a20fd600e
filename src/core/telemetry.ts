import type { ErrorCode } from './errors.ts';
import type { Generation } from './generation.ts';
import type { ModelConfig } from './model-config.ts';

export const CIRCUIT_STATES = ['closed', 'half-open', 'open'] as const;
/** Of a provider's circuit breaker: `open` while it is held back, `half-open` while a probe may tell that it is well. */
export type CircuitState = (typeof CIRCUIT_STATES)[number];

/** How the results of an operation reach its client. */
export type Transport = 'http' | 'sse' | 'websocket';

/**
 * What one generation tells of itself, in order, as it happens. A turn is one answer of one model, with all attempts at
 * it; a fallback, and what follows tool results, is a turn of its own.
 */
export interface GenerationTelemetry {
  /** A turn begins: the provider is about to be asked. */
  turnStarted(config: ModelConfig): void;
  /** An attempt failed and the turn goes on with another. */
  retried(code: ErrorCode): void;
  /** The turn failed and another model's turn follows. */
  fellBack(code: ErrorCode): void;
  /** The turn is complete; the generation waits for the results of tool calls. */
  actionRequired(generation: Generation): void;
  /** It has ended, and with it the turn that was running. Once; nothing follows. */
  ended(generation: Generation): void;
}

/**
 * Who counts, times and traces what the services do. No call throws, waits or changes anything, so that a service calls
 * it from the middle of its work.
 */
export interface Telemetry {
  /**
   * A request has become a generation, unless it turns out to be one that was started before: then nothing more is told
   * of it. `receivedAtMs`: when it came, on the clock of `performance.now()`.
   */
  generationStarted(id: string, config: ModelConfig, receivedAtMs: number): GenerationTelemetry;
  /** A request was refused before any provider was called. */
  generationRejected(code: ErrorCode): void;
  /** One write of generations to the store has come to its end, well or not. */
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

/** Tells each of them, in their order. */
export const combineTelemetry = (all: readonly Telemetry[]): Telemetry => ({
  generationStarted(...start) {
    const generations = all.map((telemetry) => telemetry.generationStarted(...start));
    return {
      turnStarted: (config) => generations.forEach((generation) => generation.turnStarted(config)),
      retried: (code) => generations.forEach((generation) => generation.retried(code)),
      fellBack: (code) => generations.forEach((generation) => generation.fellBack(code)),
      actionRequired: (state) => generations.forEach((generation) => generation.actionRequired(state)),
      ended: (final) => generations.forEach((generation) => generation.ended(final)),
    };
  },
  generationRejected: (code) => all.forEach((telemetry) => telemetry.generationRejected(code)),
  storeWritten: (...write) => all.forEach((telemetry) => telemetry.storeWritten(...write)),
});
