import type { Batch, BatchItem, BatchItemStatus, BatchMode, BatchStatus } from '../../core/batch.ts';
import type { JsonValue } from '../../core/json.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { isStorableText } from '../../lib/is-storable-text.ts';
import { BATCH_CHANGES, BATCH_WORK } from './batch-channels.ts';
import {
  type BatchItemPage,
  type BatchPage,
  findItem,
  findItemAt,
  listBatches,
  listItems,
  type PageQuery,
} from './batch-list.ts';
import { BATCH_COLUMNS, type BatchRecord, type BatchRow, IS_VISIBLE, toBatch } from './batch-rows.ts';
import type { Db } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { findKey, type IdempotencyEntry, type KeyHolder, takeKey } from '../idempotency-keys.ts';
import { toJson } from '../db/to-json.ts';

/** A batch whose requests are still to come. */
export interface NewBatch extends BatchRecord {
  readonly id: string;
  readonly principalId: string;
  readonly mode: BatchMode;
}

export interface NewItem {
  readonly index: number;
  readonly customId: string;
  readonly request: TextRequest;
  readonly metadata: JsonValue | null;
}

/** Items that follow each other and are one job. */
export interface NewJob {
  /** Unique; what a vendor is given to store. */
  readonly key: string;
  readonly firstIndex: number;
  readonly itemCount: number;
}

/**
 * - `existing`: the key stands for another batch, or a generation, already.
 * - `gone`: the requests took so long to come in that those there were have been deleted.
 */
export type Publication =
  | { readonly type: 'published' | 'gone' }
  | { readonly type: 'existing'; readonly batchId: string; readonly sameRequest: boolean };

/** How long requests may take to come in. */
const RECEIVING_MS = 3_600_000;

const CREATE = `
  INSERT INTO batch (id, principal_id, status, mode, record, total, succeeded, failed, cancelled, expired, created_at, expires_at)
  VALUES ($1, $2, 'receiving', $3, $4, 0, 0, 0, 0, 0, NOW_MS, NOW_MS + ${RECEIVING_MS})`;

const ADD_ITEMS = `
  INSERT INTO batch_item (batch_rid, idx, custom_id, status, wants_json, request, metadata)
  SELECT $1, r.idx, r.custom_id, 'pending', r.wants_json, r.request, r.metadata
  FROM JSON_ROWS($2, idx bigint, custom_id text, wants_json bigint, request text, metadata text) AS r`;

const HOLD_RECEIVING = `
  SELECT rid, principal_id FROM batch WHERE id = $1 AND status = 'receiving' AND expires_at > NOW_MS FOR UPDATE`;

const PUBLISH = `
  UPDATE batch SET status = 'queued', total = $2, expires_at = NULL, created_at = NOW_MS WHERE rid = $1`;

// Parts wait for the one before them, so that at most one of a batch is in doubt after a crash.
const ADD_JOBS = `
  INSERT INTO batch_job (batch_rid, part, provider, vendor_key, first_index, item_count, state, progress, next_look_at, lease_until, fence)
  SELECT $1, r.part, $3, r.vendor_key, r.first_index, r.item_count, 'waiting', '{}',
    CASE WHEN r.part = 0 THEN NOW_MS ELSE ${Number.MAX_SAFE_INTEGER} END, 0, 0
  FROM JSON_ROWS($2, part bigint, vendor_key text, first_index bigint, item_count bigint) AS r`;

const DISCARD = `UPDATE batch SET expires_at = 0 WHERE id = $1 AND status = 'receiving'`;

const FIND = `SELECT ${BATCH_COLUMNS} FROM batch WHERE id = $1 AND ${IS_VISIBLE}`;

const CANCEL = `
  UPDATE batch SET status = 'cancelling', cancel_requested_at = NOW_MS
  WHERE id = $1 AND status IN ('queued', 'submitted', 'running') RETURNING rid`;

const HURRY = `UPDATE batch_job SET next_look_at = NOW_MS WHERE batch_rid = $1 AND state <> 'done'`;

interface ReceivingRow {
  readonly rid: number;
  readonly principal_id: string;
}

