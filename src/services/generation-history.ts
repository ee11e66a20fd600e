import type { GenerationRun } from './generation-run.ts';

export interface HistoryLimits {
  readonly maxFinished: number;
  /** Over all finished runs, in UTF-16 code units of text. */
  readonly maxSize: number;
  readonly maxAgeMs: number;
}

/** The runs of this process by id: live ones always, finished ones while count, size and age allow; the oldest go first. */
export class GenerationHistory {
  readonly #limits: HistoryLimits;
  readonly #live = new Map<string, GenerationRun>();
  readonly #finished = new Map<string, { readonly run: GenerationRun; readonly at: number }>();
  #finishedSize = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  add(run: GenerationRun): void {
    this.#live.set(run.id, run);
  }

  /** Moves a run that has ended among the finished ones. */
  finish(run: GenerationRun): void {
    this.#live.delete(run.id);
    this.#finished.set(run.id, { run, at: Date.now() });
    this.#finishedSize += run.size;
    this.#evict();
  }

  find(id: string): GenerationRun | undefined {
    this.#evict();
    return this.#live.get(id) ?? this.#finished.get(id)?.run;
  }

  live(): readonly GenerationRun[] {
    return [...this.#live.values()];
  }

  #evict(): void {
    const { maxFinished, maxSize, maxAgeMs } = this.#limits;
    for (const [id, { run, at }] of this.#finished) {
      const fits = this.#finished.size <= maxFinished && this.#finishedSize <= maxSize;
      if (fits && Date.now() - at <= maxAgeMs) return;
      this.#finished.delete(id);
      this.#finishedSize -= run.size;
    }
  }
}
