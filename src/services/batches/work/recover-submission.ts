import { assertVendorCall } from '../../../core/batch-states.ts';
import type { VendorBatch } from '../../../core/vendor-batch.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';
import { batchError } from './batch-outcome.ts';
import { failJob, finishJob } from './finish-job.ts';
import { GIVE_UP_MS } from './give-up.ts';
import { noteSubmitted, submitJob } from './submit-job.ts';
import { continueWith, type RunStep, type Vendor, waitFor } from './vendor-step.ts';

const sinceOf = ({ submittingSince, nowMs }: BatchJob): Date => new Date(submittingSince ?? nowMs);

const findSubmitted = async (
  job: BatchJob,
  { jobs, items, operations, signal }: Vendor,
): Promise<VendorBatch | undefined> => {
  assertVendorCall(job.state, 'find');
  const expected = {
    since: sinceOf(job),
    total: await items.countPending(job),
    takenIds: await jobs.takenIds(job),
    hasCustomId: (customId: string) => items.has(job, customId),
  };
  return operations.find(job.key, expected, { signal });
};

/**
 * A submission that was cut short may have arrived. It is made again only where the vendor has been found twice, some time
 * apart, not to have it.
 */
export const recoverSubmission: RunStep = async (job, vendor) => {
  const { jobs, log, timing, operations, config } = vendor;
  const { lease } = job;
  const { absentSince, failingSince: _since, failedAt: _at, ...progress } = job.progress;
  const found = await findSubmitted(job, vendor);
  const fields = { batchId: lease.batchId, key: job.key };
  if (found !== undefined) {
    log.info({ ...fields, providerBatchId: found.id }, 'an interrupted submission of a batch had arrived');
    await noteSubmitted(job, vendor, found);
    return waitFor(0);
  }
  const settleMs = operations.storesKey ? timing.settleMs : timing.keylessSettleMs;
  const leftMs = absentSince === undefined ? settleMs : absentSince + settleMs - job.nowMs;
  if (leftMs > 0) {
    await jobs.change(lease, { progress: { ...progress, absentSince: absentSince ?? job.nowMs } });
    return waitFor(leftMs);
  }
  if (job.isCancelRequested) return finishJob(job, vendor, { outcome: 'cancelled' });
  // However long ago a server was stopped in the middle of it: it is tried a second time at least.
  if (progress.isResubmitted === true && job.nowMs - sinceOf(job).getTime() > GIVE_UP_MS)
    return failJob(
      job,
      vendor,
      batchError('PROVIDER_FAILED', 'The provider did not take the batch.', config.provider),
    );
  log.warn(fields, 'an interrupted submission of a batch had not arrived; it is made again');
  const again: BatchJob = { ...job, progress: { ...progress, isResubmitted: true } };
  await jobs.change(lease, { progress: again.progress });
  return continueWith(submitJob, again);
};
