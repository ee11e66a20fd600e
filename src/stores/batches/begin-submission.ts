import { assertJobMove } from '../../core/batch-states.ts';
import type { Lease } from './batch-job.ts';
import { holdJob } from './batch-lease.ts';
import type { Db } from '../db/db.ts';

const HOLD_SUBMISSIONS = `
  SELECT rid, state, submitting_since FROM batch_job WHERE provider = (SELECT provider FROM batch_job WHERE rid = $1)
    AND state IN ('waiting', 'submitting') ORDER BY rid FOR UPDATE`;

const OTHER_SUBMISSIONS = `
  SELECT rid FROM batch_job WHERE provider = (SELECT provider FROM batch_job WHERE rid = $1)
    AND rid <> $1 AND state = 'submitting' AND submitting_since > NOW_MS - cast($2 as bigint) LIMIT 1`;

const BEGIN = `
  UPDATE batch_job SET state = 'submitting', submitting_since = NOW_MS WHERE rid = $1 AND state = $2
  RETURNING submitting_since`;

/** As `BatchJobStore.beginSubmission`. */
export const beginSubmission = (db: Db, lease: Lease, apartMs: number): Promise<number | undefined> =>
  db.transaction(async (transaction) => {
    if (apartMs > 0) await transaction.query(HOLD_SUBMISSIONS, [lease.jobRid]);
    const { state } = await holdJob(transaction, lease);
    assertJobMove(state, 'submitting');
    if (apartMs > 0 && (await transaction.query(OTHER_SUBMISSIONS, [lease.jobRid, apartMs])).length > 0)
      return undefined;
    const [row] = await transaction.query<{ submitting_since: number }>(BEGIN, [lease.jobRid, state]);
    return row?.submitting_since;
  });
