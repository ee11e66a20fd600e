import type { ServiceLog } from '../../../core/service-log.ts';
import type { GenerationStore } from '../../../stores/generations/generation-store.ts';

export interface NodeKeeperOptions {
  readonly store: GenerationStore;
  readonly log: ServiceLog;
  /** How long this node counts as alive without word from it, in milliseconds; word is given three times as often. */
  readonly leaseMs: number;
  /** Called at each renewal. `lapsed`: the lease had run out, so that other nodes may have ended what runs here. */
  readonly onRenewal: (renewal: { readonly lapsed: boolean }) => void;
  /** Called when other nodes have asked something of this node's generations. */
  readonly onCommands: () => Promise<void>;
}

/** Rows deleted in one step, so that no statement holds others up. */
const DELETE_STEP = 1_000;

/** Expired rows are looked for at each so many renewals. */
const DELETE_EVERY = 12;

/** How long the end waits for a store that does not answer, in milliseconds. */
const LAST_WORDS_MS = 3_000;

/** One piece of work at a time; what comes meanwhile is one more time, however often it comes. */
class Chore {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  do(): void {
    if (this.#running === undefined) this.#running = this.#run();
    else this.#again = true;
  }

  /** Resolves once it does not run; it must not be asked to any more. */
  async settled(): Promise<void> {
    this.#again = false;
    await this.#running;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      await this.#work();
    } while (this.#again);
    this.#running = undefined;
  }
}

/**
 * Keeps this node alive in the eyes of the others, ends the generations of nodes that are not, takes what other nodes
 * ask of this one, and deletes what has expired. Every step may fail and is tried again at the next renewal; none waits
 * for another one, so that much to delete does not let the lease run out.
 */
export class NodeKeeper {
  readonly #options: NodeKeeperOptions;
  readonly #renewing = new Chore(() => this.#try(() => this.#renew()));
  readonly #listening = new Chore(() => this.#try(this.#options.onCommands));
  readonly #cleaning = new Chore(() => this.#try(() => this.#clean()));
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #stopped = false;
  #cleanings = 0;
  /** Others may be as late as this node was: their generations are left alone until then, by `performance.now()`. */
  #sweepFrom = 0;

  constructor(options: NodeKeeperOptions) {
    this.#options = options;
  }

  /** Takes the lease, and ends and deletes what an earlier life of this node left behind. Rejects when the store is away. */
  async start(): Promise<void> {
    const { store, leaseMs } = this.#options;
    await store.renewLease(leaseMs);
    this.#report(await store.interruptOrphans());
    await store.deleteExpired(DELETE_STEP);
    this.#stopListening = store.onCommands(() => this.#listening.do());
    this.#timer = setInterval(() => this.#renewing.do(), leaseMs / 3);
  }

  /** Gives the lease up. Resolves once nothing of it runs any more, or the store has not answered for a while. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#stopListening?.();
    const { promise, resolve } = Promise.withResolvers<void>();
    const impatience = setTimeout(resolve, LAST_WORDS_MS);
    await Promise.race([this.#leave(), promise]);
    clearTimeout(impatience);
  }

  async #leave(): Promise<void> {
    await Promise.all([this.#renewing, this.#listening, this.#cleaning].map((chore) => chore.settled()));
    try {
      await this.#options.store.leave();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the other nodes could not be told that this one leaves');
    }
  }

  async #try(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the store could not be asked; trying again');
    }
  }

  async #renew(): Promise<void> {
    const { store, leaseMs, onRenewal } = this.#options;
    const { lapsed } = await store.renewLease(leaseMs);
    if (lapsed) this.#sweepFrom = performance.now() + leaseMs;
    if (this.#stopped) return;
    onRenewal({ lapsed });
    this.#listening.do();
    this.#cleaning.do();
  }

  async #clean(): Promise<void> {
    const { store } = this.#options;
    if (performance.now() >= this.#sweepFrom) this.#report(await store.interruptOrphans());
    this.#cleanings += 1;
    if (this.#cleanings % DELETE_EVERY !== 1) return;
    while (!this.#stopped && (await store.deleteExpired(DELETE_STEP)));
  }

  #report(interrupted: readonly string[]): void {
    for (const generationId of interrupted)
      this.#options.log.warn({ generationId }, 'a generation was ended: its node has died');
  }
}
