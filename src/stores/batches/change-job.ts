import { assertJobMove, statusesBefore } from '../../core/batch-states.ts';
import { BATCH_WORK } from './batch-channels.ts';
import type { JobChanges, Lease } from './batch-job.ts';
import type { HeldJob } from './batch-lease.ts';
import type { Transaction } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { toJson } from '../db/to-json.ts';
import { encodeVendorCounts } from './vendor-counts.ts';

const CHANGE = `
  UPDATE batch_job SET state = $3, provider_batch_id = COALESCE(cast($4 as text), provider_batch_id),
    progress = COALESCE(cast($5 as text), progress), told = COALESCE(cast($6 as text), told)
  WHERE rid = $1 AND state = $2`;

const WAKE_NEXT_PART = `UPDATE batch_job SET next_look_at = NOW_MS WHERE batch_rid = $1 AND state = 'waiting'
  AND part = (SELECT part + 1 FROM batch_job WHERE rid = $2)`;

const NOTE_SUBMITTED = `
  UPDATE batch SET submitted_at = COALESCE(submitted_at, NOW_MS),
    vendor_expires_at = COALESCE(cast($2 as bigint), vendor_expires_at),
    status = CASE WHEN status IN_LIST($3) THEN 'submitted' ELSE status END
  WHERE rid = $1`;

const NOTE_RUNNING = `
  UPDATE batch SET status = 'running', submitted_at = COALESCE(submitted_at, NOW_MS),
    vendor_expires_at = COALESCE(cast($2 as bigint), vendor_expires_at)
  WHERE rid = $1 AND status IN_LIST($3) RETURNING rid`;

/** Lets the part of a batch that follows a job's begin. */
export const wakeNextPart = async (transaction: Transaction, { batchRid, jobRid }: Lease): Promise<void> => {
  await transaction.query(WAKE_NEXT_PART, [batchRid, jobRid]);
  await transaction.notify(BATCH_WORK, '');
};

/** Writes the changes of a job that the transaction holds. Throws for a move that its state does not allow. */
export const changeHeldJob = async (
  transaction: Transaction,
  { jobRid }: Lease,
  job: HeldJob,
  { state = job.state, providerBatchId, progress, vendorCounts = null }: JobChanges,
): Promise<void> => {
  assertJobMove(job.state, state);
  await transaction.query(CHANGE, [
    jobRid,
    job.state,
    state,
    providerBatchId ?? null,
    progress === undefined ? null : toJson(progress),
    encodeVendorCounts(vendorCounts),
  ]);
};

/** As `BatchJobStore.change`, within a transaction that holds the job. Gives whether the batch has changed visibly. */
export const changeJob = async (
  transaction: Transaction,
  lease: Lease,
  job: HeldJob,
  changes: JobChanges,
): Promise<boolean> => {
  await changeHeldJob(transaction, lease, job, changes);
  const { batchStatus, vendorExpiresAt, vendorCounts = null } = changes;
  const counts = encodeVendorCounts(vendorCounts);
  const isFurther = counts !== null && counts !== job.vendor_counts;
  if (batchStatus === undefined) return isFurther;
  const values = [lease.batchRid, vendorExpiresAt?.getTime() ?? null, toRows(statusesBefore(batchStatus))];
  if (batchStatus === 'running')
    return (await transaction.query(NOTE_RUNNING, values)).length > 0 || isFurther;
  await transaction.query(NOTE_SUBMITTED, values);
  await wakeNextPart(transaction, lease);
  return true;
};
