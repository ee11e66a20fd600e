import type { BatchStatus } from '../../core/batch.ts';
import { type JobState, statusesBefore } from '../../core/batch-states.ts';
import type { Warning } from '../../core/generation.ts';
import { type JobOutcome, readProgress } from './batch-job.ts';
import { readWarnings } from './batch-rows.ts';
import type { Transaction } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { toJson } from '../db/to-json.ts';

const JOBS = `
  SELECT j.state, j.progress, b.cancel_requested_at, b.warnings FROM batch_job AS j JOIN batch AS b ON b.rid = j.batch_rid
  WHERE j.batch_rid = $1 ORDER BY j.part`;

const END = `
  UPDATE batch SET status = $2, error = $3, warnings = $4, billing = NULL, finished_at = NOW_MS,
    expires_at = NOW_MS + cast($5 as bigint)
  WHERE rid = $1 AND status IN_LIST($6) RETURNING rid`;

interface JobRow {
  readonly state: JobState;
  readonly progress: string;
  readonly cancel_requested_at: number | null;
  readonly warnings: string | null;
}

/** A cancellation stands, whatever came in the meantime; parts that went well outweigh those that failed as a whole. */
const toTerminalStatus = (outcomes: readonly JobOutcome[], isCancelRequested: boolean): BatchStatus => {
  if (isCancelRequested) return 'cancelled';
  if (outcomes.every((outcome) => outcome === 'failed')) return 'failed';
  return (['expired', 'cancelled'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'completed';
};

/** What vendors said of several parts in the same words is said once. */
const withoutRepetitions = (warnings: readonly Warning[]): readonly Warning[] => [
  ...new Map(warnings.map((warning) => [toJson(warning), warning])).values(),
];

/**
 * Ends a batch in the transaction that has ended its last job; leaves one alone that has jobs left. Gives whether it has
 * ended. Throws where its status may not move to the one it would end with, which is a defect.
 */
export const endBatch = async (
  transaction: Transaction,
  batchRid: number,
  retentionMs: number,
): Promise<boolean> => {
  const jobs = await transaction.query<JobRow>(JOBS, [batchRid]);
  if (jobs.some(({ state }) => state !== 'done')) return false;
  const progress = jobs.map((job) => readProgress(job.progress));
  const status = toTerminalStatus(
    progress.map(({ outcome = 'completed' }) => outcome),
    jobs.some(({ cancel_requested_at: at }) => at !== null),
  );
  const error = status === 'failed' ? progress.find((job) => job.error !== undefined)?.error : undefined;
  const warnings = withoutRepetitions([
    ...readWarnings(jobs[0]?.warnings ?? null),
    ...progress.flatMap((job) => job.warnings ?? []),
  ]);
  const ended = await transaction.query(END, [
    batchRid,
    status,
    error === undefined ? null : toJson(error),
    warnings.length === 0 ? null : toJson(warnings),
    retentionMs,
    toRows(statusesBefore(status)),
  ]);
  if (ended.length === 0) throw new TypeError(`a batch cannot become "${status}" from where it is`);
  return true;
};
