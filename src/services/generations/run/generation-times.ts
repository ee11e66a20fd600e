import type { Generation } from '../../../core/generation.ts';

/** How the provider is called: `stream` gives deltas as they come, `wait` asks for the whole answer at once. */
export type CallMode = 'stream' | 'wait';

/** When a generation came how far. */
export class GenerationTimes {
  readonly #createdAt: Date;
  /** In milliseconds since 1970: a date weighs five times as much. */
  #startedAtMs: number | null = null;
  #completedAt: Date | null = null;
  /** When the first streamed call was made, on the clock of `performance.now()`. */
  #calledAt: number | null = null;
  #firstDeltaMs: number | null = null;

  constructor(createdAt: Date) {
    this.#createdAt = createdAt;
  }

  /** The provider is about to be called. */
  start(mode: CallMode): void {
    this.#startedAtMs ??= Date.now();
    if (mode === 'stream') this.#calledAt ??= performance.now();
  }

  /** Another model is called in place of the one before. */
  restart(): void {
    this.#calledAt = null;
  }

  noteDelta(): void {
    if (this.#calledAt !== null)
      this.#firstDeltaMs ??= Math.round((performance.now() - this.#calledAt) * 100) / 100;
  }

  complete(): void {
    this.#completedAt = new Date();
  }

  get isComplete(): boolean {
    return this.#completedAt !== null;
  }

  snapshot(): Pick<Generation, 'createdAt' | 'startedAt' | 'completedAt' | 'firstDeltaMs'> {
    return {
      createdAt: this.#createdAt,
      startedAt: this.#startedAtMs === null ? null : new Date(this.#startedAtMs),
      completedAt: this.#completedAt,
      firstDeltaMs: this.#firstDeltaMs,
    };
  }
}
