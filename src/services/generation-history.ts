import type { Generation } from '../core/generation.ts';
import type { GenerationRun } from './generation-run.ts';

export interface HistoryLimits {
  readonly maxFinished: number;
  /** Over all finished generations, in UTF-16 code units. */
  readonly maxSize: number;
  readonly maxAgeMs: number;
}

/** What a value weighs besides its text, in the units of text. */
const VALUE_SIZE = 16;

/** About what a value takes in memory, however deep it is, in UTF-16 code units. */
const sizeOf = (value: unknown): number => {
  let size = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    size += typeof next === 'string' ? next.length : VALUE_SIZE;
    if (typeof next === 'object' && next !== null) for (const item of Object.values(next)) left.push(item);
  }
  return size;
};

/** What a generation takes that is its own: the catalogue's entry of its model is everybody's. */
const sizeOfGeneration = ({ resolution: _shared, ...own }: Generation): number => sizeOf(own);

interface Finished {
  readonly generation: Generation;
  readonly size: number;
  readonly at: number;
}

/**
 * The generations of this process by id: live ones always, finished ones while count, size and age allow; the oldest go
 * first. Of a finished one only the record is kept, not what was asked: that may be megabytes of media.
 */
export class GenerationHistory {
  readonly #limits: HistoryLimits;
  readonly #live = new Map<string, GenerationRun>();
  readonly #finished = new Map<string, Finished>();
  #finishedSize = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  add(run: GenerationRun): void {
    this.#live.set(run.id, run);
  }

  /** Keeps the final state of a run that has ended, and lets the run go. */
  finish(generation: Generation): void {
    const size = sizeOfGeneration(generation);
    this.#live.delete(generation.id);
    this.#finished.set(generation.id, { generation, size, at: Date.now() });
    this.#finishedSize += size;
    this.#evict();
  }

  /** Its present state, or its final one. */
  find(id: string): Generation | undefined {
    this.#evict();
    return this.#live.get(id)?.snapshot() ?? this.#finished.get(id)?.generation;
  }

  findLive(id: string): GenerationRun | undefined {
    return this.#live.get(id);
  }

  live(): readonly GenerationRun[] {
    return [...this.#live.values()];
  }

  #evict(): void {
    const { maxFinished, maxSize, maxAgeMs } = this.#limits;
    for (const [id, { size, at }] of this.#finished) {
      const fits = this.#finished.size <= maxFinished && this.#finishedSize <= maxSize;
      if (fits && Date.now() - at <= maxAgeMs) return;
      this.#finished.delete(id);
      this.#finishedSize -= size;
    }
  }
}
