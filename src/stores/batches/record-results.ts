import { addCost, addUsage, type Cost, type Usage } from '../../core/usage.ts';
import { isStorableText } from '../../lib/is-storable-text.ts';
import type { BatchJob, ItemOutcome } from './batch-job.ts';
import type { HeldBatch, HeldJob } from './batch-lease.ts';
import { parseJsonColumn } from './batch-rows.ts';
import type { Transaction } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { toJson } from '../db/to-json.ts';
import { encodeResult } from './item-rows.ts';
import { type EndedCounts, lessStored, NO_COUNTS } from './vendor-counts.ts';

// SQLite takes the tables of a CROSS JOIN in this order: a few results, each with its item. Left to itself it may go
// through all results for each item of the batch.
const FIND_PENDING = `
  SELECT i.rid, i.custom_id FROM JSON_ROWS($2, custom_id text) AS r CROSS JOIN batch_item AS i
  WHERE i.batch_rid = $1 AND i.custom_id = r.custom_id AND i.status = 'pending' AND i.idx >= $3 AND i.idx < $4`;

const RECORD = `
  UPDATE batch_item SET status = r.status, result = r.result, request = NULL
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

interface Taken {
  readonly rid: number;
  readonly outcome: ItemOutcome;
}

/** Of several results for one item the first one counts. */
const findTaken = async (
  transaction: Transaction,
  job: BatchJob,
  outcomes: readonly ItemOutcome[],
): Promise<readonly Taken[]> => {
  // No item has an id that a database refuses as a value.
  const storable = outcomes.filter(({ customId }) => isStorableText(customId));
  const byId = new Map(storable.toReversed().map((outcome) => [outcome.customId, outcome]));
  const ids = toRows([...byId.keys()].map((customId) => ({ custom_id: customId })));
  const values = [job.lease.batchRid, ids, ...rangeOf(job)];
  const found = await transaction.query<{ rid: number; custom_id: string }>(FIND_PENDING, values);
  return found.flatMap(({ rid, custom_id: customId }) => {
    const outcome = byId.get(customId);
    return outcome === undefined ? [] : [{ rid, outcome }];
  });
};

const toSums = (batch: HeldBatch, taken: readonly Taken[]): Sums => {
  let usage = parseJsonColumn(batch.usage) as Usage | null;
  let cost = parseJsonColumn(batch.cost) as Cost | null;
  for (const { outcome } of taken) {
    const { result } = outcome;
    if (result.usage !== null) usage = addUsage(usage, result.usage);
    cost = addCost(cost, result.cost);
  }
  return { usage: usage && toJson(usage), cost: cost && toJson(cost) };
};

/** As `BatchItemStore.record`, within a transaction that holds the job; gives the results that were taken. */
export const recordResults = async (
  transaction: Transaction,
  { job, batch, held }: { readonly job: BatchJob; readonly batch: HeldBatch; readonly held: HeldJob },
  outcomes: readonly ItemOutcome[],
): Promise<readonly ItemOutcome[]> => {
  const { batchRid, jobRid } = job.lease;
  const taken = await findTaken(transaction, job, outcomes);
  if (taken.length === 0) return [];
  const rows = taken.map(({ rid, outcome: { status, result } }) => ({
    rid,
    status,
    result: encodeResult(result),
  }));
  await transaction.query(RECORD, [toRows(rows)]);
  const counts = { ...NO_COUNTS };
  for (const { outcome } of taken) counts[outcome.status] += 1;
  await countResults(transaction, batchRid, counts, toSums(batch, taken));
  if (held.vendor_counts !== null)
    await transaction.query(SET_VENDOR_COUNTS, [jobRid, lessStored(held.vendor_counts, counts)]);
  return taken.map(({ outcome }) => outcome);
};
