import type { JobState } from '../../core/batch-states.ts';
import { LeaseLost } from '../../core/store-errors.ts';
import { BATCH_CHANGES } from './batch-channels.ts';
import type { Lease } from './batch-job.ts';
import type { Db, Transaction } from '../db/db.ts';

// Every write locks the row of the batch first, then that of the job, so that no two wait for each other.
const LOCK_BATCH = `
  SELECT id, cancel_requested_at, deleted_at, usage, cost, billing FROM batch WHERE rid = $1 AND status <> 'receiving' FOR UPDATE`;

const LOCK_JOB = `
  SELECT state, told AS vendor_counts FROM batch_job
  WHERE rid = $1 AND lease_owner = $2 AND fence = $3 AND state <> 'done' FOR UPDATE`;

/** A batch's row while a transaction holds it. */
export interface HeldBatch {
  readonly id: string;
  readonly cancel_requested_at: number | null;
  /** Not null: none of its content is stored any more. */
  readonly deleted_at: number | null;
  readonly usage: string | null;
  readonly cost: string | null;
  readonly billing: string | null;
}

/** A job's row while a transaction holds it. */
export interface HeldJob {
  readonly state: JobState;
  /** How far its vendor says it has come, as it is stored. */
  readonly vendor_counts: string | null;
}

/** Holds the job of a lease until the transaction ends. Throws `LeaseLost`. */
export const holdJob = async (
  transaction: Transaction,
  { jobRid, owner, fence }: Lease,
): Promise<HeldJob> => {
  const [held] = await transaction.query<HeldJob>(LOCK_JOB, [jobRid, owner, fence]);
  if (held === undefined) throw new LeaseLost();
  return held;
};

/**
 * One transaction under a lease, which holds the batch and the job. Where `work` gives `true` or a list that is not empty,
 * the batch has changed visibly and its subscribers are notified. Throws `LeaseLost`, and has written nothing then.
 */
export const writeUnderLease = <T extends boolean | readonly unknown[]>(
  db: Db,
  lease: Lease,
  work: (transaction: Transaction, batch: HeldBatch, job: HeldJob) => Promise<T>,
): Promise<T> =>
  db.transaction(async (transaction) => {
    const [batch] = await transaction.query<HeldBatch>(LOCK_BATCH, [lease.batchRid]);
    if (batch === undefined) throw new LeaseLost();
    const job = await holdJob(transaction, lease);
    const seen = await work(transaction, batch, job);
    const isChanged = typeof seen === 'boolean' ? seen : seen.length > 0;
    if (isChanged) await transaction.notify(BATCH_CHANGES, batch.id);
    return seen;
  });
