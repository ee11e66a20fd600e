import { fold } from '../fold.ts';
import type { GenerationSnapshot } from '../generation-snapshot.ts';
import type { GenerationEvent } from '../generation-event.ts';
import { Listeners } from '../listeners.ts';
import type { ModelgraphError } from '../modelgraph-error.ts';

/** The events of a generation and what they fold to, for any number of readers, each at its own pace. */
export class GenerationStore {
  readonly #first: GenerationSnapshot;
  readonly #events: GenerationEvent[] = [];
  readonly #listeners = new Listeners();
  readonly #waiting = new Set<() => void>();
  #snapshot: GenerationSnapshot;
  #end: { readonly error: ModelgraphError | undefined } | undefined;

  constructor(first: GenerationSnapshot) {
    this.#first = first;
    this.#snapshot = first;
  }

  get snapshot(): GenerationSnapshot {
    return this.#snapshot;
  }

  /** Undefined: it goes on. Without an error, it has its terminal event or was detached. */
  get end(): { readonly error: ModelgraphError | undefined } | undefined {
    return this.#end;
  }

  take(event: GenerationEvent): void {
    this.#events.push(event);
    this.update(fold(event, this.#snapshot));
  }

  update(snapshot: GenerationSnapshot): void {
    this.#snapshot = snapshot;
    this.notify();
  }

  /** Only the first call counts. */
  finish(error?: ModelgraphError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.notify();
  }

  notify(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
    this.#listeners.notify();
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Resolves as soon as it is so, after a change of whatever kind. */
  async when(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#changed();
  }

  async whenEnded(): Promise<{ readonly error: ModelgraphError | undefined }> {
    while (this.#end === undefined) await this.#changed();
    return this.#end;
  }

  async *readEvents(): AsyncGenerator<GenerationEvent, void, undefined> {
    for (let position = 0; ; ) {
      const event = this.#events[position];
      if (event !== undefined) {
        position += 1;
        yield event;
      } else if (this.#end === undefined) await this.#changed();
      else if (this.#end.error === undefined) return;
      else throw this.#end.error;
    }
  }

  /** A state for each event, then the last one if that is another. */
  async *#readEachSnapshot(): AsyncGenerator<GenerationSnapshot, void, undefined> {
    let state = this.#first;
    if (state.id !== undefined) yield state;
    for await (const event of this.readEvents()) {
      state = fold(event, state);
      // The last event is folded in the store, together with what no event tells.
      yield state.generation === undefined ? state : this.#snapshot;
    }
  }

  async *readSnapshots(throttleMs: number): AsyncGenerator<GenerationSnapshot, void, undefined> {
    if (throttleMs <= 0) return yield* this.#readEachSnapshot();
    let shown: GenerationSnapshot | undefined;
    for (;;) {
      const snapshot = this.#snapshot;
      const isNew = snapshot !== shown && snapshot.id !== undefined;
      if (isNew) {
        shown = snapshot;
        // Not by the time of day, which may be set back meanwhile.
        const readyAt = performance.now() + throttleMs;
        yield snapshot;
        const pauseMs = readyAt - performance.now();
        if (pauseMs > 0 && this.#end === undefined) await this.#pause(pauseMs);
      } else if (this.#end === undefined) await this.#changed();
      else if (this.#end.error === undefined) return undefined;
      else throw this.#end.error;
    }
  }

  /** Resolves after that time, or as soon as it has ended. */
  #pause(pauseMs: number): Promise<void> {
    return new Promise((resolve) => {
      const resume = (): void => {
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      const timer = setTimeout(resume, pauseMs);
      const unsubscribe = this.subscribe(() => {
        if (this.#end !== undefined) resume();
      });
    });
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }
}
