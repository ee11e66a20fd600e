import type { BatchJob } from '../../../stores/batches/batch-job.ts';

const HOUR_MS = 3_600_000;

/** Longer than any wait between two tries: where they are further apart, no server was there to make any. */
const UNWATCHED_MS = 2 * HOUR_MS;

/** For how long what fails each time is tried again, where nothing says otherwise. A batch is done within a day. */
export const GIVE_UP_MS = 48 * HOUR_MS;

/** Since when everything that was tried for a job has failed, one more failure included; a time of the database's clock. */
export const failingSinceOf = ({ nowMs, progress: { failingSince, failedAt } }: BatchJob): number =>
  failingSince === undefined || nowMs - (failedAt ?? nowMs) > UNWATCHED_MS ? nowMs : failingSince;
