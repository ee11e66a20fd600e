import type { BatchJob } from '../../../stores/batches/batch-job.ts';
import { batchError } from './batch-outcome.ts';
import { toPollDelayMs } from './batch-timing.ts';
import { failJob, finishJob, noResultError } from './finish-job.ts';
import { failingSinceOf, giveUpAfterMs, isMissingResults } from './give-up.ts';
import { reportJobFailure, type StepEnd, waitFor, type WithoutVendor } from './vendor-step.ts';

const DOUBT =
  'It could not be found out whether the provider took the batch. It was not submitted again, so that it is not charged twice.';

/**
 * What follows a call that has failed: the job backs off and the call is made again, until it has failed for too long. What
 * is in doubt then is said in the error, not guessed.
 */
export const backOff = async (job: BatchJob, tools: WithoutVendor, error: unknown): Promise<StepEnd> => {
  const { jobs, config, timing } = tools;
  const report = reportJobFailure(error, job, tools);
  const { progress } = job;
  const failingSince = failingSinceOf(job);
  if (job.nowMs - failingSince > giveUpAfterMs(job, error)) {
    if (job.state === 'ended')
      return finishJob(job, tools, {
        outcome: progress.outcome ?? 'completed',
        error: isMissingResults(error) ? noResultError(job) : report,
        warnings: progress.warnings ?? [],
      });
    if (job.state === 'submitting')
      return failJob(job, tools, batchError('PROVIDER_FAILED', DOUBT, config.provider));
    return failJob(job, tools, report);
  }
  const unchangedPolls = (progress.unchangedPolls ?? 0) + 1;
  await jobs.change(job.lease, {
    progress: { ...progress, failingSince, failedAt: job.nowMs, unchangedPolls },
  });
  return waitFor(toPollDelayMs(unchangedPolls, timing, report.retryAfterMs));
};
