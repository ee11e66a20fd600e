import type { BilledTurn, Billing } from '../../../core/billed-turn.ts';
import type { LoggedEvent } from '../../../core/generation-event.ts';
import type { Generation, GenerationStatus } from '../../../core/generation.ts';
import type { Resolution } from '../../../core/resolution.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { isStoreUnavailable } from '../../../core/store-errors.ts';
import type { Telemetry } from '../../../core/telemetry.ts';
import type {
  EventBlock,
  GenerationStore,
  GenerationWrites,
} from '../../../stores/generations/generation-store.ts';
import { createDefectReport } from '../../report-failure.ts';
import type { GenerationRun } from '../run/generation-run.ts';

export interface WriteBehindOptions {
  readonly store: GenerationStore;
  readonly log: ServiceLog;
  readonly telemetry: Telemetry;
  /** How long events may wait for others to be written with them, in milliseconds. */
  readonly flushMs: number;
  /** How long fewer than eight events of one generation may wait, in milliseconds. */
  readonly fewEventsFlushMs: number;
}

/** A row costs much the same with one event as with so many. */
const MANY_EVENTS = 8;

/** What one transaction takes, so that the event loop has its turn between the parts of a large flush. */
const MAX_GENERATIONS_A_WRITE = 200;
const MAX_EVENTS_A_WRITE = 1_000;

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
  /** Whether its row may be missing for another reason than that another node has ended it. */
  readonly isDoubtful: boolean;
  /** Callers that wait until it is stored up to a sequence; made with the first of them. */
  waiting: Set<{ readonly sequence: number; readonly resolve: () => void }> | undefined;
  /** Resolves once the run is stored to its end, or cannot be; made for the first caller that waits for it. */
  released: PromiseWithResolvers<void> | undefined;
}

const countUnstored = ({ run, stored }: Entry): number => run.eventLog.lastSequence - stored;

/** Whether it has as many events to write as are worth a row, or something else than events. */
const isLarge = (entry: Entry): boolean =>
  entry.run.status !== entry.status || countUnstored(entry) >= MANY_EVENTS;

/** Up to which sequence an entry is stored once these events are: of one without events for the store, all there are. */
const toStored = ({ run, stored }: Entry, events: readonly LoggedEvent[]): number =>
  run.isStored ? stored + events.length : run.eventLog.lastSequence;

