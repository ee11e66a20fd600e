import type { Generation, GenerationStatus } from '../../../core/generation.ts';
import type { Resolution } from '../../../core/resolution.ts';
import { isStoreUnavailable } from '../../../core/store-errors.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import type { Telemetry } from '../../../core/telemetry.ts';
import type { EventBlock, GenerationStore } from '../../../stores/generations/generation-store.ts';
import type { GenerationRun } from '../run/generation-run.ts';

export interface GenerationJournalOptions {
  readonly store: GenerationStore;
  readonly log: ServiceLog;
  readonly telemetry: Telemetry;
  /** How long events may wait for others to be written with them, in milliseconds. */
  readonly flushMs: number;
}

/** Pause before a failed write is tried again, in milliseconds. */
const RETRY_MS = 500;

/** How much may wait for the store before no new generation is taken, in UTF-16 code units. */
const MAX_WAITING_SIZE = 64 * 1024 * 1024;

/** How far one run has been written. */
interface Entry {
  readonly run: GenerationRun;
  created: boolean;
  /** The last sequence that is stored. */
  stored: number;
  /** null: to be written again, changed or not. */
  status: GenerationStatus | null;
  resolution: Resolution;
  /** Whether its row may not be there for another reason than that another node has ended it. */
  readonly isDoubtful: boolean;
  /** Who waits until it is stored up to a sequence. */
  readonly waiting: Set<{ readonly sequence: number; readonly resolve: () => void }>;
  /** Kept until it is stored whole, or given up. */
  readonly released: PromiseWithResolvers<void>;
}

/**
 * Writes what happens to this node's generations behind their backs: nobody who follows one here waits for the store.
 * All that has changed leaves in one write, a short while after it happened; beginnings and ends leave at once. While
 * the store is away everything waits in memory and is written once it is back, in order, each event once.
 */
export class GenerationJournal {
  readonly #options: GenerationJournalOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #dirty = new Set<Entry>();
  readonly #idle = new Set<() => void>();
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #isHurried = false;
  #writing = false;
  #isDown = false;
  #closed = false;

  constructor(options: GenerationJournalOptions) {
    this.#options = options;
  }

  /** Generations with something that is not stored yet. */
  get waitingCount(): number {
    return this.#dirty.size;
  }

