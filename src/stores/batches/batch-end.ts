import type { BatchStatus } from '../../core/batch.ts';
import type { JobOutcome, JobProgress, JobState } from './batch-job.ts';
import type { Transaction } from '../db/db.ts';
import { toJson } from '../db/to-json.ts';

const JOBS = `
  SELECT j.state, j.progress, b.cancel_requested_at FROM batch_job AS j JOIN batch AS b ON b.rid = j.batch_rid
  WHERE j.batch_rid = $1 ORDER BY j.part`;

const END = `
  UPDATE batch SET status = $2, error = $3, finished_at = NOW_MS, expires_at = NOW_MS + cast($4 as bigint)
  WHERE rid = $1`;

interface JobRow {
  readonly state: JobState;
  readonly progress: string;
  readonly cancel_requested_at: number | null;
}

/** A cancellation stands, whatever came in the meantime; parts that went well outweigh those that failed as a whole. */
const toFinalStatus = (outcomes: readonly JobOutcome[], isCancelRequested: boolean): BatchStatus => {
  if (isCancelRequested) return 'cancelled';
  if (outcomes.every((outcome) => outcome === 'failed')) return 'failed';
  return (['expired', 'cancelled'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'completed';
};

/** Ends a batch in the transaction that has ended its last job; leaves one alone that has jobs left. */
export const endBatch = async (
  transaction: Transaction,
  batchRid: number,
  retentionMs: number,
): Promise<void> => {
  const jobs = await transaction.query<JobRow>(JOBS, [batchRid]);
  if (jobs.some(({ state }) => state !== 'done')) return;
  const progress = jobs.map((job) => JSON.parse(job.progress) as JobProgress);
  const status = toFinalStatus(
    progress.map(({ outcome = 'completed' }) => outcome),
    jobs.some(({ cancel_requested_at: at }) => at !== null),
  );
  const error = status === 'failed' ? progress.find((job) => job.error !== undefined)?.error : undefined;
  const values = [batchRid, status, error === undefined ? null : toJson(error), retentionMs];
  await transaction.query(END, values);
};
