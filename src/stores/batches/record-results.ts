import { type BatchItemStatus, EMPTY_RESULT } from '../../core/batch.ts';
import type { OutputRules } from '../../core/output.ts';
import { addCost, addUsage, type Usage } from '../../core/usage.ts';
import { isStorableText } from '../../lib/is-storable-text.ts';
import type { AnswerExpectation, BatchJob, ItemOutcome } from './batch-job.ts';
import type { HeldBatch, HeldJob } from './batch-lease.ts';
import { parseJsonColumn, readCost } from './batch-rows.ts';
import type { Queries, Transaction } from '../db/db.ts';
import { joinRows, toRow, toRows } from '../db/dialect.ts';
import { fromJson } from '../db/from-json.ts';
import { toJson } from '../db/to-json.ts';
import { settleItems } from './settle-items.ts';
import { encodeResult } from './item-rows.ts';
import { type EndedCounts, lessStored, NO_COUNTS } from './vendor-counts.ts';

// SQLite takes the tables of a CROSS JOIN in this order: a few results, each with its item. Left to itself it may go
// through all results for each item of the batch.
const FIND = `
  SELECT i.rid, i.custom_id, i.status, i.wants_json, i.max_output_tokens, i.bound
  FROM JSON_ROWS($2, custom_id text) AS r CROSS JOIN batch_item AS i
  WHERE i.batch_rid = $1 AND i.custom_id = r.custom_id AND i.idx >= $3 AND i.idx < $4`;

// As FIND, which is of results of one kind with those that have no schema.
const FIND_RULES = `
  SELECT i.custom_id, i.output_rules FROM JSON_ROWS($2, custom_id text) AS r CROSS JOIN batch_item AS i
  WHERE i.batch_rid = $1 AND i.custom_id = r.custom_id AND i.idx >= $3 AND i.idx < $4 AND i.output_rules IS NOT NULL`;

const RECORD = `
  UPDATE batch_item SET status = r.status, result = r.result, request = NULL, output_rules = NULL
  FROM JSON_ROWS($1, rid bigint, status text, result text) AS r WHERE batch_item.rid = r.rid`;

const COUNT = `
  UPDATE batch SET succeeded = succeeded + cast($2 as bigint), failed = failed + cast($3 as bigint),
    cancelled = cancelled + cast($4 as bigint), expired = expired + cast($5 as bigint), usage = $6, cost = $7
  WHERE rid = $1`;

const SET_VENDOR_COUNTS = `UPDATE batch_job SET told = $2 WHERE rid = $1`;

type Sums = Pick<HeldBatch, 'usage' | 'cost'>;

/** The positions of a job's items: from the first one, up to and without the last. */
export const rangeOf = ({ firstIndex, itemCount }: BatchJob): [from: number, to: number] => [
  firstIndex,
  firstIndex + itemCount,
];

/** Adds results to the counts of a batch, and sets what all of its results have used and cost. */
export const countResults = async (
  transaction: Transaction,
  batchRid: number,
  { succeeded, failed, cancelled, expired }: EndedCounts,
  { usage, cost }: Sums,
): Promise<void> => {
  await transaction.query(COUNT, [batchRid, succeeded, failed, cancelled, expired, usage, cost]);
};

interface FoundRow {
  readonly rid: number;
  readonly custom_id: string;
  readonly status: BatchItemStatus;
  readonly wants_json: number;
  readonly max_output_tokens: number | null;
  readonly bound: number | null;
}

interface Taken {
  readonly rid: number;
  readonly bound: number | null;
  readonly outcome: ItemOutcome;
}

/** The items that results name, whether they have a result already or not. */
const findItems = (
  transaction: Transaction,
  job: BatchJob,
  results: readonly { readonly customId: string }[],
): Promise<readonly FoundRow[]> => {
  // No item has an id that a database refuses as a value.
  const ids = [...new Set(results.map(({ customId }) => customId))].filter(isStorableText);
  const rows = toRows(ids.map((customId) => ({ custom_id: customId })));
  return transaction.query<FoundRow>(FIND, [job.lease.batchRid, rows, ...rangeOf(job)]);
};

