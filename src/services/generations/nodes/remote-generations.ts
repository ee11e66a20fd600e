import { type GenerationEvent, isTerminalEvent } from '../../../core/generation-event.ts';
import { ModelgraphError } from '../../../core/errors.ts';
import type { Generation } from '../../../core/generation.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { SingleFlight } from '../../../lib/single-flight.ts';
import type { GenerationStore } from '../../../stores/generations/generation-store.ts';
import { toClosingEvents } from '../events/closing-events.ts';
import type { FollowOptions } from '../events/event-reader.ts';
import { GenerationLog } from '../events/event-log.ts';
import { noGeneration } from '../../refusals.ts';

export interface RemoteGenerationsOptions {
  readonly store: GenerationStore;
  readonly log: ServiceLog;
  /** How often to look for events besides when another node tells of some, in milliseconds. */
  readonly pollMs: number;
  /** How long a follower keeps a generation alive without renewal, in milliseconds. */
  readonly followedForMs: number;
}

/** What this node has of another node's generation, shared by all who follow it here. */
interface Mirror {
  readonly id: string;
  readonly log: GenerationLog;
  followers: number;
}

/** Follows generations that run on other nodes: one query brings what all of them have new. */
export class RemoteGenerations {
  readonly #options: RemoteGenerationsOptions;
  readonly #mirrors = new Map<string, Mirror>();
  readonly #pulling = new SingleFlight(
    () => this.#pull(),
    (error) =>
      this.#options.log.warn({ err: error }, 'events of other nodes could not be read; trying again'),
  );
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: RemoteGenerationsOptions) {
    this.#options = options;
  }

  start(): void {
    const { store, pollMs } = this.#options;
    this.#stopListening = store.onTails((owner) => {
      if (owner !== store.nodeId) this.#wake();
    });
    this.#timer = setInterval(() => this.#wake(), pollMs);
  }

  /** Ends every follower with `GENERATION_INTERRUPTED`; nobody is let in any more. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening?.();
    clearInterval(this.#timer);
    for (const { log } of this.#mirrors.values()) log.end();
    this.#mirrors.clear();
  }

  /** Generations of other nodes that are followed here. */
  get ids(): readonly string[] {
    return [...this.#mirrors.keys()];
  }

  /**
   * Every event after a sequence, then the live ones until the end; at the end of the log a snapshot where some are gone.
   * Never ends without a terminal event that the follower does not have: throws instead.
   */
  follow(
    id: string,
    after: number,
    options: FollowOptions,
  ): AsyncIterableIterator<GenerationEvent, undefined, undefined> {
    const mirror = this.#attach(id);
    const events = mirror.log.follow(after, options);
    let last = after;
    let ended = false;
    let gone = false;
    const closing: GenerationEvent[] = [];
    const leave = (): void => {
      if (gone) return;
      gone = true;
      this.#detach(mirror);
    };
    const done = { done: true, value: undefined } as const;

    const find = async (): Promise<Generation> => {
      try {
        return await this.#getFinal(id);
      } catch (error) {
        leave();
        throw error;
      }
    };

    const next = async (): Promise<IteratorResult<GenerationEvent, undefined>> => {
      if (!ended) {
        const result = await events.next();
        if (gone) return done;
        if (result.done !== true) {
          last = result.value.sequence;
          ended = isTerminalEvent(result.value);
          return result;
        }
        ended = true;
        closing.push(...toClosingEvents(await find(), last));
      }
      const event = gone ? undefined : closing.shift();
      if (event !== undefined) return { done: false, value: event };
      leave();
      return done;
    };

    return {
      next,
      async return() {
        leave();
        await events.return?.();
        return done;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async #getFinal(id: string): Promise<Generation> {
    if (this.#stopped)
      throw new ModelgraphError(
        'GENERATION_INTERRUPTED',
        'The server is shutting down. The generation goes on elsewhere: follow it there.',
      );
    const stored = await this.#options.store.find(id);
    if (stored?.ended === true) return stored.generation;
    throw noGeneration(id, 'id');
  }

  #attach(id: string): Mirror {
    const known = this.#mirrors.get(id);
    const mirror = known ?? { id, log: new GenerationLog(id), followers: 0 };
    mirror.followers += 1;
    if (this.#stopped) {
      mirror.log.end();
      return mirror;
    }
    if (known === undefined) {
      this.#mirrors.set(id, mirror);
      this.#noteFollowed([id]);
      this.#wake();
    }
    return mirror;
  }

  #detach(mirror: Mirror): void {
    mirror.followers -= 1;
    if (mirror.followers === 0 && this.#mirrors.get(mirror.id) === mirror) this.#mirrors.delete(mirror.id);
  }

  /** Tells the owners that their generations are followed here. */
  renew(): void {
    if (this.#mirrors.size > 0) this.#noteFollowed(this.ids);
  }

  #noteFollowed(ids: readonly string[]): void {
    const { store, log, followedForMs } = this.#options;
    store.noteFollowed(ids, followedForMs).catch((error: unknown) => {
      log.warn({ err: error }, 'other nodes could not be told which of their generations are followed here');
    });
  }

  #wake(): void {
    if (this.#mirrors.size > 0) void this.#pulling.run();
  }

  async #pull(): Promise<void> {
    const mirrors = [...this.#mirrors.values()].filter(({ log }) => !log.ended);
    if (mirrors.length === 0) return;
    const tails = await this.#options.store.readTails(
      mirrors.map(({ id, log }) => ({ id, after: log.lastSequence })),
    );
    for (const { id, log } of mirrors) {
      const tail = tails.get(id);
      if (tail !== undefined) log.mirror(tail.events);
      // One that is no longer there has ended long ago.
      if (tail === undefined || tail.ended) log.end();
    }
  }
}
