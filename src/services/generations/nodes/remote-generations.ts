import { isCompletedByClient } from '../../../core/client-completed.ts';
import { ModelgraphError } from '../../../core/errors.ts';
import type { GenerationEvent } from '../../../core/generation-event.ts';
import type { Generation } from '../../../core/generation.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { type ReadyIterator, toReadyIterator } from '../../../lib/ready-iterator.ts';
import { SingleFlight } from '../../../lib/single-flight.ts';
import type { GenerationStore } from '../../../stores/generations/generation-store.ts';
import { noGeneration } from '../../refusals.ts';
import { EventLog } from '../events/event-log.ts';
import { MirrorReader } from './mirror-reader.ts';

export interface RemoteGenerationsOptions {
  readonly store: GenerationStore;
  readonly log: ServiceLog;
  /** How often the store is polled for events, besides when another node reports some, in milliseconds. */
  readonly pollMs: number;
  /** How long a reader here keeps a generation of another node alive without renewal, in milliseconds. */
  readonly followedForMs: number;
}

export interface RemoteReadOptions {
  /** Deltas of one kind within this time are delivered as one, in milliseconds. */
  readonly coalesceMs?: number;
  /** Ends the reader as soon as it is aborted. */
  readonly signal?: AbortSignal;
}

/** What this node has of another node's generation, shared by all its readers here. */
interface Mirror {
  readonly id: string;
  readonly eventLog: EventLog;
  readers: number;
}

/** Mirrors the event logs of generations that run on other nodes: one query brings the new events of all of them. */
export class RemoteGenerations {
  readonly #options: RemoteGenerationsOptions;
  readonly #mirrors = new Map<string, Mirror>();
  readonly #pulling = new SingleFlight(
    () => this.#pull(),
    (error) =>
      this.#options.log.warn({ err: error }, 'events of other nodes could not be read; trying again'),
  );
  /** Ids that the store is to note as read here, and those of which it is to note that their readers want no more. */
  readonly #begun = new Set<string>();
  readonly #abandoned = new Set<string>();
  /** One at a time: statements on two connections have no order, and the older of two notes of one id could stand in the end. */
  readonly #noting = new SingleFlight(
    () => this.#note(),
    (error) =>
      this.#options.log.warn(
        { err: error },
        'other nodes could not be notified which of their generations are read here',
      ),
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

  /** Ends every reader with `GENERATION_INTERRUPTED`, those that come later as well. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening?.();
    clearInterval(this.#timer);
    for (const { eventLog } of this.#mirrors.values()) eventLog.end();
    this.#mirrors.clear();
  }

  /** Generations of other nodes that are read here. */
  get ids(): readonly string[] {
    return [...this.#mirrors.keys()];
  }

  /**
   * Every event after a sequence, then the live ones until the end; at the end of the log a snapshot where some are gone.
   * Never ends without a terminal event that the reader does not have: throws instead.
   */
  read(
    id: string,
    after: number,
    { coalesceMs = 0, signal }: RemoteReadOptions,
  ): ReadyIterator<GenerationEvent> {
    const mirror = this.#attach(id);
    const reader = new MirrorReader({
      events: mirror.eventLog.read(after, { coalesceMs }),
      after,
      getFinal: () => this.#getFinal(id),
      onEnd: () => this.#detach(mirror, isCompletedByClient(signal)),
    });
    return toReadyIterator(reader, signal);
  }

  /** Notifies the owners that their generations are read here. */
  renew(): void {
    if (this.#mirrors.size === 0) return;
    for (const id of this.ids) this.#begun.add(id);
    void this.#noting.run();
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
    const mirror = known ?? { id, eventLog: new EventLog(id), readers: 0 };
    mirror.readers += 1;
    if (this.#stopped) {
      mirror.eventLog.end();
      return mirror;
    }
    if (known === undefined) {
      this.#mirrors.set(id, mirror);
      this.#begun.add(id);
      void this.#noting.run();
      this.#wake();
    }
    return mirror;
  }

  #detach(mirror: Mirror, isCompleted: boolean): void {
    const { id, eventLog } = mirror;
    mirror.readers -= 1;
    if (mirror.readers > 0 || this.#mirrors.get(id) !== mirror) return;
    this.#mirrors.delete(id);
    if (!isCompleted || eventLog.ended) return;
    this.#abandoned.add(id);
    void this.#noting.run();
  }

  /** What holds when it begins: a generation that is read again by then is not abandoned. */
  async #note(): Promise<void> {
    const read = [...this.#begun].filter((id) => this.#mirrors.has(id));
    const abandoned = [...this.#abandoned].filter((id) => !this.#mirrors.has(id));
    this.#begun.clear();
    this.#abandoned.clear();
    const abandoning = Promise.all(abandoned.map((id) => this.#abandon(id)));
    try {
      await this.#options.store.noteFollowed(read, this.#options.followedForMs);
    } finally {
      await abandoning;
    }
  }

  /** Never rejects. */
  async #abandon(id: string): Promise<void> {
    const { store, log } = this.#options;
    try {
      await store.abandon(id);
    } catch (error) {
      log.warn({ err: error, generationId: id }, 'another node could not be asked to end a generation');
    }
  }

  #wake(): void {
    if (this.#mirrors.size > 0) void this.#pulling.run();
  }

  async #pull(): Promise<void> {
    const mirrors = [...this.#mirrors.values()].filter(({ eventLog }) => !eventLog.ended);
    if (mirrors.length === 0) return;
    const tails = await this.#options.store.readTails(
      mirrors.map(({ id, eventLog }) => ({ id, after: eventLog.lastSequence })),
    );
    for (const { id, eventLog } of mirrors) {
      const tail = tails.get(id);
      if (tail !== undefined) eventLog.mirror(tail.events);
      // One that is no longer there has ended long ago.
      if (tail === undefined || tail.ended) eventLog.end();
    }
  }
}
