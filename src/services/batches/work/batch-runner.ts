import { ModelgraphError } from '../../../core/errors.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { Slots } from '../../../lib/slots.ts';
import type { BatchJobStore } from '../../../stores/batches/batch-job-store.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';
import type { BatchStore } from '../../../stores/batches/batch-store.ts';
import type { BatchTiming } from './batch-timing.ts';
import type { SequentialBatches } from './sequential-batches.ts';
import type { VendorBatches } from './vendor-batches.ts';

export interface BatchRunnerOptions {
  readonly jobs: BatchJobStore;
  readonly store: BatchStore;
  readonly vendors: VendorBatches;
  readonly sequential: SequentialBatches;
  readonly log: ServiceLog;
  readonly timing: BatchTiming;
}

/** Jobs this node works on at the most, and those taken at one look, so that other nodes get their share. */
const MAX_HELD = 64;
const CLAIM_STEP = 5;

/** Calls to vendors at one time: each may read or write a large file. */
const MAX_VENDOR_STEPS = 4;

/** Rows deleted in one step. */
const DELETE_STEP = 1_000;

/** The pause after a defect of this server, so that it does not spin. */
const DEFECT_PAUSE_MS = 60_000;

interface Held {
  readonly job: BatchJob;
  readonly drop: AbortController;
  readonly cancel: AbortController;
  /** Told to make room for others. */
  readonly rest: AbortController;
  /** By `performance.now()`. */
  readonly since: number;
  /** When the lease was last known to be this node's, by `performance.now()`. */
  renewedAt: number;
  done: Promise<void>;
}

const isAway = (error: unknown): boolean =>
  error instanceof ModelgraphError && error.code === 'SERVICE_UNAVAILABLE';

const isLost = (error: unknown): boolean => error instanceof Error && error.name === 'LeaseLost';

