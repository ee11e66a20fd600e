import type { BatchMode } from '../../core/batch.ts';
import type { JobState } from '../../core/batch-states.ts';
import { type BatchJob, readProgress } from './batch-job.ts';
import { decodeBilling } from '../settle.ts';
import { readBatchRecord } from './batch-rows.ts';

/** Reads the jobs that a node holds, of those in the list. */
export const READ_JOBS = `
  SELECT j.rid, j.batch_rid, b.id, b.principal_id, b.mode, b.record, b.billing, b.cancel_requested_at, j.vendor_key, j.first_index,
    j.item_count, j.state, j.provider_batch_id, j.submitting_since, j.progress, j.fence, NOW_MS AS now_ms
  FROM batch_job AS j JOIN batch AS b ON b.rid = j.batch_rid
  JOIN JSON_ROWS($1, rid bigint) AS r ON r.rid = j.rid
  WHERE j.lease_owner = $2 AND b.status <> 'receiving'`;

export interface JobRow {
  readonly rid: number;
  readonly batch_rid: number;
  readonly id: string;
  readonly principal_id: string;
  readonly mode: BatchMode;
  readonly record: string;
  readonly billing: string | null;
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

export const toJob = (row: JobRow, owner: string): BatchJob => ({
  lease: { jobRid: row.rid, batchRid: row.batch_rid, batchId: row.id, owner, fence: row.fence },
  principalId: row.principal_id,
  mode: row.mode,
  record: readBatchRecord(row.record),
  isCancelRequested: row.cancel_requested_at !== null,
  key: row.vendor_key,
  firstIndex: row.first_index,
  itemCount: row.item_count,
  state: row.state,
  providerBatchId: row.provider_batch_id,
  submittingSince: row.submitting_since,
  progress: readProgress(row.progress),
  nowMs: row.now_ms,
  isBudgeted: (decodeBilling(row.billing)?.budgets.length ?? 0) > 0,
});
