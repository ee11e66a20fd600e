import type { ServiceLog } from '../core/service-log.ts';
import type { GenerationStore } from '../stores/generation-store.ts';

export interface NodeKeeperOptions {
  readonly store: GenerationStore;
  readonly log: ServiceLog;
  /** How long this node counts as alive without word from it, in milliseconds; word is given three times as often. */
  readonly leaseMs: number;
  /** Called at each renewal. */
  readonly onRenewal: () => void;
  /** Called when other nodes have asked something of this node's generations. */
  readonly onCommands: () => Promise<void>;
}

/** Rows deleted in one step, so that no statement holds others up. */
const DELETE_STEP = 1_000;

/** Expired rows are looked for at each so many renewals. */
const DELETE_EVERY = 12;

/**
 * Keeps this node alive in the eyes of the others, ends the generations of nodes that are not, takes what other nodes
 * ask of this one, and deletes what has expired. Every step may fail and is tried again at the next renewal.
 */
export class NodeKeeper {
  readonly #options: NodeKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #renewals = 0;
  #running: Promise<void> = Promise.resolve();
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
    this.#stopListening = store.onCommands(() => this.#do(this.#options.onCommands));
    this.#timer = setInterval(() => this.#do(() => this.#renew()), leaseMs / 3);
  }

  /** Resolves once nothing of it runs any more; gives the lease up. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening?.();
    await this.#running;
    try {
      await this.#options.store.leave();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the other nodes could not be told that this one leaves');
    }
  }

  /** One step after the other. */
  #do(step: () => Promise<void>): void {
    this.#running = this.#running.then(step).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'the store could not be asked; trying again');
    });
  }

  async #renew(): Promise<void> {
    const { store, leaseMs, onRenewal, onCommands } = this.#options;
    const { lapsed } = await store.renewLease(leaseMs);
    if (lapsed) this.#sweepFrom = performance.now() + leaseMs;
    onRenewal();
    await onCommands();
    if (performance.now() >= this.#sweepFrom) this.#report(await store.interruptOrphans());
    this.#renewals += 1;
    if (this.#renewals % DELETE_EVERY !== 1) return;
    while (await store.deleteExpired(DELETE_STEP));
  }

  #report(interrupted: readonly string[]): void {
    for (const generationId of interrupted)
      this.#options.log.warn({ generationId }, 'a generation was ended: its node has died');
  }
}