/**
 * One of the nodes that work on batches: takes jobs that are due, holds their leases while it works on them and gives them
 * back. While the store is away nothing is begun, and what is under way goes on as far as it can.
 */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  readonly #held = new Map<number, Held>();
  readonly #vendorSlots = new Slots(MAX_VENDOR_STEPS);
  readonly #drain = new AbortController();
  #look: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #lapse: NodeJS.Timeout | undefined;
  #deletion: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  /** Whether the leases that were held could be renewed. */
  #renewing: Promise<boolean> = Promise.resolve(true);
  #deleting: Promise<void> = Promise.resolve();

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
  }

  /** Rejects when the store is away. */
  async start(): Promise<void> {
    const { jobs, timing } = this.#options;
    await jobs.start();
    this.#stopListening = jobs.onWork(() => this.#wake());
    this.#renewal = setInterval(() => this.#renew(), timing.leaseMs / 3);
    this.#lapse = setInterval(() => this.#dropLapsed(), timing.leaseMs / 12);
    this.#deletion = setInterval(() => this.#delete(), timing.deleteMs);
    this.#schedule();
    this.#wake();
  }

  /**
   * Begins nothing new, lets what is under way come to a point where it can be left for so long, drops the rest, and gives
   * every lease back.
   */
  async stop(graceMs: number): Promise<void> {
    this.#drain.abort();
    this.#stopListening?.();
    clearTimeout(this.#look);
    clearInterval(this.#deletion);
    await this.#looking;
    const dropped = new ModelgraphError('GENERATION_INTERRUPTED', 'The server is shutting down.');
    const impatience = setTimeout(() => {
      for (const { drop } of this.#held.values()) drop.abort(dropped);
    }, graceMs);
    await Promise.all([...this.#held.values()].map(({ done }) => done));
    clearTimeout(impatience);
    clearInterval(this.#renewal);
    clearInterval(this.#lapse);
    await Promise.all([this.#renewing, this.#deleting]);
    try {
      await this.#options.jobs.leave();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the leases on batches could not be given back');
    }
  }

  #schedule(): void {
    const { lookMs } = this.#options.timing;
    this.#look = setTimeout(
      () => {
        this.#wake();
        if (!this.#drain.signal.aborted) this.#schedule();
      },
      lookMs * (0.75 + Math.random() / 2),
    );
  }

  /** There may be something to do, or to stop. */
  #wake(): void {
    if (this.#held.size > 0) this.#renew();
    if (this.#drain.signal.aborted) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#claim().finally(() => {
      this.#looking = undefined;
      if (this.#lookAgain) this.#wake();
    });
  }

  async #claim(): Promise<void> {
    const { jobs, log, timing } = this.#options;
    try {
      // What this node still holds is not to be taken anew after the store was away.
      const isRenewed = await this.#renewing;
      if (!isRenewed && this.#held.size > 0) return;
      let claimed: readonly BatchJob[];
      do {
        this.#lookAgain = false;
        const asked = performance.now();
        const room = Math.min(CLAIM_STEP, MAX_HELD - this.#held.size);
        if (room === 0) this.#makeRoom();
        if (room === 0 || this.#drain.signal.aborted) return;
        claimed = await jobs.claim(room, timing.leaseMs);
        for (const job of claimed) this.#hold(job, asked);
      } while (this.#lookAgain || claimed.length === CLAIM_STEP);
    } catch (error) {
      log.warn({ err: error }, 'work on batches could not be looked for; trying again');
    }
  }

  /**
   * Batches without a vendor's are worked on for as long as they last: those that were for longest go to the end of the
   * line, or whatever else is due would wait for days.
   */
  #makeRoom(): void {
    const before = performance.now() - this.#options.timing.turnMs;
    [...this.#held.values()]
      .filter(({ job, rest, since }) => job.mode === 'sequential' && since < before && !rest.signal.aborted)
      .slice(0, CLAIM_STEP)
      .forEach(({ rest }) => rest.abort());
  }

  #hold(job: BatchJob, renewedAt: number): void {
    const held: Held = {
      job,
      drop: new AbortController(),
      cancel: new AbortController(),
      rest: new AbortController(),
      since: renewedAt,
      renewedAt,
      done: Promise.resolve(),
    };
    this.#held.get(job.lease.jobRid)?.drop.abort(new Error('the job was taken anew'));
    this.#held.set(job.lease.jobRid, held);
    held.done = this.#work(held).finally(() => {
      if (this.#held.get(job.lease.jobRid) === held) this.#held.delete(job.lease.jobRid);
    });
  }

  /** Never rejects. */
  async #work(held: Held): Promise<void> {
    const { jobs, log } = this.#options;
    const { job } = held;
    const { lease } = job;
    const fields = { batchId: lease.batchId, part: job.key };
    try {
      const afterMs = await this.#generateBatch(held);
      // A step that began before the end was asked for has not told the vendor, whatever this node knows by now.
      if (afterMs !== null) await jobs.release(lease, { afterMs, knewOfCancel: job.isCancelRequested });
    } catch (error) {
      if (isLost(error)) log.info(fields, 'a batch is worked on by another node now');
      else if (isAway(error)) log.warn({ ...fields, err: error }, 'the store is away; a batch waits for it');
      else if (held.drop.signal.aborted)
        log.info(fields, 'work on a batch was dropped for others to go on with');
      else await this.#report(held, error);
    }
  }

  /** The next step of a batch: at its vendor, or one request after the other where the vendor has no batches. */
  async #generateBatch({ job, drop, cancel, rest }: Held): Promise<number | null> {
    const { vendors, sequential } = this.#options;
    if (job.mode === 'sequential')
      return sequential.work(job, {
        signal: drop.signal,
        cancel: cancel.signal,
        drain: AbortSignal.any([this.#drain.signal, rest.signal]),
      });
    const giveBack = await this.#vendorSlots.take(drop.signal);
    try {
      return this.#drain.signal.aborted ? 0 : await vendors.step(job, drop.signal);
    } finally {
      giveBack();
    }
  }

  async #report({ job }: Held, error: unknown): Promise<void> {
    const { jobs, log } = this.#options;
    const fields = { batchId: job.lease.batchId, part: job.key };
    log.error(
      { ...fields, err: error },
      'work on a batch failed on a defect of this server; it is tried again',
    );
    try {
      await jobs.release(job.lease, { afterMs: DEFECT_PAUSE_MS, knewOfCancel: true });
    } catch (failure) {
      log.warn({ ...fields, err: failure }, 'the lease on a batch could not be given back; it runs out');
    }
  }

  /** One after the other. */
  #renew(): void {
    this.#renewing = this.#renewing.then(() => this.#renewAll());
  }

  async #renewAll(): Promise<boolean> {
    const { jobs, log, timing } = this.#options;
    const all = [...this.#held.values()];
    if (all.length === 0) return true;
    const asked = performance.now();
    try {
      const kept = await jobs.renew(
        all.map(({ job }) => job.lease),
        timing.leaseMs,
      );
      for (const held of all) {
        const state = kept.get(held.job.lease.jobRid);
        if (state === undefined) continue;
        held.renewedAt = asked;
        if (state.isCancelRequested) held.cancel.abort();
      }
      for (const held of all)
        if (!kept.has(held.job.lease.jobRid) && this.#held.get(held.job.lease.jobRid) === held)
          held.drop.abort(new Error('the lease on a batch was lost'));
      return true;
    } catch (error) {
      log.warn({ err: error }, 'the leases on batches could not be renewed; trying again');
      return false;
    }
  }

  /**
   * Another node may soon have what could not be renewed, and would not know of a submission that is still under way. What
   * is asked one by one goes on: the most that can come of it is that something is asked twice.
   */
  #dropLapsed(): void {
    const limitMs = (this.#options.timing.leaseMs * 2) / 3;
    for (const { job, renewedAt, drop } of this.#held.values())
      if (job.mode === 'native' && performance.now() - renewedAt > limitMs)
        drop.abort(new Error('the lease on a batch could not be renewed'));
  }

  #delete(): void {
    const { store, log } = this.#options;
    this.#deleting = this.#deleting
      .then(async () => {
        while (await store.deleteExpired(DELETE_STEP)) if (this.#drain.signal.aborted) return;
      })
      .catch((error: unknown) => {
        log.warn({ err: error }, 'expired batches could not be deleted; trying again');
      });
  }
}
