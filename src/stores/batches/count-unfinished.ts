import type { BatchStatus } from '../../core/batch.ts';
import type { UnfinishedBatches } from '../../core/shared-counts.ts';
import type { Queries } from '../db/db.ts';

const COUNT = `
  SELECT status, count(*) AS batches, NOW_MS - min(created_at) AS oldest_age_ms,
    cast(sum(total) as bigint) AS total, cast(sum(succeeded) as bigint) AS succeeded,
    cast(sum(failed) as bigint) AS failed, cast(sum(cancelled) as bigint) AS cancelled,
    cast(sum(expired) as bigint) AS expired
  FROM batch WHERE finished_at IS NULL AND status <> 'receiving' GROUP BY status`;

interface CountRow {
  readonly status: BatchStatus;
  readonly batches: number;
  readonly oldest_age_ms: number;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly expired: number;
}

/** Every principal's batches that have not ended, by status, in one statement. */
export const countUnfinished = async (queries: Queries): Promise<readonly UnfinishedBatches[]> => {
  const rows = await queries.query<CountRow>(COUNT);
  return rows.map(({ status, batches, oldest_age_ms: oldestAgeMs, total, ...row }) => {
    const { succeeded, failed, cancelled, expired } = row;
    const pending = total - succeeded - failed - cancelled - expired;
    return { status, batches, oldestAgeMs, items: { pending, succeeded, failed, cancelled, expired } };
  });
};
