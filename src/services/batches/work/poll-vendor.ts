import { assertVendorCall } from '../../../core/batch-states.ts';
import type { VendorBatch } from '../../../core/vendor-batch.ts';
import type { BatchJob, JobProgress } from '../../../stores/batches/batch-job.ts';
import { toPollDelayMs } from './batch-timing.ts';
import { collectResults } from './collect-results.ts';
import { continueWith, moved, type RunStep, type Vendor, waitFor } from './vendor-step.ts';

/** Asks the vendor how the batch stands; the first time after a cancellation was asked for, it asks to cancel it. */
const askVendor = (job: BatchJob, { operations, signal }: Vendor): Promise<VendorBatch> => {
  const { providerBatchId: id, state, isCancelRequested } = job;
  if (id === null) throw new TypeError('a batch that was submitted has no id of its vendor');
  const call = isCancelRequested && state !== 'cancelling' ? 'cancel' : 'poll';
  assertVendorCall(state, call);
  return operations[call](id, { signal });
};

/** Polls the vendor; a batch that has ended goes on to its results. */
export const pollVendor: RunStep = async (job, vendor) => {
  const { jobs, timing } = vendor;
  const batch = await askVendor(job, vendor);
  if (batch.state === 'ended') {
    const { outcome, error, warnings = [] } = batch;
    const progress: JobProgress = {
      outcome: outcome ?? 'completed',
      ...(error !== null && { error }),
      ...(warnings.length > 0 && { warnings }),
    };
    const ended = moved(job, 'ended', { progress });
    await jobs.change(job.lease, {
      state: ended.state,
      progress,
      batchStatus: 'running',
      vendorCounts: batch.counts,
    });
    return continueWith(collectResults, ended);
  }
  const lastSeen = JSON.stringify([batch.state, batch.counts]);
  const unchangedPolls = lastSeen === job.progress.lastSeen ? (job.progress.unchangedPolls ?? 0) + 1 : 0;
  const { state } = moved(job, job.isCancelRequested ? 'cancelling' : 'running');
  await jobs.change(job.lease, {
    state,
    progress: { lastSeen, unchangedPolls },
    batchStatus: 'running',
    vendorExpiresAt: batch.expiresAt,
    vendorCounts: batch.counts,
  });
  return waitFor(toPollDelayMs(unchangedPolls, timing, batch.retryAfterMs));
};