  /** Whether so much waits for a store that is away that nothing may be added. */
  get isFull(): boolean {
    if (!this.#isDown) return false;
    let size = 0;
    for (const { run } of this.#dirty) size += run.log.size;
    return size > MAX_WAITING_SIZE;
  }

  /** Keeps a run from its beginning. `created`: its row is there already. */
  add(run: GenerationRun, created: boolean): void {
    this.#enter(run, { created, isDoubtful: false });
  }

  /** Stores the end of a run that was never launched, if it turns out to have a row. */
  disown(run: GenerationRun): void {
    this.#enter(run, { created: true, isDoubtful: true });
  }

  /** Writes the state of every run again, which tells those that another node has ended meanwhile. */
  reassert(): void {
    for (const entry of this.#entries.values()) {
      entry.status = null;
      this.#note(entry, true);
    }
  }

  /** Something was appended to the log of a run, or its status has changed. */
  touch(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#note(entry, false);
  }

  /** A run has ended; it is let go once that is stored, or given up, which the promise tells. Never rejects. */
  finish(generation: Generation): Promise<void> {
    const entry = this.#entries.get(generation.id);
    if (entry === undefined) return Promise.resolve();
    this.#note(entry, true);
    return entry.released.promise;
  }

  /** Resolves once all that has happened to a generation so far is stored or given up, or the store is found away. */
  async settled(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined || !this.#dirty.has(entry)) return;
    this.#note(entry, true);
    if (this.#isDown || this.#closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    entry.waiting.add({ sequence: entry.run.log.lastSequence, resolve });
    await promise;
  }

  /** Writes what is left, trying for so long; what cannot be written by then is lost and said so. */
  async close(forMs: number): Promise<void> {
    if (this.#closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    const impatience = setTimeout(resolve, forMs);
    this.#schedule(true);
    await promise;
    clearTimeout(impatience);
    this.#closed = true;
    this.#cancelTimer();
    this.#tellWaiting();
    if (this.#dirty.size > 0)
      this.#options.log.error(
        { generations: this.#dirty.size },
        'generations could not be written to the store',
      );
  }

  #enter(run: GenerationRun, { created, isDoubtful }: Pick<Entry, 'created' | 'isDoubtful'>): void {
    const entry: Entry = {
      run,
      created,
      stored: 0,
      status: run.status,
      resolution: run.prepared.resolution,
      isDoubtful,
      waiting: new Set(),
      released: Promise.withResolvers(),
    };
    this.#entries.set(run.id, entry);
    this.#note(entry, true);
  }

  #note(entry: Entry, hurried: boolean): void {
    this.#dirty.add(entry);
    this.#schedule(hurried);
  }

  #schedule(hurried: boolean): void {
    if (this.#closed || this.#writing) {
      this.#isHurried ||= hurried;
      return;
    }
    if (this.#timer !== undefined && (!hurried || this.#isHurried)) return;
    this.#cancelTimer();
    this.#isHurried = hurried;
    const flush = (): void => void this.#flush();
    this.#timer = hurried ? setImmediate(flush) : setTimeout(flush, this.#options.flushMs);
  }

  #cancelTimer(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
    this.#timer = undefined;
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    this.#isHurried = false;
    const entries = [...this.#dirty];
    if (entries.length === 0) return this.#tellIdle();
    this.#writing = true;
    const began = performance.now();
    try {
      await this.#write(entries);
      this.#isDown = false;
      this.#options.telemetry.storeWritten(performance.now() - began, true);
      this.#writing = false;
    } catch (error) {
      this.#options.telemetry.storeWritten(performance.now() - began, false);
      if (!isStoreUnavailable(error)) await this.#writeSingly(entries);
      this.#writing = false;
      this.#isDown = isStoreUnavailable(error);
      if (this.#isDown && !this.#closed) {
        this.#tellWaiting();
        this.#timer = setTimeout(() => void this.#flush(), RETRY_MS);
        return;
      }
    }
    if (this.#dirty.size > 0) this.#schedule(this.#isHurried);
    else this.#tellIdle();
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const created: Generation[] = [];
    const changed: Generation[] = [];
    const finished: Generation[] = [];
    const blocks: EventBlock[] = [];
    const marks = entries.map((entry) => {
      const { run } = entry;
      const { status, ended } = run;
      const { resolution } = run.prepared;
      const events = run.log.since(entry.stored);
      if (!entry.created) created.push(run.snapshot());
      if (events.length > 0) blocks.push({ generationId: run.id, firstSequence: entry.stored + 1, events });
      const isChanged = status !== entry.status || resolution !== entry.resolution;
      if (ended) finished.push(run.snapshot());
      else if (isChanged) changed.push(run.snapshot());
      return { entry, stored: entry.stored + events.length, status, resolution, ended };
    });
    const refused = new Set(await this.#options.store.write({ created, blocks, changed, finished }));
    for (const { entry, stored, status, resolution, ended } of marks) {
      Object.assign(entry, { created: true, stored, status, resolution });
      if (refused.has(entry.run.id)) this.#abandon(entry);
      else if (ended) this.#release(entry);
      else if (entry.run.log.lastSequence === stored && entry.run.status === status) this.#settle(entry);
      else if (!entry.run.ended) this.#tellWaiting([entry], stored);
    }
  }

  /** One entry that cannot be written must not keep the others from it. */
  async #writeSingly(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      try {
        await this.#write([entry]);
      } catch (error) {
        if (isStoreUnavailable(error)) return;
        this.#options.log.error(
          { err: error, generationId: entry.run.id },
          'a generation cannot be written to the store and will not be there after a restart',
        );
        this.#release(entry);
      }
    }
  }

  /** Another node has ended it: this one was away for too long. */
  #abandon(entry: Entry): void {
    this.#release(entry);
    if (entry.isDoubtful) return;
    this.#options.log.warn({ generationId: entry.run.id }, 'a generation was ended by another node');
    entry.run.fail({
      code: 'GENERATION_INTERRUPTED',
      message: 'The server lost touch with the others and they ended the generation.',
      retryable: true,
      retryAfterMs: null,
      provider: null,
      providerStatus: null,
    });
  }

  #release(entry: Entry): void {
    this.#entries.delete(entry.run.id);
    this.#settle(entry);
    entry.released.resolve();
  }

  #settle(entry: Entry): void {
    this.#dirty.delete(entry);
    this.#tellWaiting([entry]);
  }

  #tellWaiting(entries: Iterable<Entry> = this.#dirty, upTo = Number.POSITIVE_INFINITY): void {
    for (const { waiting } of entries)
      for (const waiter of waiting) {
        if (waiter.sequence > upTo) continue;
        waiting.delete(waiter);
        waiter.resolve();
      }
  }

  #tellIdle(): void {
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}
