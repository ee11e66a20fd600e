import { statusesBefore } from '../../core/batch-states.ts';
import type { Db, Transaction } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { toJson } from '../db/to-json.ts';
import { deleteKeysOf } from '../idempotency-keys.ts';
import { BATCH_CHANGES, BATCH_DELETIONS, BATCH_WORK } from './batch-channels.ts';
import { type BatchRecord, isVisible, readBatchRecord } from './batch-rows.ts';

/**
 * - `deleted`: it is hidden, and its rows go at once.
 * - `leaving`: it is hidden and to be cancelled, and its rows go with its end.
 * - `unknown`: there is none, or it is another principal's.
 */
export type BatchDeletion =
  | { readonly type: 'deleted' | 'unknown' }
  | { readonly type: 'leaving'; readonly rid: number };

const HOLD = `
  SELECT rid, principal_id, record, finished_at FROM batch
  WHERE id = $1 AND (deleted_at IS NOT NULL OR ${isVisible('batch')}) AND status <> 'receiving' FOR UPDATE`;

const LEAVE = `
  UPDATE batch SET deleted_at = COALESCE(deleted_at, NOW_MS), cancel_requested_at = COALESCE(cancel_requested_at, NOW_MS),
    status = CASE WHEN status IN_LIST($2) THEN 'cancelling' ELSE status END, record = $3, error = NULL, warnings = NULL
  WHERE rid = $1`;

const HURRY = `UPDATE batch_job SET next_look_at = NOW_MS WHERE batch_rid = $1 AND state <> 'done'`;

const DELETE_WEBHOOKS = 'DELETE FROM webhook_delivery WHERE batch_id IN_LIST($1)';

const FIND_SUBMITTED = `
  SELECT b.id, b.record, j.provider_batch_id FROM batch AS b LEFT JOIN batch_job AS j
    ON j.batch_rid = b.rid AND j.provider_batch_id IS NOT NULL
  JOIN JSON_ROWS($1, rid bigint) AS r ON r.rid = b.rid`;

const ADD_VENDOR_DELETIONS = `
  INSERT INTO vendor_deletion (provider_batch_id, config, key_id, attempts, next_attempt_at)
  SELECT r.provider_batch_id, r.config, r.key_id, 0, NOW_MS
  FROM JSON_ROWS($1, provider_batch_id text, config text, key_id text) AS r`;

const HIDE = `
  UPDATE batch SET status = 'receiving', expires_at = 0 WHERE rid IN (SELECT rid FROM JSON_ROWS($1, rid bigint) AS r)`;

const FIND_EXPIRED = `
  SELECT rid FROM batch WHERE expires_at < NOW_MS AND status <> 'receiving' LIMIT $1 FOR UPDATE SKIP LOCKED`;

const ERASE_ITEMS = `
  UPDATE batch_item SET request = NULL, output_rules = NULL, metadata = NULL, warnings = NULL, result = NULL
  WHERE batch_rid = $1 AND idx >= $2 AND idx < $3`;

const LAST_INDEX = 'SELECT max(idx) AS last FROM batch_item WHERE batch_rid = $1';

const ITEMS_A_STEP = 1_000;

interface SubmittedRow {
  readonly id: string;
  readonly record: string;
  readonly provider_batch_id: string | null;
}

const deleteBesides = async (transaction: Transaction, ids: readonly string[]): Promise<void> => {
  await deleteKeysOf(transaction, ids);
  await transaction.query(DELETE_WEBHOOKS, [toRows(ids)]);
};

/** Hides batches that have ended, so that their rows are deleted, and has their vendors delete what they have of them. */
export const hideBatches = async (transaction: Transaction, rids: readonly number[]): Promise<void> => {
  if (rids.length === 0) return;
  const list = toRows(rids.map((rid) => ({ rid })));
  const submitted = await transaction.query<SubmittedRow>(FIND_SUBMITTED, [list]);
  const deletions = submitted.flatMap(({ record, provider_batch_id: batchId }) => {
    if (batchId === null) return [];
    const { config, keyId = null } = readBatchRecord(record);
    return [{ provider_batch_id: batchId, config: toJson(config), key_id: keyId }];
  });
  if (deletions.length > 0) await transaction.query(ADD_VENDOR_DELETIONS, [toRows(deletions)]);
  await deleteBesides(transaction, [...new Set(submitted.map(({ id }) => id))]);
  await transaction.query(HIDE, [list]);
};

/** Hides at most so many batches whose retention is over. Gives how many. */
export const hideExpiredBatches = (db: Db, maxRows: number): Promise<number> =>
  db.transaction(async (transaction) => {
    const expired = await transaction.query<{ rid: number }>(FIND_EXPIRED, [maxRows]);
    await hideBatches(
      transaction,
      expired.map(({ rid }) => rid),
    );
    return expired.length;
  });

const leave = async (transaction: Transaction, rid: number, record: string): Promise<void> => {
  const kept: BatchRecord = { ...readBatchRecord(record), displayName: null, metadata: null };
  await transaction.query(LEAVE, [rid, toRows(statusesBefore('cancelling')), toJson(kept)]);
  await transaction.query(HURRY, [rid]);
  await transaction.notify(BATCH_WORK, '');
};

/** As `BatchStore.delete`. */
export const deleteBatch = (db: Db, id: string, principalId: string): Promise<BatchDeletion> =>
  db.transaction(async (transaction) => {
    const [row] = await transaction.query<{
      readonly rid: number;
      readonly principal_id: string;
      readonly record: string;
      readonly finished_at: number | null;
    }>(HOLD, [id]);
    if (row === undefined || row.principal_id !== principalId) return { type: 'unknown' };
    const { rid, record, finished_at: finishedAt } = row;
    if (finishedAt === null) {
      await leave(transaction, rid, record);
      await deleteBesides(transaction, [id]);
    } else await hideBatches(transaction, [rid]);
    await transaction.notify(BATCH_DELETIONS, id);
    await transaction.notify(BATCH_CHANGES, id);
    return finishedAt === null ? { type: 'leaving', rid } : { type: 'deleted' };
  });

/** Deletes the content of the items of a batch that is leaving: its end needs no more than their names and bounds. */
export const eraseItems = async (db: Db, rid: number): Promise<void> => {
  const [row] = await db.query<{ readonly last: number | null }>(LAST_INDEX, [rid]);
  const last = row?.last ?? -1;
  for (let from = 0; from <= last; from += ITEMS_A_STEP)
    await db.query(ERASE_ITEMS, [rid, from, from + ITEMS_A_STEP]);
};
