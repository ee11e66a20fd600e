import type { ServiceLog } from '../../core/service-log.ts';
import { wait } from '../../lib/wait.ts';
import type { GenerationStore } from '../../stores/generations/generation-store.ts';
import { noGeneration } from '../refusals.ts';
import { toDeletedEvent } from './events/closing-events.ts';
import type { GenerationCache } from './generation-cache.ts';
import type { WriteBehind } from './nodes/write-behind.ts';

export interface GenerationDeletionsOptions {
  readonly store: GenerationStore;
  readonly cache: GenerationCache;
  readonly writeBehind: WriteBehind;
  readonly log: ServiceLog;
  /** How long to wait for another node to do what it was asked, in milliseconds. */
  readonly answerMs: number;
}

/** How often the store is asked whether another node has dropped a generation, in milliseconds. */
const ASK_EVERY_MS = 50;

/** Deletes generations from the store and from the memory of the nodes that have them. */
export class GenerationDeletions {
  readonly #options: GenerationDeletionsOptions;

  constructor(options: GenerationDeletionsOptions) {
    this.#options = options;
  }

  /**
   * Deletes a generation; one that runs is cancelled, and what it cost is stored, before. Resolves once no node has anything of
   * it, or the node that has it does not answer: nothing of it is shown from then on in any case. Throws `NOT_FOUND` for one that
   * is unknown or another principal's.
   */
  async delete(id: string, principalId: string): Promise<void> {
    const { cache, store, writeBehind } = this.#options;
    const here = cache.findLive(id) ?? cache.findFinished(id);
    if (here !== undefined && here.principalId !== principalId) throw noGeneration(id, 'id');
    if (here !== undefined) {
      // What there is of its end is stored first: it has to be paid for.
      cache.findLive(id)?.erase();
      await writeBehind.flush(id);
    }
    const deletion = await store.delete(id, principalId);
    this.#drop(id);
    if (deletion === 'unknown' && here === undefined) throw noGeneration(id, 'id');
    if (deletion === 'leaving') await this.#awaitGone(id);
  }

  /** Another node has deleted a generation that this one has. Rejects with `StoreUnavailable`, and on defects. */
  async take(id: string): Promise<void> {
    const { cache, store, writeBehind } = this.#options;
    cache.findLive(id)?.erase();
    this.#drop(id);
    await writeBehind.flush(id);
    await store.completeDeletion(id);
  }

  /** Those who read its events get one that says so, in place of what they have not read. */
  #drop(id: string): void {
    const finished = this.#options.cache.remove(id);
    if (finished !== undefined) finished.eventLog.erase(toDeletedEvent(finished.generation, 0));
  }

  async #awaitGone(id: string): Promise<void> {
    const { store, answerMs, log } = this.#options;
    const signal = AbortSignal.timeout(answerMs);
    while (await store.has(id)) {
      if (signal.aborted) {
        log.warn({ generationId: id }, 'a node has not dropped a generation that was deleted yet');
        return;
      }
      await wait(ASK_EVERY_MS, signal).catch(() => undefined);
    }
  }
}
