import { LeaseLost } from '../../core/store-errors.ts';
import { BATCH_WORK } from './batch-channels.ts';
import { endBatch } from './batch-end.ts';
import type { BatchJob, JobChanges, JobOutcome, JobProgress, Lease } from './batch-job.ts';
import { writeUnderLease } from './batch-lease.ts';
import { beginSubmission } from './begin-submission.ts';
import { changeHeldJob, changeJob, wakeNextPart } from './change-job.ts';
import type { Db } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { Listeners } from '../db/listeners.ts';
import { type JobRow, READ_JOBS, toJob } from './job-rows.ts';

const CLAIM = `
  UPDATE batch_job SET lease_owner = $1, lease_until = NOW_MS + $2, fence = fence + 1
  WHERE rid IN (
    SELECT rid FROM batch_job WHERE state <> 'done' AND next_look_at <= NOW_MS AND lease_until < NOW_MS
    ORDER BY next_look_at LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING rid`;

const RENEW = `
  UPDATE batch_job SET lease_until = NOW_MS + $2
  FROM JSON_ROWS($3, rid bigint, fence bigint) AS r
  WHERE batch_job.rid = r.rid AND batch_job.fence = r.fence AND batch_job.lease_owner = $1
  RETURNING batch_job.rid,
    (SELECT b.cancel_requested_at FROM batch AS b WHERE b.rid = batch_job.batch_rid) AS cancel_requested_at`;

const RELEASE = `
  UPDATE batch_job SET lease_owner = NULL, lease_until = 0, next_look_at = NOW_MS + cast($2 as bigint) WHERE rid = $1`;

const RELEASE_ALL = `
  UPDATE batch_job SET lease_owner = NULL, lease_until = 0
  WHERE lease_until > 0 AND (lease_owner = $1 OR $1 = '')`;

const TAKEN_IDS = `
  SELECT provider_batch_id FROM batch_job WHERE provider_batch_id IS NOT NULL
    AND provider = (SELECT provider FROM batch_job WHERE rid = $1)`;

/**
 * The jobs of batches, shared out among nodes by leases. What is written for a job rejects with `LeaseLost` once the lease
 * is another node's, and has written nothing then. A move that the job's state does not allow is a defect: it rejects with
 * a `TypeError`, and has written nothing either. Each method rejects with `StoreUnavailable` while the database is away.
 */
export class BatchJobStore {
  readonly #db: Db;
  readonly #options: { readonly nodeId: string; readonly retentionMs: number };
  readonly #ended = new Listeners<string>();

  constructor(db: Db, options: { readonly nodeId: string; readonly retentionMs: number }) {
    this.#db = db;
    this.#options = options;
  }

  /** Frees what an earlier start of this node held, where there can be no other node. */
  async start(): Promise<void> {
    if (this.#db.engine === 'sqlite') await this.#db.query(RELEASE_ALL, ['']);
  }

  /** Takes the lease of at most so many jobs that are due, for so long. */
  async claim(maxJobs: number, leaseMs: number): Promise<readonly BatchJob[]> {
    const { nodeId } = this.#options;
    const claimed = await this.#db.query<{ rid: number }>(CLAIM, [nodeId, leaseMs, maxJobs]);
    if (claimed.length === 0) return [];
    const rids = toRows(claimed.map(({ rid }) => ({ rid })));
    const rows = await this.#db.query<JobRow>(READ_JOBS, [rids, nodeId]);
    return rows.map((row) => toJob(row, nodeId));
  }

  /** Holds leases for longer. Gives those that are still held, by their job, and whether their batch is to be cancelled. */
  async renew(
    leases: readonly Lease[],
    leaseMs: number,
  ): Promise<ReadonlyMap<number, { readonly isCancelRequested: boolean }>> {
    const held = await this.#db.query<{ rid: number; cancel_requested_at: number | null }>(RENEW, [
      this.#options.nodeId,
      leaseMs,
      toRows(leases.map(({ jobRid, fence }) => ({ rid: jobRid, fence }))),
    ]);
    return new Map(
      held.map(({ rid, cancel_requested_at: at }) => [rid, { isCancelRequested: at !== null }] as const),
    );
  }

  /** Holds one lease for longer, or throws `LeaseLost`. */
  async hold(lease: Lease, leaseMs: number): Promise<void> {
    const held = await this.renew([lease], leaseMs);
    if (!held.has(lease.jobRid)) throw new LeaseLost();
  }

  /** Gives up every lease of this node, so that others can go on at once. */
  async leave(): Promise<void> {
    await this.#db.query(RELEASE_ALL, [this.#options.nodeId]);
    await this.#db.notify(BATCH_WORK, '');
  }

  /**
   * Marks a job as being submitted, which must be stored before a vendor is called. Gives when; undefined: another
   * submission to the vendor began within `apartMs` and could be mistaken for it.
   */
  beginSubmission(lease: Lease, apartMs: number): Promise<number | undefined> {
    return beginSubmission(this.#db, lease, apartMs);
  }

  /** Writes what has changed; the lease stays. */
  async change(lease: Lease, changes: JobChanges): Promise<void> {
    await writeUnderLease(this.#db, lease, (transaction, _batch, job) =>
      changeJob(transaction, lease, job, changes),
    );
  }

  /**
   * Gives a lease back; the job is due again after a while, or at once where the batch is to be cancelled and the holder of
   * the lease did not know.
   */
  async release(
    lease: Lease,
    options: { readonly afterMs: number; readonly knewOfCancel: boolean },
  ): Promise<void> {
    await writeUnderLease(this.#db, lease, async (transaction, batch) => {
      const isNews = batch.cancel_requested_at !== null && !options.knewOfCancel;
      await transaction.query(RELEASE, [lease.jobRid, isNews ? 0 : Math.round(options.afterMs)]);
      if (isNews) await transaction.notify(BATCH_WORK, '');
      return false;
    });
  }

  /** Ends a job all of whose items have their result; the last one of a batch ends the batch. */
  async finish(lease: Lease, progress: JobProgress & { readonly outcome: JobOutcome }): Promise<void> {
    let hasEnded = false;
    await writeUnderLease(this.#db, lease, async (transaction, _batch, job) => {
      await changeHeldJob(transaction, lease, job, { state: 'done', progress });
      await wakeNextPart(transaction, lease);
      hasEnded = await endBatch(transaction, lease.batchRid, this.#options.retentionMs);
      return true;
    });
    if (hasEnded) this.#ended.tell(lease.batchId);
  }

  /** Calls `handle`, which never throws, with the id of each batch that ends on this node. Gives a function that ends it. */
  onBatchEnd(handle: (batchId: string) => void): () => void {
    return this.#ended.add(handle);
  }

  /** The vendor's ids of all batches of the job's provider that are known to belong to a job. */
  async takenIds({ lease }: BatchJob): Promise<ReadonlySet<string>> {
    const rows = await this.#db.query<{ provider_batch_id: string }>(TAKEN_IDS, [lease.jobRid]);
    return new Set(rows.map(({ provider_batch_id: id }) => id));
  }

  /** Calls `handle` when there may be a job that need not wait for the next poll. Gives a function that ends it. */
  onWork(handle: () => void): () => void {
    return this.#db.listen(BATCH_WORK, handle, { onReconnect: handle });
  }
}
