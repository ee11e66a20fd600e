import { ModelgraphError } from '../../../core/errors.ts';
import { type GenerationEvent, isTerminalEvent } from '../../../core/generation-event.ts';
import type { Generation } from '../../../core/generation.ts';
import type { ToolMessage } from '../../../core/message.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import type { GenerationStore, StoredGeneration } from '../../../stores/generations/generation-store.ts';
import { checkToolResults } from '../../checks/check-tool-results.ts';
import { toClosingEvents, wasInterrupted } from '../events/closing-events.ts';
import { endingWith } from '../events/ending-with.ts';
import type { FollowOptions } from '../events/event-reader.ts';
import { beyondTheLog, noGeneration, notWaiting } from '../../refusals.ts';
import type { RemoteGenerations } from './remote-generations.ts';

export interface StoredGenerationsOptions {
  readonly store: GenerationStore;
  readonly remote: RemoteGenerations;
  readonly log: ServiceLog;
  /** How long to wait for another node to do what it was asked, in milliseconds. */
  readonly answerMs: number;
}

type Events = AsyncIterableIterator<GenerationEvent, undefined, undefined>;

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
  async events(id: string, principalId: string, after: number, options: FollowOptions): Promise<Events> {
    const { store, remote } = this.#options;
    const stored = await store.find(id);
    if (stored === undefined || stored.generation.principalId !== principalId) throw noGeneration(id, 'id');
    if (!stored.ended) return remote.follow(id, after, options);
    const { events, firstRetained, lastSequence } = await store.readEvents(id, after);
    if (after > stored.generation.lastSequence && !wasInterrupted(stored.generation)) throw beyondTheLog(id);
    const isWhole = firstRetained !== null && after + 1 >= firstRetained && after < lastSequence;
    return replay(isWhole ? events : toClosingEvents(stored.generation, after));
  }

  /** Has the owner cancel a generation and waits for it, for a while; gives the state it is in then. */
  async cancel(known: Generation): Promise<Generation> {
    const { store, answerMs } = this.#options;
    const owner = await store.requestCancel(known.id);
    if (owner !== undefined) await this.#awaitEnd(known.id, AbortSignal.timeout(answerMs));
    return (await store.find(known.id))?.generation ?? known;
  }

  /** Hands the results to the owner. Throws `INVALID_REQUEST` when they do not fit or somebody was faster. */
  async submitToolResults(known: Generation, results: readonly ToolMessage[]): Promise<Generation> {
    const { store } = this.#options;
    const { events } = await store.readEvents(known.id, 0);
    const wanted = events.findLast((event) => event.type === 'ActionRequired');
    checkToolResults(results, wanted?.toolCalls ?? []);
    const taken = await store.submitToolResults(known.id, JSON.stringify(results));
    if (!taken) throw notWaiting();
    return { ...known, status: 'running', finishReason: null, rawFinishReason: null };
  }

  /** The generation once there is nothing to wait for. Throws `GENERATION_CANCELLED` when the caller leaves before. */
  async settled(id: string, signal: AbortSignal): Promise<Generation> {
    const known = await this.#get(id);
    if (hasSettled(known)) return known.generation;
    for await (const event of endingWith(this.#options.remote.follow(id, 0, {}), signal)) {
      if (event.type !== 'ActionRequired' && !isTerminalEvent(event)) continue;
      // Tool calls of long ago have been answered.
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

  /** Whether somebody follows it on another node, as far as is known: somebody may, while the store is away. */
  async isFollowed(id: string): Promise<boolean> {
    try {
      return await this.#options.store.isFollowed(id);
    } catch (error) {
      this.#options.log.warn({ err: error, generationId: id }, 'the store could not tell who follows it');
      return true;
    }
  }

  async #awaitEnd(id: string, signal: AbortSignal): Promise<void> {
    for await (const _event of endingWith(this.#options.remote.follow(id, 0, {}), signal));
  }
}