/**
 * Writes this node's generations to the store a short while after they change, so that no subscriber waits for the store.
 * The changes of that while leave together; beginnings and ends leave at once, and alone. While the store is away everything
 * waits in memory, and is written once it is back, in order, each event once.
 */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  readonly #entries = new Map<string, Entry>();
  /** Entries with something that is not stored yet. */
  readonly #changed = new Set<Entry>();
  /** Those of them that the next write takes. */
  readonly #due = new Set<Entry>();
  readonly #idle = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** When a flush has last taken the entries with few events as well. */
  #flushedAllAt = performance.now();
  #writing = false;
  #isDown = false;
  #closed = false;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** Generations with something that is not stored yet. */
  get waitingCount(): number {
    return this.#changed.size;
  }

  /** Whether so much waits for a store that is away that nothing may be added. */
  get isFull(): boolean {
    if (!this.#isDown) return false;
    let size = 0;
    for (const { run } of this.#changed) size += run.eventLog.size;
    return size > MAX_WAITING_SIZE;
  }

  /** Writes a run from its beginning to its end. `created`: its row is there already. */
  add(run: GenerationRun, created: boolean): void {
    this.#enter(run, { created, isDoubtful: false });
  }

  /** Writes the end of a run that was never launched, if it turns out to have a row. */
  addEnded(run: GenerationRun): void {
    this.#enter(run, { created: true, isDoubtful: true });
  }

  /** Writes the state of every run again: the store refuses those that another node has ended meanwhile. */
  rewriteAll(): void {
    for (const id of this.#entries.keys()) this.rewrite(id);
  }

  /** Writes the state of a run again, changed or not: the store has another one. */
  rewrite(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.status = null;
    this.#note(entry, true);
  }

  /** The event log of a run has grown, or its status has changed. */
  noteChange(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#note(entry, false);
  }

  /** A run has ended. Resolves once that is stored, or cannot be; never rejects. */
  finish(generation: Generation): Promise<void> {
    const entry = this.#entries.get(generation.id);
    if (entry === undefined) return Promise.resolve();
    this.#note(entry, true);
    entry.released ??= Promise.withResolvers();
    return entry.released.promise;
  }

  /** Resolves once all that has happened to a generation so far is stored or cannot be, or the store is found away. */
  async flush(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined || !this.#changed.has(entry)) return;
    this.#note(entry, true);
    if (this.#isDown || this.#closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    entry.waiting ??= new Set();
    entry.waiting.add({ sequence: entry.run.eventLog.lastSequence, resolve });
    await promise;
  }

  /** Writes what is left, for at most so long. What cannot be written by then is lost, which the log says. */
  async close(forMs: number): Promise<void> {
    if (this.#closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    const timer = setTimeout(resolve, forMs);
    this.#flushAll();
    await promise;
    clearTimeout(timer);
    this.#closed = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#resolveWaiting();
    if (this.#changed.size > 0)
      this.#options.log.error(
        { generations: this.#changed.size },
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
      waiting: undefined,
      released: undefined,
    };
    this.#entries.set(run.id, entry);
    this.#changed.add(entry);
    // The call to its vendor leaves first.
    process.nextTick(() => {
      if (this.#changed.has(entry)) this.#note(entry, true);
    });
  }

  #note(entry: Entry, isUrgent: boolean): void {
    this.#changed.add(entry);
    if (isUrgent || isLarge(entry)) this.#due.add(entry);
    if (isUrgent) this.#writeSoon();
    else this.#flushIn(this.#options.flushMs);
  }

  #flushIn(ms: number): void {
    if (!this.#closed) this.#timer ??= setTimeout(this.#flush, ms);
  }

  readonly #flush = (): void => {
    this.#timer = undefined;
    const { flushMs, fewEventsFlushMs } = this.#options;
    if (this.#isDown || performance.now() - this.#flushedAllAt >= fewEventsFlushMs) return this.#flushAll();
    if (this.#due.size > 0) this.#writeSoon();
    if (this.#changed.size > 0) this.#flushIn(flushMs);
  };

  #flushAll(): void {
    this.#flushedAllAt = performance.now();
    for (const entry of this.#changed) this.#due.add(entry);
    this.#writeSoon();
  }

  #writeSoon(): void {
    if (this.#closed || this.#writing) return;
    this.#immediate ??= setImmediate(this.#writeInBackground);
  }

  readonly #writeInBackground = (): void => {
    this.#immediate = undefined;
    this.#writeDue().catch(createDefectReport(this.#options.log, { work: 'write-behind' }));
  };

  async #writeDue(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#due.size > 0 && !this.#closed) {
        this.#isDown = !(await this.#writeAll(this.#takeDue()));
        if (this.#isDown) break;
      }
    } finally {
      this.#writing = false;
      this.#afterWrites();
    }
  }

  #afterWrites(): void {
    if (this.#changed.size === 0) this.#resolveIdle();
    else if (this.#isDown) {
      this.#resolveWaiting();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#flushIn(RETRY_MS);
    } else if (this.#idle.size > 0) this.#flushAll();
    else this.#flushIn(this.#options.flushMs);
  }

  /** The oldest of what is due, as much as one transaction takes. */
  #takeDue(): readonly Entry[] {
    const taken: Entry[] = [];
    let eventCount = 0;
    for (const entry of this.#due) {
      if (taken.length === MAX_GENERATIONS_A_WRITE || eventCount >= MAX_EVENTS_A_WRITE) break;
      this.#due.delete(entry);
      taken.push(entry);
      eventCount += countUnstored(entry);
    }
    return taken;
  }

  /** Whether the store was there: what it cannot take is dropped alone then. */
  async #writeAll(entries: readonly Entry[]): Promise<boolean> {
    const { telemetry } = this.#options;
    const began = performance.now();
    try {
      await this.#write(entries);
      telemetry.storeWritten(performance.now() - began, true);
      return true;
    } catch (error) {
      telemetry.storeWritten(performance.now() - began, false);
      if (isStoreUnavailable(error)) return false;
      await this.#writeSingly(entries);
      return true;
    }
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const created: Generation[] = [];
    const changed: Generation[] = [];
    const finished: Generation[] = [];
    const blocks: EventBlock[] = [];
    const billings = new Map<string, Billing>();
    const bills = new Map<string, readonly BilledTurn[]>();
    const marks = entries.map((entry) => {
      const { run } = entry;
      const { status, ended } = run;
      const { resolution } = run.prepared;
      const events = run.isStored ? run.eventLog.since(entry.stored) : [];
      if (!entry.created) {
        created.push(run.snapshot());
        billings.set(run.id, { ...run.billing, budgets: [] });
      }
      if (events.length > 0) blocks.push({ generationId: run.id, firstSequence: entry.stored + 1, events });
      const isChanged = status !== entry.status || resolution !== entry.resolution;
      if (ended) {
        finished.push(run.snapshot());
        bills.set(run.id, run.billedTurns);
      } else if (entry.created && isChanged) changed.push(run.snapshot());
      // Now, so that a `rewrite` that comes while this is written is not lost.
      entry.status = status;
      return { entry, stored: toStored(entry, events), resolution, ended };
    });
    let refused: ReadonlySet<string>;
    try {
      refused = await this.#send({ created, blocks, changed, finished, billings, bills });
    } catch (error) {
      for (const entry of entries) entry.status = null;
      throw error;
    }
    for (const { entry, stored, resolution, ended } of marks) {
      const { run } = entry;
      Object.assign(entry, { created: true, stored, resolution });
      if (refused.has(run.id)) this.#drop(entry);
      else if (ended) this.#release(entry);
      else if (run.eventLog.lastSequence === stored && run.status === entry.status) this.#settle(entry);
      else if (!run.ended) this.#resolveWaiting([entry], stored);
    }
  }

  /** Nothing is written where nothing of what has changed is for the store. */
  async #send(writes: GenerationWrites): Promise<ReadonlySet<string>> {
    const { created, blocks, changed, finished } = writes;
    const parts: readonly { readonly length: number }[] = [created, blocks, changed, finished];
    if (parts.every(({ length }) => length === 0)) return new Set();
    return new Set(await this.#options.store.write(writes));
  }

  /** One entry that cannot be written must not keep the others from being written. */
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

  /** The store refuses the run: another node has ended it, because this one did not renew its lease in time. */
  #drop(entry: Entry): void {
    this.#release(entry);
    if (entry.isDoubtful) return;
    this.#options.log.warn({ generationId: entry.run.id }, 'a generation was ended by another node');
    entry.run.endElsewhere({
      code: 'GENERATION_INTERRUPTED',
      message: 'The server lost its connection to the other servers, and one of them ended the generation.',
      retryable: true,
      retryAfterMs: null,
      provider: null,
      providerStatus: null,
    });
  }

  #release(entry: Entry): void {
    this.#entries.delete(entry.run.id);
    this.#settle(entry);
    entry.released?.resolve();
  }

  #settle(entry: Entry): void {
    this.#changed.delete(entry);
    this.#due.delete(entry);
    this.#resolveWaiting([entry]);
  }

  #resolveWaiting(entries: Iterable<Entry> = this.#changed, upTo = Number.POSITIVE_INFINITY): void {
    for (const { waiting } of entries)
      for (const waiter of waiting ?? []) {
        if (waiter.sequence > upTo) continue;
        waiting?.delete(waiter);
        waiter.resolve();
      }
  }

  #resolveIdle(): void {
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}
