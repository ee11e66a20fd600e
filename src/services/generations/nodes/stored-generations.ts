import { ModelgraphError } from '../../../core/errors.ts';
import { type GenerationEvent, isTerminalEvent } from '../../../core/generation-event.ts';
import type { Generation } from '../../../core/generation.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { type ReadyIterator, toReadyIterator } from '../../../lib/ready-iterator.ts';
import type { GenerationStore, StoredGeneration } from '../../../stores/generations/generation-store.ts';
import { beyondTheLog, noGeneration, notStored } from '../../refusals.ts';
import { toClosingEvents, wasInterrupted } from '../events/closing-events.ts';
import type { RemoteGenerations, RemoteReadOptions } from './remote-generations.ts';

export interface StoredGenerationsOptions {
  readonly store: GenerationStore;
  readonly remote: RemoteGenerations;
  readonly log: ServiceLog;
  /** How long to wait for another node to do what it was asked, in milliseconds. */
  readonly answerMs: number;
}

const hasSettled = ({ generation, ended }: StoredGeneration): boolean =>
  ended || generation.status === 'requires-action';

async function* replay(events: readonly GenerationEvent[]): AsyncGenerator<GenerationEvent, undefined> {
  yield* events;
  return undefined;
}

/** What can be done with generations that this node does not have in memory: those of other nodes, and past ones. */
export class StoredGenerations {
  readonly #options: StoredGenerationsOptions;

  constructor(options: StoredGenerationsOptions) {
    this.#options = options;
  }

  /** As `GenerationService.events`. */
  async events(
    id: string,
    principalId: string,
    after: number,
    options: RemoteReadOptions,
  ): Promise<ReadyIterator<GenerationEvent>> {
    const { store, remote } = this.#options;
    const stored = await store.find(id);
    if (stored === undefined || stored.generation.principalId !== principalId) throw noGeneration(id, 'id');
    if (stored.generation.isStored === false) throw notStored(id, 'id');
    if (!stored.ended) return remote.read(id, after, { ...options, known: stored.generation });
    const { events, firstRetained, lastSequence } = await store.readEvents(id, after);
    if (after > stored.generation.lastSequence && !wasInterrupted(stored.generation)) throw beyondTheLog(id);
    const isWhole = firstRetained !== null && after + 1 >= firstRetained && after < lastSequence;
    return toReadyIterator(
      replay(isWhole ? events : toClosingEvents(stored.generation, after)),
      options.signal,
    );
  }

  /** Has the owner cancel a generation and waits for that, for a while; gives the state it is in then. */
  async cancel(known: Generation): Promise<Generation> {
    const { store, answerMs } = this.#options;
    const owner = await store.requestCancel(known.id);
    if (owner !== undefined) await this.#awaitEnd(known, AbortSignal.timeout(answerMs));
    return (await store.find(known.id))?.generation ?? known;
  }

  /** The generation once there is nothing to wait for. Throws `GENERATION_CANCELLED` when the caller leaves before. */
  async settled(id: string, signal: AbortSignal): Promise<Generation> {
    const known = await this.#get(id);
    if (hasSettled(known)) return known.generation;
    for await (const event of this.#options.remote.read(id, 0, { signal, known: known.generation })) {
      if (event.type !== 'ActionRequired' && !isTerminalEvent(event)) continue;
      // Earlier tool calls have been answered.
      const present = await this.#get(id);
      if (hasSettled(present)) return present.generation;
    }
    throw new ModelgraphError('GENERATION_CANCELLED', 'The client left before the generation ended.');
  }

  async #get(id: string): Promise<StoredGeneration> {
    const stored = await this.#options.store.find(id);
    if (stored === undefined)
      throw new ModelgraphError('NOT_FOUND', `There is no generation "${id}" any more.`);
    return stored;
  }

  /** Whether it has a subscriber on another node, as far as is known: while the store is away it may have one. */
  async isFollowed(id: string): Promise<boolean> {
    try {
      return await this.#options.store.isFollowed(id);
    } catch (error) {
      this.#options.log.warn(
        { err: error, generationId: id },
        'the store could not say whether a generation has subscribers on other nodes',
      );
      return true;
    }
  }

  async #awaitEnd(known: Generation, signal: AbortSignal): Promise<void> {
    for await (const _event of this.#options.remote.read(known.id, 0, { signal, known }));
  }
}
