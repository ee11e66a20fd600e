import type { Db } from '../db/db.ts';
import { hideExpiredBatches } from './delete-batch.ts';

/** Each deletes at most `$1` rows of batches that are hidden. Items and jobs go before the batch they belong to. */
const STEPS: readonly string[] = [
  `DELETE FROM batch_item WHERE rid IN (
    SELECT i.rid FROM batch AS b JOIN batch_item AS i ON i.batch_rid = b.rid
    WHERE b.expires_at < NOW_MS AND b.status = 'receiving' LIMIT $1 FOR UPDATE OF i SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM batch_job WHERE rid IN (
    SELECT j.rid FROM batch AS b JOIN batch_job AS j ON j.batch_rid = b.rid
    WHERE b.expires_at < NOW_MS AND b.status = 'receiving' LIMIT $1 FOR UPDATE OF j SKIP LOCKED) RETURNING 1 AS gone`,
  `DELETE FROM batch WHERE rid IN (
    SELECT b.rid FROM batch AS b WHERE b.expires_at < NOW_MS AND b.status = 'receiving'
      AND NOT EXISTS (SELECT 1 FROM batch_item AS i WHERE i.batch_rid = b.rid)
      AND NOT EXISTS (SELECT 1 FROM batch_job AS j WHERE j.batch_rid = b.rid)
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
];

/** As `BatchStore.deleteExpired`. */
export const deleteExpiredBatches = async (db: Db, maxRows: number): Promise<boolean> => {
  let isMore = (await hideExpiredBatches(db, maxRows)) === maxRows;
  let isDeleted = false;
  for (const step of STEPS) {
    const rows = await db.query(step, [maxRows]);
    isMore ||= rows.length === maxRows;
    isDeleted ||= rows.length > 0;
  }
  if (isDeleted) db.eraseTraces?.();
  return isMore;
};
