import { EMPTY_RESULT } from '../../../core/batch.ts';
import type { GenerationError, Warning } from '../../../core/generation.ts';
import type { BatchJob, JobOutcome } from '../../../stores/batches/batch-job.ts';
import { batchError, failedResult } from './batch-outcome.ts';
import { DONE, moved, type StepEnd, type WithoutVendor } from './vendor-step.ts';

/** Of an item that its vendor's batch has no result of. */
export const noResultError = ({ record }: BatchJob): GenerationError =>
  batchError('PROVIDER_FAILED', 'No result was returned.', record.config.provider);

export interface JobEnd {
  readonly outcome: JobOutcome;
  /** Why items without a result have none; left out: what follows from the outcome. */
  readonly error?: GenerationError;
  readonly warnings?: readonly Warning[];
}

/** Ends a job. Its items without a result get the error, or what follows from how it ended. */
export const finishJob = async (
  job: BatchJob,
  { jobs, items }: Pick<WithoutVendor, 'jobs' | 'items'>,
  { outcome, error, warnings = [] }: JobEnd,
): Promise<StepEnd> => {
  const isUnanswered = error === undefined && (outcome === 'cancelled' || outcome === 'expired');
  if (isUnanswered) await items.close(job, outcome, EMPTY_RESULT);
  else await items.close(job, 'failed', failedResult(error ?? noResultError(job)), error === undefined);
  moved(job, 'done');
  await jobs.finish(job.lease, {
    outcome,
    ...(error !== undefined && { error }),
    ...(warnings.length > 0 && { warnings }),
  });
  return DONE;
};

/** Ends a job that failed as a whole. */
export const failJob = (
  job: BatchJob,
  tools: Pick<WithoutVendor, 'jobs' | 'items'>,
  error: GenerationError,
): Promise<StepEnd> => finishJob(job, tools, { outcome: 'failed', error });
