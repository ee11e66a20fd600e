import type { Batch, BatchItem, BatchStatus } from '../../core/batch.ts';
import { statusesBefore } from '../../core/batch-states.ts';
import type { UnfinishedBatches } from '../../core/shared-counts.ts';
import { BATCH_CHANGES, BATCH_DELETIONS, BATCH_WORK } from './batch-channels.ts';
import { type BatchPage, findBatches, listBatches, type PageQuery } from './batch-list.ts';
import { deleteBatch, eraseItems } from './delete-batch.ts';
import { countUnfinished } from './count-unfinished.ts';
import { deleteExpiredBatches } from './delete-expired-batches.ts';
import {
  type BatchItemPage,
  findItemsAt,
  findItemsNamed,
  type ItemOwners,
  type ItemPageRequest,
  listItemPages,
} from './item-list.ts';
import {
  addItems,
  createBatch,
  discardBatch,
  encodeItem,
  type NewItem,
  type NewBatch,
  type NewJobs,
  type Publication,
  publishBatch,
} from './receive-batch.ts';
import type { Db } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { type Found, unwrapFound } from '../../core/found.ts';
import { VendorDeletionStore } from './vendor-deletion-store.ts';
import { findKey, type IdempotencyEntry, type KeyHolder } from '../idempotency-keys.ts';

export type { NewItem } from './receive-batch.ts';

const CANCEL = `
  UPDATE batch SET status = 'cancelling', cancel_requested_at = NOW_MS
  WHERE id = $1 AND status IN_LIST($2) RETURNING rid`;

// A few rows of an index of their own, of all principals.
const COUNT_UNFINISHED = `
  SELECT cast(count(*) as bigint) AS count FROM batch
  WHERE finished_at IS NULL AND status <> 'receiving'
    AND (principal_id = $1 OR substr(principal_id, 1, cast($3 as integer)) = cast($2 as text))`;

const HURRY = `UPDATE batch_job SET next_look_at = NOW_MS WHERE batch_rid = $1 AND state <> 'done'`;

/** Batches and their items as their owners see them. Each method rejects with `StoreUnavailable` while the database is away. */
export class BatchStore {
  readonly #db: Db;
  /** What vendors still have of batches that were deleted. */
  readonly vendorDeletions: VendorDeletionStore;

  constructor(db: Db) {
    this.#db = db;
    this.vendorDeletions = new VendorDeletionStore(db);
  }

  /** A batch is not visible before it is published, and it is deleted if that does not happen within an hour. */
  create(batch: NewBatch): Promise<void> {
    return createBatch(this.#db, batch);
  }

  /** An item as the text it is stored from, which takes a fraction of its memory while it waits. */
  encodeItem(item: NewItem): string {
    return encodeItem(item);
  }

  /** `items`: each as `encodeItem` makes it. Gives false, and adds none, when the hour is over. */
  addItems(id: string, items: readonly string[]): Promise<boolean> {
    return addItems(this.#db, id, items);
  }

  /** Makes a batch and all its items visible, and its jobs due, in one step. */
  publish(id: string, jobs: NewJobs, idempotency: IdempotencyEntry | null): Promise<Publication> {
    return publishBatch(this.#db, id, jobs, idempotency);
  }

  /** Deletes, in a while, what was created and not published. */
  discard(id: string): Promise<void> {
    return discardBatch(this.#db, id);
  }

  /** How many batches of a principal have not ended, and of all whose ids begin like this; those that come in are no batches yet. */
  async countUnfinishedOf({ principalId, prefix }: ItemOwners): Promise<number> {
    const values = [principalId, prefix, prefix === null ? 0 : prefix.length];
    const [row] = await this.#db.query<{ count: number }>(COUNT_UNFINISHED, values);
    return row?.count ?? 0;
  }

  findByKey(principalId: string, key: string): Promise<KeyHolder | undefined> {
    return findKey(this.#db, principalId, key);
  }

  async find(id: string): Promise<Batch | undefined> {
    const [found] = await this.findMany([id]);
    return unwrapFound(found);
  }

  /** In the order of the ids, in one statement. */
  findMany(ids: readonly string[]): Promise<readonly Found<Batch>[]> {
    return findBatches(this.#db, ids);
  }

  /** A principal's, newest first; null: everyone's. */
  list(principalId: string | null, query: PageQuery<BatchStatus>): Promise<BatchPage> {
    return listBatches(this.#db, principalId, query);
  }

  /**
   * Pages of the items of batches, in the order of their submission. One statement reads all pages that are to have as many
   * items of the same statuses.
   */
  itemPages(requests: readonly ItemPageRequest[]): Promise<readonly (BatchItemPage | Error)[]> {
    return listItemPages(this.#db, requests);
  }

  /** A principal's items by their place in a batch, in the order of the places, in one statement. */
  findItemsAt(
    owners: ItemOwners,
    positions: readonly { readonly batchId: string; readonly index: number }[],
  ): Promise<readonly Found<BatchItem>[]> {
    return findItemsAt(this.#db, owners, positions);
  }

  /** A principal's items by the names it gave them, in the order of the names, in one statement. */
  findItemsNamed(
    owners: ItemOwners,
    names: readonly { readonly batchId: string; readonly customId: string }[],
  ): Promise<readonly Found<BatchItem>[]> {
    return findItemsNamed(this.#db, owners, names);
  }

  /** Marks a batch for its end, unless it has ended; the nodes that work on it see that. */
  cancel(id: string): Promise<void> {
    return this.#db.transaction(async (transaction) => {
      const values = [id, toRows(statusesBefore('cancelling'))];
      const [row] = await transaction.query<{ rid: number }>(CANCEL, values);
      if (row === undefined) return;
      await transaction.query(HURRY, [row.rid]);
      await transaction.notify(BATCH_WORK, '');
      await transaction.notify(BATCH_CHANGES, id);
    });
  }

  /**
   * Deletes a batch with its items, its keys and all else that names it, and has its vendor delete what that has; what it cost
   * stays in the ledger. One that is under way is cancelled, and is deleted with its end: nothing of it is shown from now on, and
   * the content of its items goes at once.
   */
  async delete(id: string, principalId: string): Promise<'deleted' | 'leaving' | 'unknown'> {
    const deletion = await deleteBatch(this.#db, id, principalId);
    if (deletion.type === 'leaving') await eraseItems(this.#db, deletion.rid);
    if (deletion.type !== 'unknown') this.#db.eraseTraces?.();
    return deletion.type;
  }

  /** Every principal's batches that have not ended, by status. */
  countUnfinished(): Promise<readonly UnfinishedBatches[]> {
    return countUnfinished(this.#db);
  }

  /** Deletes at most so many rows of each kind. Gives whether there may be more. */
  deleteExpired(maxRows: number): Promise<boolean> {
    return deleteExpiredBatches(this.#db, maxRows);
  }

  /** Calls `handle` with the id of each batch that is deleted, on any node, before `onChange` does. */
  onDelete(handle: (id: string) => unknown): () => void {
    return this.#db.listen(BATCH_DELETIONS, handle);
  }

  /** Calls `handle` with the id of each batch that has changed, on any node; `undefined`: any may have. */
  onChange(handle: (id: string | undefined) => void): () => void {
    return this.#db.listen(BATCH_CHANGES, handle, { onReconnect: () => handle(undefined) });
  }
}
