import { ModelgraphError } from '../../../core/errors.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { isLeaseLost, isStoreUnavailable } from '../../../core/store-errors.ts';
import { SingleFlight } from '../../../lib/single-flight.ts';
import { Slots } from '../../../lib/slots.ts';
import type { BatchJobStore } from '../../../stores/batches/batch-job-store.ts';
import type { BatchStore } from '../../../stores/batches/batch-store.ts';
import type { BatchTiming } from './batch-timing.ts';
import { type HeldJob, HeldJobs } from './held-jobs.ts';
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

/** Jobs this node works on at the most, and those claimed at a time, so that other nodes get their share. */
const MAX_HELD = 64;
const CLAIM_STEP = 5;

/** Calls to vendors at one time: each may read or write a large file. */
const MAX_VENDOR_STEPS = 4;

/** Rows deleted in one step. */
const DELETE_STEP = 1_000;

/** The pause after a defect of this server, so that it does not spin. */
const DEFECT_PAUSE_MS = 60_000;

/**
 * One of the nodes that work on batches: claims jobs that are due, holds their leases while it works on them and gives them
 * back. While the store is away nothing is begun, and what is under way goes on as far as it can.
 */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  readonly #held: HeldJobs;
  readonly #vendorSlots = new Slots(MAX_VENDOR_STEPS);
  readonly #drain = new AbortController();
  readonly #claiming = new SingleFlight(
    () => this.#claim(),
    (error) => this.#options.log.warn({ err: error }, 'jobs of batches could not be claimed; trying again'),
  );
  readonly #deleting = new SingleFlight(
    () => this.#delete(),
    (error) => this.#options.log.warn({ err: error }, 'expired batches could not be deleted; trying again'),
  );
  readonly #timers: NodeJS.Timeout[] = [];
  #claimTimer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
    this.#held = new HeldJobs({ ...options, leaseMs: options.timing.leaseMs });
  }

  /** Jobs that this node works on. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** Rejects when the store is away. */
  async start(): Promise<void> {
    const { jobs, timing } = this.#options;
    const { leaseMs, deleteMs } = timing;
    await jobs.start();
    this.#stopListening = jobs.onWork(() => this.#wake());
    this.#timers.push(
      setInterval(() => void this.#held.renew(), leaseMs / 3),
      setInterval(() => this.#held.abandonLapsed(), leaseMs / 12),
      setInterval(() => void this.#deleting.run(), deleteMs),
    );
    this.#scheduleClaim();
    this.#wake();
  }

  /**
   * Begins nothing new, gives what is under way so long to come to a point where it can be left, abandons what is left then, and
   * gives every lease back.
   */
  async stop(graceMs: number): Promise<void> {
    this.#drain.abort();
    this.#stopListening?.();
    clearTimeout(this.#claimTimer);
    await this.#claiming.settled();
    const reason = new ModelgraphError('GENERATION_INTERRUPTED', 'The server is shutting down.');
    const grace = setTimeout(() => this.#held.abandonAll(reason), graceMs);
    await this.#held.settled();
    clearTimeout(grace);
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([this.#held.settled(), this.#deleting.settled()]);
    try {
      await this.#options.jobs.leave();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the leases on batches could not be given back');
    }
  }

  #scheduleClaim(): void {
    const { claimPollMs } = this.#options.timing;
    this.#claimTimer = setTimeout(
      () => {
        this.#wake();
        if (!this.#drain.signal.aborted) this.#scheduleClaim();
      },
      claimPollMs * (0.75 + Math.random() / 2),
    );
  }

  /** There may be a job that is due, or one that is to be cancelled. */
  #wake(): void {
    void this.#held.renew();
    if (!this.#drain.signal.aborted) void this.#claiming.run();
  }

  async #claim(): Promise<void> {
    const { jobs, timing } = this.#options;
    // After the store was away, jobs that this node still holds are not to be claimed anew.
    if (!(await this.#held.renew()) && this.#held.size > 0) return;
    const asked = performance.now();
    const room = Math.min(CLAIM_STEP, MAX_HELD - this.#held.size);
    if (room === 0) this.#held.yieldOldest(CLAIM_STEP, timing.yieldAfterMs);
    if (room === 0 || this.#drain.signal.aborted) return;
    const claimed = await jobs.claim(room, timing.leaseMs);
    for (const job of claimed) this.#held.add(job, asked, (held) => this.#work(held));
    // There may be more of them.
    if (claimed.length === CLAIM_STEP) void this.#claiming.run();
  }

  /** Never rejects. */
  async #work(held: HeldJob): Promise<void> {
    const { jobs, log } = this.#options;
    const { lease, key, isCancelRequested } = held.job;
    const fields = { batchId: lease.batchId, part: key };
    try {
      const afterMs = await this.#takeStep(held);
      // A step that began before the cancellation has not passed it on to the vendor, whatever this node knows by now.
      if (afterMs !== null) await jobs.release(lease, { afterMs, knewOfCancel: isCancelRequested });
    } catch (error) {
      if (isLeaseLost(error)) log.info(fields, 'a batch is worked on by another node now');
      else if (isStoreUnavailable(error))
        log.warn({ ...fields, err: error }, 'the store is away; a batch waits for it');
      else if (held.abandon.signal.aborted)
        log.info(fields, 'work on a batch was abandoned for other nodes to go on with');
      else await this.#report(held, error);
    }
  }

  /** The next step of a job: at its vendor, or request by request where the vendor has no batches. */
  async #takeStep(held: HeldJob): Promise<number | null> {
    const { vendors, sequential } = this.#options;
    const { job, abandon, cancel } = held;
    if (job.mode === 'sequential')
      return sequential.work(job, {
        abandon: abandon.signal,
        cancel: cancel.signal,
        yield: AbortSignal.any([this.#drain.signal, held.yield.signal]),
      });
    const giveBack = await this.#vendorSlots.take(abandon.signal);
    try {
      return this.#drain.signal.aborted ? 0 : await vendors.step(job, abandon.signal);
    } finally {
      giveBack();
    }
  }

  async #report({ job }: HeldJob, error: unknown): Promise<void> {
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

  async #delete(): Promise<void> {
    while (await this.#options.store.deleteExpired(DELETE_STEP)) if (this.#drain.signal.aborted) return;
  }
}
