import type { Generation } from '../../core/generation.ts';
import type { GenerationRun } from './run/generation-run.ts';

export interface CacheLimits {
  readonly maxFinished: number;
  /** Over all finished generations and their event logs, in UTF-16 code units. */
  readonly maxSize: number;
  readonly maxAgeMs: number;
}

/** How much of ended generations a node keeps in memory; for how long, the operator says. */
export const CACHE_LIMITS = { maxFinished: 1_000, maxSize: 64 * 1024 * 1024 };

/** What a value takes besides its text, in the units of text. */
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

/** What a generation takes that is its own: its model's entry in the catalogue is shared by all. */
const sizeOfGeneration = ({ resolution: _shared, ...own }: Generation): number => sizeOf(own);

/** A generation of this node that has ended: its record and its event log, without its request, which may be megabytes. */
export interface FinishedGeneration extends Pick<GenerationRun, 'eventLog' | 'principalId'> {
  readonly generation: Generation;
}

interface Finished extends FinishedGeneration {
  readonly size: number;
  readonly at: number;
}

/**
 * The generations of this process by id: live ones always, finished ones until they are stored and then while count,
 * size and age allow; the oldest go first.
 */
export class GenerationCache {
  readonly #limits: CacheLimits;
  readonly #live = new Map<string, GenerationRun>();
  /** Ended and not stored yet: they are nowhere else, so that they cannot be evicted. */
  readonly #unstored = new Map<string, Finished>();
  readonly #finished = new Map<string, Finished>();
  #finishedSize = 0;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  add(run: GenerationRun): void {
    this.#live.set(run.id, run);
  }

  /** Keeps the record and the event log of a run that has ended, in place of the run. `stored` never rejects. */
  finish(generation: Generation, eventLog: GenerationRun['eventLog'], stored: Promise<void>): Promise<void> {
    const { id, principalId } = generation;
    const size = sizeOfGeneration(generation) + eventLog.size;
    this.#live.delete(id);
    this.#unstored.set(id, { generation, principalId, eventLog, size, at: Date.now() });
    return stored.then(() => this.#release(id));
  }

  /** Its present state, or its final one. */
  find(id: string): Generation | undefined {
    return this.#live.get(id)?.snapshot() ?? this.findFinished(id)?.generation;
  }

  /** Drops all there is of a generation. Gives it as it was kept, where it had ended. */
  remove(id: string): FinishedGeneration | undefined {
    const finished = this.findFinished(id);
    this.#live.delete(id);
    this.#unstored.delete(id);
    const kept = this.#finished.get(id);
    if (kept !== undefined) {
      this.#finished.delete(id);
      this.#finishedSize -= kept.size;
    }
    return finished;
  }

  findLive(id: string): GenerationRun | undefined {
    return this.#live.get(id);
  }

  findFinished(id: string): FinishedGeneration | undefined {
    this.#evict();
    return this.#unstored.get(id) ?? this.#finished.get(id);
  }

  live(): readonly GenerationRun[] {
    return [...this.#live.values()];
  }

  get liveCount(): number {
    return this.#live.size;
  }

  #release(id: string): void {
    const finished = this.#unstored.get(id);
    if (finished === undefined) return;
    this.#unstored.delete(id);
    this.#finished.set(id, finished);
    this.#finishedSize += finished.size;
    this.#evict();
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