/** As `BatchItemStore.outputRules`. */
export const findOutputRules = async (
  queries: Queries,
  job: BatchJob,
  customIds: readonly string[],
): Promise<ReadonlyMap<string, OutputRules>> => {
  const rows = toRows([...new Set(customIds)].filter(isStorableText).map((custom_id) => ({ custom_id })));
  const found = await queries.query<{ custom_id: string; output_rules: string }>(FIND_RULES, [
    job.lease.batchRid,
    rows,
    ...rangeOf(job),
  ]);
  return new Map(
    found.map(({ custom_id: customId, output_rules: rules }) => [customId, fromJson(rules) as OutputRules]),
  );
};

/** What is taken of the results: those of items that have none. Of several for one item the first one counts. */
const toTaken = <Result extends { readonly customId: string }>(
  found: readonly FoundRow[],
  results: readonly Result[],
  toOutcome: (result: Result, expectation: AnswerExpectation) => ItemOutcome,
): readonly Taken[] => {
  const byId = new Map(results.toReversed().map((result) => [result.customId, result]));
  return found.flatMap((row) => {
    const result = row.status === 'pending' ? byId.get(row.custom_id) : undefined;
    if (result === undefined) return [];
    const expectation = { wantsJson: row.wants_json === 1, maxOutputTokens: row.max_output_tokens };
    return [{ rid: row.rid, bound: row.bound, outcome: toOutcome(result, expectation) }];
  });
};

const toSums = (batch: HeldBatch, taken: readonly Taken[]): Sums => {
  let usage = parseJsonColumn(batch.usage) as Usage | null;
  let cost = readCost(batch.cost);
  for (const { outcome } of taken) {
    const { result } = outcome;
    if (result.usage !== null) usage = addUsage(usage, result.usage);
    cost = addCost(cost, result.cost);
  }
  return { usage: usage && toJson(usage), cost: cost && toJson(cost) };
};

const write = async (
  transaction: Transaction,
  { job, batch, held }: RecordContext,
  taken: readonly Taken[],
): Promise<void> => {
  const { batchRid, jobRid } = job.lease;
  const rows = taken.map(({ rid, outcome: { status, result } }) =>
    toRow({ rid, status, result: encodeResult(batch.deleted_at === null ? result : EMPTY_RESULT) }),
  );
  for (const value of joinRows(rows)) await transaction.query(RECORD, [value]);
  const counts = { ...NO_COUNTS };
  for (const { outcome } of taken) counts[outcome.status] += 1;
  await countResults(transaction, batchRid, counts, toSums(batch, taken));
  if (held.vendor_counts !== null)
    await transaction.query(SET_VENDOR_COUNTS, [jobRid, lessStored(held.vendor_counts, counts)]);
  await settleItems(transaction, job, batch, taken);
};

export interface RecordContext {
  readonly job: BatchJob;
  readonly batch: HeldBatch;
  readonly held: HeldJob;
}

/** As `BatchItemStore.recordAnswers`, within a transaction that holds the job. `foreign`: results of no item of the job. */
export const recordResults = async <Result extends { readonly customId: string }>(
  transaction: Transaction,
  context: RecordContext,
  results: readonly Result[],
  toOutcome: (result: Result, expectation: AnswerExpectation) => ItemOutcome,
): Promise<{ readonly taken: readonly ItemOutcome[]; readonly foreign: number }> => {
  const found = await findItems(transaction, context.job, results);
  const taken = toTaken(found, results, toOutcome);
  if (taken.length > 0) await write(transaction, context, taken);
  const known = new Set(found.map(({ custom_id: customId }) => customId));
  const foreign = results.filter(({ customId }) => !known.has(customId)).length;
  return { taken: taken.map(({ outcome }) => outcome), foreign };
};
