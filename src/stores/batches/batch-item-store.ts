import type { ItemResult } from '../../core/batch.ts';
import { addCost, addUsage, type Cost, type Usage } from '../../core/usage.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { isStorableText } from '../../lib/is-storable-text.ts';
import type { BatchJob, ItemOutcome, PendingItem } from './batch-job.ts';
import { type HeldBatch, writeUnderLease } from './batch-lease.ts';
import type { Db, Transaction } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { toJson } from '../db/to-json.ts';
import { type EndedCounts, lessStored, NO_COUNTS } from './vendor-counts.ts';

// SQLite takes the tables of a CROSS JOIN in this order: a few results, each with its item. Left to itself it may go
// through all results for each item of the batch.
const FIND_PENDING = `
  SELECT i.rid, i.custom_id FROM JSON_ROWS($2, custom_id text) AS r CROSS JOIN batch_item AS i
  WHERE i.batch_rid = $1 AND i.custom_id = r.custom_id AND i.status = 'pending' AND i.idx >= $3 AND i.idx < $4`;

const RECORD = `
  UPDATE batch_item SET status = r.status, result = r.result, request = NULL
  FROM JSON_ROWS($1, rid bigint, status text, result text) AS r WHERE batch_item.rid = r.rid`;

const CLOSE_ITEMS = `
  UPDATE batch_item SET status = $4, result = $5, request = NULL
  WHERE rid IN (
    SELECT rid FROM batch_item WHERE batch_rid = $1 AND status = 'pending' AND idx >= $2 AND idx < $3
    ORDER BY idx LIMIT $6)
  RETURNING rid`;

const COUNT = `
  UPDATE batch SET succeeded = succeeded + cast($2 as bigint), failed = failed + cast($3 as bigint),
    cancelled = cancelled + cast($4 as bigint), expired = expired + cast($5 as bigint), usage = $6, cost = $7
  WHERE rid = $1`;

// The rows are chosen by an index that holds all of the condition: SQLite would go through those with a result as well.
const PENDING = `
  SELECT idx, custom_id, request FROM batch_item
  WHERE rid IN (
    SELECT rid FROM batch_item WHERE batch_rid = $1 AND status = 'pending' AND idx >= $2 AND idx < $3
    ORDER BY idx LIMIT $4)
  ORDER BY idx`;

const COUNT_PENDING = `
  SELECT count(*) AS pending FROM batch_item WHERE batch_rid = $1 AND status = 'pending' AND idx >= $2 AND idx < $3`;

const HAS_ITEM = `
  SELECT idx FROM batch_item WHERE batch_rid = $1 AND custom_id = $2 AND idx >= $3 AND idx < $4`;

const TELL = `UPDATE batch_job SET told = $2 WHERE rid = $1`;

const ROWS_A_STEP = 1_000;

type Sums = Pick<HeldBatch, 'usage' | 'cost'>;

const count = async (
  transaction: Transaction,
  batchRid: number,
  { succeeded, failed, cancelled, expired }: EndedCounts,
  { usage, cost }: Sums,
): Promise<void> => {
  await transaction.query(COUNT, [batchRid, succeeded, failed, cancelled, expired, usage, cost]);
};

/** A range of positions as the statements take it. */
const rangeOf = ({ firstIndex, itemCount }: BatchJob): [from: number, to: number] => [
  firstIndex,
  firstIndex + itemCount,
];

/** The items of jobs, as whoever works on them needs them. Rejects as `BatchJobStore` does. */
export class BatchItemStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * Stores results, and counts them and what they cost in the batch. Those of items that have one already, or are none of
   * the job's, are left out. Gives how many were taken.
   */
  record(job: BatchJob, outcomes: readonly ItemOutcome[]): Promise<number> {
    const { batchRid } = job.lease;
    // The first one counts. No item has an id that a database would refuse to look for.
    const byId = new Map<string, ItemOutcome>();
    for (const outcome of outcomes)
      if (!byId.has(outcome.customId) && isStorableText(outcome.customId))
        byId.set(outcome.customId, outcome);
    return writeUnderLease(this.#db, job.lease, async (transaction, batch, held) => {
      const ids = toRows([...byId.keys()].map((customId) => ({ custom_id: customId })));
      const values = [batchRid, ids, ...rangeOf(job)];
      const found = await transaction.query<{ rid: number; custom_id: string }>(FIND_PENDING, values);
      if (found.length === 0) return 0;
      const taken = found.flatMap(({ rid, custom_id: customId }) => {
        const outcome = byId.get(customId);
        return outcome === undefined ? [] : [{ rid, outcome }];
      });
      const rows = taken.map(({ rid, outcome: { status, result } }) => ({
        rid,
        status,
        result: toJson(result),
      }));
      await transaction.query(RECORD, [toRows(rows)]);
      const counts = { ...NO_COUNTS };
      let usage = batch.usage === null ? null : (JSON.parse(batch.usage) as Usage);
      let cost = batch.cost === null ? null : (JSON.parse(batch.cost) as Cost);
      for (const { outcome } of taken) {
        const { status, result } = outcome;
        counts[status] += 1;
        if (result.usage !== null) usage = addUsage(usage, result.usage);
        cost = addCost(cost, result.cost);
      }
      await count(transaction, batchRid, counts, {
        usage: usage && toJson(usage),
        cost: cost && toJson(cost),
      });
      if (held.told !== null)
        await transaction.query(TELL, [job.lease.jobRid, lessStored(held.told, counts)]);
      return taken.length;
    });
  }

  /** Gives every item of a job that has no result yet this one. */
  async close(job: BatchJob, status: ItemOutcome['status'], result: ItemResult): Promise<void> {
    const { batchRid } = job.lease;
    const values = [batchRid, ...rangeOf(job), status, toJson(result), ROWS_A_STEP];
    let closed: number;
    do {
      closed = await writeUnderLease(this.#db, job.lease, async (transaction, sums) => {
        const rows = await transaction.query(CLOSE_ITEMS, values);
        if (rows.length > 0)
          await count(transaction, batchRid, { ...NO_COUNTS, [status]: rows.length }, sums);
        return rows.length;
      });
    } while (closed === ROWS_A_STEP);
  }

  /** Items without a result from a position on, in order. */
  async pending(job: BatchJob, fromIndex: number, maxItems: number): Promise<readonly PendingItem[]> {
    const [first, end] = rangeOf(job);
    const values = [job.lease.batchRid, Math.max(fromIndex, first), end, maxItems];
    const rows = await this.#db.query<{ idx: number; custom_id: string; request: string }>(PENDING, values);
    return rows.map(({ idx, custom_id: customId, request }) => ({
      index: idx,
      customId,
      request: JSON.parse(request) as TextRequest,
    }));
  }

  async countPending(job: BatchJob): Promise<number> {
    const [row] = await this.#db.query<{ pending: number }>(COUNT_PENDING, [
      job.lease.batchRid,
      ...rangeOf(job),
    ]);
    return row?.pending ?? 0;
  }

  /** Whether a job has an item of this custom id, with a result or without. */
  async has(job: BatchJob, customId: string): Promise<boolean> {
    const values = [job.lease.batchRid, customId, ...rangeOf(job)];
    return (await this.#db.query(HAS_ITEM, values)).length > 0;
  }
}
