import type { BatchMode } from '../../core/batch.ts';
import { BATCH_WORK } from './batch-channels.ts';
import { endBatch } from './batch-end.ts';
import {
  type BatchJob,
  type JobChanges,
  type JobOutcome,
  type JobProgress,
  type JobState,
  type Lease,
  LeaseLost,
} from './batch-job.ts';
import { holdJob, writeUnderLease } from './batch-lease.ts';
import type { BatchRecord } from './batch-rows.ts';
import type { Db } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { toJson } from '../db/to-json.ts';
import { toToldText } from './vendor-counts.ts';

const CLAIM = `
  UPDATE batch_job SET lease_owner = $1, lease_until = NOW_MS + $2, fence = fence + 1
  WHERE rid IN (
    SELECT rid FROM batch_job WHERE state <> 'done' AND next_look_at <= NOW_MS AND lease_until < NOW_MS
    ORDER BY next_look_at LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING rid`;

const READ = `
  SELECT j.rid, j.batch_rid, b.id, b.principal_id, b.mode, b.record, b.cancel_requested_at, j.vendor_key, j.first_index,
    j.item_count, j.state, j.provider_batch_id, j.submitting_since, j.progress, j.fence, NOW_MS AS now_ms
  FROM batch_job AS j JOIN batch AS b ON b.rid = j.batch_rid
  JOIN JSON_ROWS($1, rid bigint) AS r ON r.rid = j.rid
  WHERE j.lease_owner = $2 AND b.status <> 'receiving'`;

const RENEW = `
  UPDATE batch_job SET lease_until = NOW_MS + $2
  FROM JSON_ROWS($3, rid bigint, fence bigint) AS r
  WHERE batch_job.rid = r.rid AND batch_job.fence = r.fence AND batch_job.lease_owner = $1
  RETURNING batch_job.rid,
    (SELECT b.cancel_requested_at FROM batch AS b WHERE b.rid = batch_job.batch_rid) AS cancel_requested_at`;

const CHANGE_JOB = `
  UPDATE batch_job SET state = COALESCE(cast($2 as text), state),
    provider_batch_id = COALESCE(cast($3 as text), provider_batch_id),
    progress = COALESCE(cast($4 as text), progress), told = COALESCE(cast($5 as text), told)
  WHERE rid = $1`;

const RELEASE = `
  UPDATE batch_job SET lease_owner = NULL, lease_until = 0, next_look_at = NOW_MS + cast($2 as bigint) WHERE rid = $1`;

const RELEASE_ALL = `
  UPDATE batch_job SET lease_owner = NULL, lease_until = 0
  WHERE lease_until > 0 AND (lease_owner = $1 OR $1 = '')`;

const HOLD_SUBMISSIONS = `
  SELECT rid, state, submitting_since FROM batch_job WHERE provider = (SELECT provider FROM batch_job WHERE rid = $1)
    AND state IN ('waiting', 'submitting') ORDER BY rid FOR UPDATE`;

const OTHER_SUBMISSIONS = `
  SELECT rid FROM batch_job WHERE provider = (SELECT provider FROM batch_job WHERE rid = $1)
    AND rid <> $1 AND state = 'submitting' AND submitting_since > NOW_MS - cast($2 as bigint) LIMIT 1`;

const BEGIN_SUBMISSION = `
  UPDATE batch_job SET state = 'submitting', submitting_since = NOW_MS WHERE rid = $1 RETURNING submitting_since`;

const GO_ON = `UPDATE batch_job SET next_look_at = NOW_MS WHERE batch_rid = $1 AND state = 'waiting'
  AND part = (SELECT part + 1 FROM batch_job WHERE rid = $2)`;

const NOTE_SUBMITTED = `
  UPDATE batch SET submitted_at = COALESCE(submitted_at, NOW_MS),
    vendor_expires_at = COALESCE(cast($2 as bigint), vendor_expires_at),
    status = CASE WHEN status = 'queued' THEN 'submitted' ELSE status END
  WHERE rid = $1`;

const NOTE_RUNNING = `
  UPDATE batch SET status = 'running', submitted_at = COALESCE(submitted_at, NOW_MS),
    vendor_expires_at = COALESCE(cast($2 as bigint), vendor_expires_at)
  WHERE rid = $1 AND status IN ('queued', 'submitted') RETURNING rid`;

const TAKEN_IDS = `
  SELECT provider_batch_id FROM batch_job WHERE provider_batch_id IS NOT NULL
    AND provider = (SELECT provider FROM batch_job WHERE rid = $1)`;

interface JobRow {
  readonly rid: number;
  readonly batch_rid: number;
  readonly id: string;
  readonly principal_id: string;
  readonly mode: BatchMode;
  readonly record: string;
  readonly cancel_requested_at: number | null;
  readonly vendor_key: string;
  readonly first_index: number;
  readonly item_count: number;
  readonly state: JobState;
  readonly provider_batch_id: string | null;
  readonly submitting_since: number | null;
  readonly progress: string;
  readonly fence: number;
  readonly now_ms: number;
}

