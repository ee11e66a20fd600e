import type { ItemResult } from '../../core/batch.ts';
import { type OutputRules, TEXT_OUTPUT } from '../../core/output.ts';
import type { TextRequest } from '../../core/text-request.ts';
import type { AnswerExpectation, BatchJob, ItemOutcome, PendingItem, RecordedResults } from './batch-job.ts';
import { writeUnderLease } from './batch-lease.ts';
import { readWarnings } from './batch-rows.ts';
import { countResults, findOutputRules, rangeOf, recordResults } from './record-results.ts';
import type { Db } from '../db/db.ts';
import { fromJson } from '../db/from-json.ts';
import { Listeners } from '../db/listeners.ts';
import { settleItems } from './settle-items.ts';
import { encodeResult } from './item-rows.ts';
import { NO_COUNTS } from './vendor-counts.ts';

const CLOSE_ITEMS = `
  UPDATE batch_item SET status = $4, result = $5, request = NULL, output_rules = NULL
  WHERE rid IN (
    SELECT rid FROM batch_item WHERE batch_rid = $1 AND status = 'pending' AND idx >= $2 AND idx < $3
    ORDER BY idx LIMIT $6)
  RETURNING custom_id, bound`;

// The rows are chosen by an index that holds all of the condition: SQLite would go through those with a result as well.
const PENDING = `
  SELECT idx, custom_id, request, warnings, wants_json, output_rules, bound FROM batch_item
  WHERE rid IN (
    SELECT rid FROM batch_item WHERE batch_rid = $1 AND status = 'pending' AND idx >= $2 AND idx < $3
    ORDER BY idx LIMIT $4)
    AND request IS NOT NULL
  ORDER BY idx`;

const COUNT_PENDING = `
  SELECT count(*) AS pending FROM batch_item WHERE batch_rid = $1 AND status = 'pending' AND idx >= $2 AND idx < $3`;

const HAS_ITEM = `
  SELECT idx FROM batch_item WHERE batch_rid = $1 AND custom_id = $2 AND idx >= $3 AND idx < $4`;

const ROWS_A_STEP = 1_000;

interface PendingRow {
  readonly idx: number;
  readonly custom_id: string;
  readonly request: string;
  readonly warnings: string | null;
  readonly wants_json: number;
  readonly output_rules: string | null;
  readonly bound: number | null;
}

/** Results of items of one job that this node has stored. */
export interface StoredResults {
  readonly job: BatchJob;
  readonly outcomes: readonly ItemOutcome[];
}

/** The items of jobs, for the work on them. Rejects as `BatchJobStore` does. */
export class BatchItemStore {
  readonly #db: Db;
  readonly #stored = new Listeners<StoredResults>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** As `recordAnswers`, for results whose outcome does not depend on their requests. */
  record(job: BatchJob, outcomes: readonly ItemOutcome[]): Promise<RecordedResults> {
    return this.recordAnswers(job, outcomes, (outcome) => outcome);
  }

  /**
   * Stores results as what `toOutcome` makes of them, and counts them and what they cost in the batch. Results of items that
   * have one already, or are none of the job's, are left out.
   */
  async recordAnswers<Result extends { readonly customId: string }>(
    job: BatchJob,
    results: readonly Result[],
    toOutcome: (result: Result, expectation: AnswerExpectation) => ItemOutcome,
  ): Promise<RecordedResults> {
    let foreign = 0;
    const taken = await writeUnderLease(this.#db, job.lease, async (transaction, batch, held) => {
      const recorded = await recordResults(transaction, { job, batch, held }, results, toOutcome);
      ({ foreign } = recorded);
      return recorded.taken;
    });
    this.#stored.tell({ job, outcomes: taken });
    return { taken: taken.length, foreign, repeated: results.length - taken.length - foreign };
  }

  /**
   * Gives every item of a job that has no result yet this one. `isDoubtful`: the vendor may bill them all the same, so that
   * they count at their bounds.
   */
  async close(
    job: BatchJob,
    status: ItemOutcome['status'],
    result: ItemResult,
    isDoubtful = false,
  ): Promise<void> {
    const { batchRid } = job.lease;
    const values = [batchRid, ...rangeOf(job), status, encodeResult(result), ROWS_A_STEP];
    let closed: readonly { readonly custom_id: string }[];
    do {
      closed = await writeUnderLease(this.#db, job.lease, async (transaction, sums) => {
        const rows = await transaction.query<{ custom_id: string; bound: number | null }>(
          CLOSE_ITEMS,
          values,
        );
        if (rows.length > 0)
          await countResults(transaction, batchRid, { ...NO_COUNTS, [status]: rows.length }, sums);
        const ended = rows.map(({ bound }) => ({ outcome: { status, result }, bound, isDoubtful }));
        await settleItems(transaction, job, sums, ended);
        return rows;
      });
      const outcomes = closed.map(({ custom_id: customId }) => ({ customId, status, result }));
      this.#stored.tell({ job, outcomes });
    } while (closed.length === ROWS_A_STEP);
  }

  /** Calls `handle`, which never throws, with results once they are stored: each item's once. Gives a function that ends it. */
  onResults(handle: (stored: StoredResults) => void): () => void {
    return this.#stored.add(handle);
  }

  /** Items without a result from a position on, in order. */
  async pending(job: BatchJob, fromIndex: number, maxItems: number): Promise<readonly PendingItem[]> {
    const [first, end] = rangeOf(job);
    const values = [job.lease.batchRid, Math.max(fromIndex, first), end, maxItems];
    const rows = await this.#db.query<PendingRow>(PENDING, values);
    return rows.map(
      ({ idx, custom_id: customId, request, warnings, wants_json, output_rules: rules, bound }) => ({
        index: idx,
        customId,
        request: fromJson(request) as TextRequest,
        outputRules:
          rules === null ? { ...TEXT_OUTPUT, wantsJson: wants_json === 1 } : (fromJson(rules) as OutputRules),
        warnings: readWarnings(warnings),
        bound,
      }),
    );
  }

  /** What the answers to some of a job's requests are held against, by custom id: of those that have a schema. */
  outputRules(job: BatchJob, customIds: readonly string[]): Promise<ReadonlyMap<string, OutputRules>> {
    return findOutputRules(this.#db, job, customIds);
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
