import { assertVendorCall } from '../../../core/batch-states.ts';
import { isRetryable, ModelgraphError, ProviderError } from '../../../core/errors.ts';
import type { BatchRequest, VendorBatch } from '../../../core/vendor-batch.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';
import { backOff } from './back-off.ts';
import { toPollDelayMs } from './batch-timing.ts';
import { failJob, finishJob } from './finish-job.ts';
import { readPendingRequests } from './pending-requests.ts';
import { continueWith, moved, reportJobFailure, type RunStep, type Vendor, waitFor } from './vendor-step.ts';

/** Submissions to a vendor that stores no key of ours begin this far apart: two at a time could be mixed up after a crash. */
const APART_MS = 600_000;

/** Whether a vendor, or a check before it was called, has refused a submission for good: nothing of it exists there. */
const isRefused = (error: unknown): error is ModelgraphError =>
  error instanceof ModelgraphError &&
  !isRetryable(error.code) &&
  error.code !== 'INTERNAL' &&
  error.code !== 'GENERATION_CANCELLED';

/** Whether it was refused for now, and nothing of it exists at the vendor. */
const isRateLimited = (error: unknown): boolean =>
  error instanceof ProviderError && error.providerStatus === 429;

/** Stores that a submission begins before the vendor is called, so that a node that finds it cut short knows of it. */
export const beginSubmission: RunStep = async (job, { jobs, timing, operations }) => {
  const since = await jobs.beginSubmission(job.lease, operations.storesKey ? 0 : APART_MS);
  if (since === undefined) return waitFor(timing.firstPollMs);
  return continueWith(submitJob, moved(job, 'submitting', { submittingSince: since }));
};

/** Hands the requests over, and stores the vendor's id as soon as it is known. */
export const submitJob: RunStep = async (job, vendor) => {
  const { jobs, timing, operations, signal } = vendor;
  const requests = readPendingRequests(job, {
    ...vendor,
    report: (error, customId) => reportJobFailure(error, job, vendor, customId),
  });
  const first = await requests.next();
  // Each has its result already, or has failed just now: there is nothing to submit.
  if (first.done === true) return finishJob(job, vendor, { outcome: 'completed' });
  assertVendorCall(job.state, 'submit');
  let batch: VendorBatch;
  try {
    batch = await operations.submit(startWith(first.value, requests), {
      key: job.key,
      signal,
      // A process that stood still while it uploaded may find that another node has submitted meanwhile.
      beforeCreate: () => jobs.hold(job.lease, timing.leaseMs),
    });
  } catch (error) {
    if (isRefused(error)) return failJob(job, vendor, reportJobFailure(error, job, vendor));
    if (!isRateLimited(error)) throw error;
    await jobs.change(job.lease, { state: 'waiting' });
    return backOff(moved(job, 'waiting'), vendor, error);
  }
  await noteSubmitted(job, vendor, batch);
  return waitFor(toPollDelayMs(0, timing, batch.retryAfterMs));
};

/** Stores the vendor's id of a job that was being submitted: from then on it is polled. */
export const noteSubmitted = (
  job: BatchJob,
  { jobs }: Vendor,
  { id, expiresAt }: VendorBatch,
): Promise<void> => {
  const { lease, state } = moved(job, 'running');
  return jobs.change(lease, {
    state,
    providerBatchId: id,
    progress: {},
    batchStatus: 'submitted',
    vendorExpiresAt: expiresAt,
  });
};

async function* startWith(
  first: BatchRequest,
  rest: AsyncIterable<BatchRequest>,
): AsyncGenerator<BatchRequest, void, undefined> {
  yield first;
  yield* rest;
}