/**
 * The work there is to do for batches, shared out among nodes by leases. Whatever is written for a job rejects with
 * `LeaseLost` once the lease is another's, and has written nothing then. Every method rejects with `StoreUnavailable`
 * while the database is away.
 */
export class BatchJobStore {
  readonly #db: Db;
  readonly #options: { readonly nodeId: string; readonly retentionMs: number };

  constructor(db: Db, options: { readonly nodeId: string; readonly retentionMs: number }) {
    this.#db = db;
    this.#options = options;
  }

  /** Frees what an earlier life of this node held, where there can be no other node. */
  async start(): Promise<void> {
    if (this.#db.engine === 'sqlite') await this.#db.query(RELEASE_ALL, ['']);
  }

  /** Takes the lease of at most so many jobs that are due, for so long. */
  async claim(maxJobs: number, leaseMs: number): Promise<readonly BatchJob[]> {
    const { nodeId } = this.#options;
    const claimed = await this.#db.query<{ rid: number }>(CLAIM, [nodeId, leaseMs, maxJobs]);
    if (claimed.length === 0) return [];
    const rows = await this.#db.query<JobRow>(READ, [toRows(claimed.map(({ rid }) => ({ rid }))), nodeId]);
    return rows.map((row) => ({
      lease: { jobRid: row.rid, batchRid: row.batch_rid, batchId: row.id, owner: nodeId, fence: row.fence },
      principalId: row.principal_id,
      mode: row.mode,
      record: JSON.parse(row.record) as BatchRecord,
      isCancelRequested: row.cancel_requested_at !== null,
      key: row.vendor_key,
      firstIndex: row.first_index,
      itemCount: row.item_count,
      state: row.state,
      providerBatchId: row.provider_batch_id,
      submittingSince: row.submitting_since,
      progress: JSON.parse(row.progress) as JobProgress,
      nowMs: row.now_ms,
    }));
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
   * submission to the vendor began within `apartMs` and may be mixed up with it.
   */
  async beginSubmission(lease: Lease, apartMs: number): Promise<number | undefined> {
    return this.#db.transaction(async (transaction) => {
      if (apartMs > 0) await transaction.query(HOLD_SUBMISSIONS, [lease.jobRid]);
      await holdJob(transaction, lease);
      if (apartMs > 0 && (await transaction.query(OTHER_SUBMISSIONS, [lease.jobRid, apartMs])).length > 0)
        return undefined;
      const [row] = await transaction.query<{ submitting_since: number }>(BEGIN_SUBMISSION, [lease.jobRid]);
      return row?.submitting_since;
    });
  }

  /** Writes what has changed; the lease stays. */
  async change(lease: Lease, changes: JobChanges): Promise<void> {
    await writeUnderLease(this.#db, lease, async (transaction, _batch, job) => {
      const { state = null, providerBatchId = null, progress, batchStatus, vendorExpiresAt } = changes;
      const told = toToldText(changes.told ?? null);
      await transaction.query(CHANGE_JOB, [
        lease.jobRid,
        state,
        providerBatchId,
        progress === undefined ? null : toJson(progress),
        told,
      ]);
      const expiresAt = vendorExpiresAt?.getTime() ?? null;
      if (batchStatus === 'submitted') {
        await transaction.query(NOTE_SUBMITTED, [lease.batchRid, expiresAt]);
        await transaction.query(GO_ON, [lease.batchRid, lease.jobRid]);
        await transaction.notify(BATCH_WORK, '');
        return true;
      }
      const isFurther = told !== null && told !== job.told;
      if (batchStatus !== 'running') return isFurther;
      return (await transaction.query(NOTE_RUNNING, [lease.batchRid, expiresAt])).length > 0 || isFurther;
    });
  }

  /**
   * Gives a lease back; the job is due again after a while, or at once where the batch is to be cancelled and whoever
   * held the lease did not know.
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
    await writeUnderLease(this.#db, lease, async (transaction) => {
      await transaction.query(CHANGE_JOB, [lease.jobRid, 'done', null, toJson(progress), null]);
      await transaction.query(GO_ON, [lease.batchRid, lease.jobRid]);
      await transaction.notify(BATCH_WORK, '');
      await endBatch(transaction, lease.batchRid, this.#options.retentionMs);
      return true;
    });
  }

  /** The ids of every batch of the job's provider that is known to be somebody's. */
  async takenIds({ lease }: BatchJob): Promise<ReadonlySet<string>> {
    const rows = await this.#db.query<{ provider_batch_id: string }>(TAKEN_IDS, [lease.jobRid]);
    return new Set(rows.map(({ provider_batch_id: id }) => id));
  }

  /** Called when there may be work that need not wait. */
  onWork(handle: () => void): () => void {
    return this.#db.listen(BATCH_WORK, handle, { onReconnect: handle });
  }
}
