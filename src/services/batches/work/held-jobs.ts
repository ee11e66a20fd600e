import type { ServiceLog } from '../../../core/service-log.ts';
import { SingleFlight } from '../../../lib/single-flight.ts';
import type { BatchJobStore } from '../../../stores/batches/batch-job-store.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';

export interface HeldJobsOptions {
  readonly jobs: BatchJobStore;
  readonly log: ServiceLog;
  readonly leaseMs: number;
}

/** A job while this node works on it. */
export interface HeldJob {
  readonly job: BatchJob;
  /** Aborted when the work is to be abandoned at once. */
  readonly abandon: AbortController;
  /** Aborted when the batch was asked to end. */
  readonly cancel: AbortController;
  /** Aborted when the work is to yield to other jobs. */
  readonly yield: AbortController;
  /** By `performance.now()`. */
  readonly since: number;
  /** When the lease was last known to be this node's, by `performance.now()`. */
  renewedAt: number;
  /** Resolves when the work has come to its end. */
  done: Promise<void>;
}

/** The jobs that this node works on, and their leases. */
export class HeldJobs {
  readonly #options: HeldJobsOptions;
  readonly #held = new Map<number, HeldJob>();
  readonly #renewing = new SingleFlight(
    () => this.#renewAll(),
    (error) => {
      this.#isRenewed = false;
      this.#options.log.warn({ err: error }, 'the leases on batches could not be renewed; trying again');
    },
  );
  /** Whether the last renewal reached the store. */
  #isRenewed = true;

  constructor(options: HeldJobsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Adds a job whose lease was taken at a time by `performance.now()`, and begins the work on it, which must not reject. */
  add(job: BatchJob, renewedAt: number, work: (held: HeldJob) => Promise<void>): void {
    const { jobRid } = job.lease;
    const held: HeldJob = {
      job,
      abandon: new AbortController(),
      cancel: new AbortController(),
      yield: new AbortController(),
      since: renewedAt,
      renewedAt,
      done: Promise.resolve(),
    };
    this.#held.get(jobRid)?.abandon.abort(new Error('the job was taken anew'));
    this.#held.set(jobRid, held);
    held.done = work(held).finally(() => {
      if (this.#held.get(jobRid) === held) this.#held.delete(jobRid);
    });
  }

  /** Renews every lease, and learns which batches were asked to end. Gives whether the store could be reached. */
  async renew(): Promise<boolean> {
    if (this.#held.size === 0) return true;
    await this.#renewing.run();
    return this.#isRenewed;
  }

  async #renewAll(): Promise<void> {
    const { jobs, leaseMs } = this.#options;
    const all = [...this.#held.values()];
    if (all.length > 0) {
      const asked = performance.now();
      const kept = await jobs.renew(
        all.map(({ job }) => job.lease),
        leaseMs,
      );
      for (const held of all) {
        const { jobRid } = held.job.lease;
        const state = kept.get(jobRid);
        if (state !== undefined) held.renewedAt = asked;
        else if (this.#held.get(jobRid) === held)
          held.abandon.abort(new Error('the lease on a batch was lost'));
        if (state?.isCancelRequested === true) held.cancel.abort();
      }
    }
    this.#isRenewed = true;
  }

  /**
   * Abandons native jobs whose lease could not be renewed in time: another node may soon have them, and would not know of a
   * submission that is still under way. A sequential job goes on: at the worst a request is sent twice.
   */
  abandonLapsed(): void {
    const limitMs = (this.#options.leaseMs * 2) / 3;
    for (const { job, renewedAt, abandon } of this.#held.values())
      if (job.mode === 'native' && performance.now() - renewedAt > limitMs)
        abandon.abort(new Error('the lease on a batch could not be renewed'));
  }

  /**
   * Has at most so many sequential jobs yield that have been worked on for so long, the oldest first. They are worked on for
   * as long as they last otherwise, and whatever else is due would wait for days.
   */
  yieldOldest(count: number, afterMs: number): void {
    const before = performance.now() - afterMs;
    for (const held of [...this.#held.values()]
      .filter((each) => each.job.mode === 'sequential' && each.since < before && !each.yield.signal.aborted)
      .slice(0, count))
      held.yield.abort();
  }

  /** Abandons all that is worked on. */
  abandonAll(reason: Error): void {
    for (const { abandon } of this.#held.values()) abandon.abort(reason);
  }

  /** Resolves when nothing is worked on and no lease is being renewed. */
  async settled(): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ done }) => done));
    await this.#renewing.settled();
  }
}
