import { findModelgraphError, ProviderError } from '../../../core/errors.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';

const HOUR_MS = 3_600_000;

/** Longer than any delay between two attempts: where they are further apart, no server was running in between. */
const UNATTENDED_MS = 2 * HOUR_MS;

/** For how long what fails each time is tried again, where nothing says otherwise. A batch is done within a day. */
export const GIVE_UP_MS = 48 * HOUR_MS;

/** Vendors keep results for longer than that. */
const GIVE_UP_RESULTS_MS = 6 * HOUR_MS;
const GIVE_UP_MISSING_MS = HOUR_MS;
const GIVE_UP_UNKNOWN_MS = HOUR_MS / 6;

/** Since when every attempt for a job has failed, one more failure included; a time of the database's clock. */
export const failingSinceOf = ({ nowMs, progress: { failingSince, failedAt } }: BatchJob): number =>
  failingSince === undefined || nowMs - (failedAt ?? nowMs) > UNATTENDED_MS ? nowMs : failingSince;

/** Whether there were fewer results than the vendor counts. */
export const isMissingResults = (error: unknown): boolean =>
  findModelgraphError(error)?.code === 'STREAM_TRUNCATED';

/** For how long a vendor's call that fails with this error is tried again, in milliseconds. */
export const giveUpAfterMs = ({ state }: Pick<BatchJob, 'state'>, error: unknown): number => {
  if (state === 'ended') return isMissingResults(error) ? GIVE_UP_MISSING_MS : GIVE_UP_RESULTS_MS;
  const isUnknown = error instanceof ProviderError && error.providerStatus === 404;
  return isUnknown && (state === 'running' || state === 'cancelling') ? GIVE_UP_UNKNOWN_MS : GIVE_UP_MS;
};