/** Each deletes at most `$1` rows of batches that are hidden. Items and jobs go before the batch they belong to. */
const DELETE_STEPS: readonly string[] = [
  `UPDATE batch SET status = 'receiving' WHERE rid IN (
    SELECT rid FROM batch WHERE expires_at < NOW_MS AND status <> 'receiving' LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING 1 AS gone`,
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

/** Batches and their items as their owners see them. Every method rejects with `StoreUnavailable` while the database is away. */
export class BatchStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Nobody sees it before it is published, and it is deleted if that does not happen within an hour. */
  async create({ id, principalId, mode, displayName, metadata, config }: NewBatch): Promise<void> {
    const record = toJson({ displayName, metadata, config } satisfies BatchRecord);
    await this.#db.query(CREATE, [id, principalId, mode, record]);
  }

  /** Gives false, and adds none, when the hour is over. */
  async addItems(id: string, items: readonly NewItem[]): Promise<boolean> {
    const rows = items.map(({ index, customId, request, metadata }) => ({
      idx: index,
      custom_id: customId,
      wants_json: request.output.type === 'text' ? 0 : 1,
      request: toJson(request),
      metadata: metadata === null ? null : toJson(metadata),
    }));
    return this.#db.transaction(async (transaction) => {
      const [batch] = await transaction.query<ReceivingRow>(HOLD_RECEIVING, [id]);
      if (batch === undefined) return false;
      await transaction.query(ADD_ITEMS, [batch.rid, toRows(rows)]);
      return true;
    });
  }

  /** Makes a batch and all its items visible, and its jobs work to be done, in one step. */
  publish(
    id: string,
    {
      total,
      provider,
      jobs,
    }: { readonly total: number; readonly provider: string; readonly jobs: readonly NewJob[] },
    idempotency: IdempotencyEntry | null,
  ): Promise<Publication> {
    return this.#db.transaction(async (transaction) => {
      const [batch] = await transaction.query<ReceivingRow>(HOLD_RECEIVING, [id]);
      if (batch === undefined) return { type: 'gone' };
      if (idempotency !== null) {
        const owner = { id, principalId: batch.principal_id };
        const { holder } = await takeKey(transaction, owner, idempotency);
        if (holder.id !== id)
          return {
            type: 'existing',
            batchId: holder.id,
            sameRequest: holder.requestHash === idempotency.requestHash,
          };
      }
      await transaction.query(PUBLISH, [batch.rid, total]);
      const rows = jobs.map(({ key, firstIndex, itemCount }, part) => ({
        part,
        vendor_key: key,
        first_index: firstIndex,
        item_count: itemCount,
      }));
      await transaction.query(ADD_JOBS, [batch.rid, toRows(rows), provider]);
      await transaction.notify(BATCH_WORK, '');
      return { type: 'published' };
    });
  }

  /** Gives up what was created and not published. */
  async discard(id: string): Promise<void> {
    await this.#db.query(DISCARD, [id]);
  }

  findByKey(principalId: string, key: string): Promise<KeyHolder | undefined> {
    return findKey(this.#db, principalId, key);
  }

  async find(id: string): Promise<Batch | undefined> {
    if (!isStorableText(id)) return undefined;
    const [row] = await this.#db.query<BatchRow>(FIND, [id]);
    return row && toBatch(row);
  }

  /** A principal's, newest first. */
  list(principalId: string, query: PageQuery<BatchStatus>): Promise<BatchPage> {
    return listBatches(this.#db, principalId, query);
  }

  /** In the order of their submission. */
  items(batch: Batch, query: PageQuery<BatchItemStatus>): Promise<BatchItemPage> {
    return listItems(this.#db, batch, query);
  }

  async findItem(batchId: string, customId: string): Promise<BatchItem | undefined> {
    return isStorableText(customId) ? findItem(this.#db, batchId, customId) : undefined;
  }

  findItemAt(batchId: string, index: number): Promise<BatchItem | undefined> {
    return findItemAt(this.#db, batchId, index);
  }

  /** Marks a batch for its end, unless it has ended; whoever works on it sees that. */
  cancel(id: string): Promise<void> {
    return this.#db.transaction(async (transaction) => {
      const [row] = await transaction.query<{ rid: number }>(CANCEL, [id]);
      if (row === undefined) return;
      await transaction.query(HURRY, [row.rid]);
      await transaction.notify(BATCH_WORK, '');
      await transaction.notify(BATCH_CHANGES, id);
    });
  }

  /** Deletes at most so many rows of each kind; whether there may be more. */
  async deleteExpired(maxRows: number): Promise<boolean> {
    let isMore = false;
    for (const step of DELETE_STEPS) {
      const rows = await this.#db.query(step, [maxRows]);
      isMore ||= rows.length === maxRows;
    }
    return isMore;
  }

  /** Called with the id of each batch that has changed, on any node; `undefined`: any may have. */
  onChange(handle: (id: string | undefined) => void): () => void {
    return this.#db.listen(BATCH_CHANGES, handle, { onReconnect: () => handle(undefined) });
  }
}
