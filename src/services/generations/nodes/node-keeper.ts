import type { ServiceLog } from '../../../core/service-log.ts';
import { SingleFlight } from '../../../lib/single-flight.ts';
import type { GenerationStore } from '../../../stores/generations/generation-store.ts';
import type { NodeCommands } from '../../../stores/nodes/node-commands.ts';
import type { NodeLeases } from '../../../stores/nodes/node-leases.ts';

export interface NodeKeeperOptions {
  readonly store: GenerationStore;
  readonly leases: NodeLeases;
  readonly commands: NodeCommands;
  readonly log: ServiceLog;
  /** How long this node counts as alive without a renewal, in milliseconds; the lease is renewed three times as often. */
  readonly leaseMs: number;
  /** Called at each renewal. `lapsed`: the lease had run out, so that other nodes may have ended what runs here. */
  readonly onRenewal: (renewal: { readonly lapsed: boolean }) => void;
  /** Called with generations that this node has ended, since theirs has died. */
  readonly onInterrupted: (generationIds: readonly string[]) => Promise<void>;
  /** Called when other nodes have asked something of this node's generations. */
  readonly onCommands: () => Promise<void>;
  /** Deletes what is too old of what principals have used, at most so many rows of the ledger. Gives whether there may be more. */
  readonly deleteOld: (maxRows: number) => Promise<boolean>;
}

/** Rows deleted in one step, so that no statement delays others for long. */
const DELETE_STEP = 1_000;

/** Expired rows are deleted at each so many renewals. */
const DELETE_EVERY = 12;

/** How long the end waits for a store that does not answer, in milliseconds. */
const LAST_WORDS_MS = 3_000;

/**
 * Renews this node's lease, ends the generations of nodes whose lease has run out, takes the commands of other nodes and
 * deletes what has expired. Every step may fail and is tried again at the next renewal; none waits for another one, so
 * that much to delete does not let the lease run out.
 */
export class NodeKeeper {
  readonly #options: NodeKeeperOptions;
  readonly #renewing = new SingleFlight(
    () => this.#renew(),
    (error) => this.#noteFailure(error),
  );
  readonly #listening = new SingleFlight(
    () => this.#options.onCommands(),
    (error) => this.#noteFailure(error),
  );
  readonly #cleaning = new SingleFlight(
    () => this.#clean(),
    (error) => this.#noteFailure(error),
  );
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #stopped = false;
  #cleanings = 0;
  /** Other nodes may be as late as this one was: their generations are not ended before then, by `performance.now()`. */
  #sweepFrom = 0;

  constructor(options: NodeKeeperOptions) {
    this.#options = options;
  }

  /** Takes the lease, and ends and deletes what an earlier life of this node left behind. Rejects when the store is away. */
  async start(): Promise<void> {
    const { store, leases, commands, leaseMs } = this.#options;
    await leases.renew(leaseMs);
    await this.#interruptOrphans();
    await store.deleteExpired(DELETE_STEP);
    this.#stopListening = commands.onCommands(() => void this.#listening.run());
    this.#timer = setInterval(() => void this.#renewing.run(), leaseMs / 3);
  }

  /** Gives the lease up. Resolves once nothing of it runs any more, or the store has not answered for a while. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#stopListening?.();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LAST_WORDS_MS);
    await Promise.race([this.#leave(), promise]);
    clearTimeout(timer);
  }

  async #leave(): Promise<void> {
    await Promise.all([this.#renewing, this.#listening, this.#cleaning].map((flight) => flight.settled()));
    try {
      await this.#options.leases.release();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the lease of this node could not be released');
    }
  }

  #noteFailure(error: unknown): void {
    this.#options.log.warn({ err: error }, 'the store could not be asked; trying again');
  }

  async #renew(): Promise<void> {
    const { leases, leaseMs, onRenewal } = this.#options;
    const { lapsed } = await leases.renew(leaseMs);
    if (lapsed) this.#sweepFrom = performance.now() + leaseMs;
    if (this.#stopped) return;
    onRenewal({ lapsed });
    void this.#listening.run();
    void this.#cleaning.run();
  }

  async #clean(): Promise<void> {
    const { store } = this.#options;
    if (performance.now() >= this.#sweepFrom) await this.#interruptOrphans();
    this.#cleanings += 1;
    if (this.#cleanings % DELETE_EVERY !== 1) return;
    while (!this.#stopped && (await store.deleteExpired(DELETE_STEP)));
    while (!this.#stopped && (await this.#options.deleteOld(DELETE_STEP)));
  }

  async #interruptOrphans(): Promise<void> {
    const { store, log, onInterrupted } = this.#options;
    const interrupted = await store.interruptOrphans();
    for (const generationId of interrupted)
      log.warn({ generationId }, 'a generation was ended: its node has died');
    await onInterrupted(interrupted);
  }
}
