import type { Batch, BatchItem, BatchItemStatus, BatchStatus } from '../core/batch-record.ts';
import {
  BATCH_COLUMNS,
  type BatchRow,
  ITEM_COLUMNS,
  type ItemRow,
  toBatch,
  toBatchItem,
} from './batch-rows.ts';
import type { Queries } from './db.ts';
import { toRows } from './dialect.ts';
import { readListCursor, toListCursor } from './list-cursor.ts';

export interface PageQuery<Status> {
  readonly first: number;
  /** A cursor of an earlier page; one that is none throws `INVALID_REQUEST` at `after`. */
  readonly after: string | null;
  /** null: all of them. */
  readonly statuses: readonly Status[] | null;
}

interface Page {
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}
export interface BatchPage extends Page {
  readonly items: readonly { readonly cursor: string; readonly batch: Batch }[];
}
export interface BatchItemPage extends Page {
  readonly items: readonly { readonly cursor: string; readonly item: BatchItem }[];
}

const BATCHES = `FROM batch WHERE principal_id = $1 AND rid < $2 AND status <> 'receiving'`;
const SOME_BATCHES = `${BATCHES} AND status IN_LIST($3)`;

export const listBatches = async (
  queries: Queries,
  principalId: string,
  { first, after, statuses }: PageQuery<BatchStatus>,
): Promise<BatchPage> => {
  const from = statuses === null ? BATCHES : SOME_BATCHES;
  const filter = statuses === null ? [] : [toRows(statuses)];
  const below = after === null ? Number.MAX_SAFE_INTEGER : readListCursor(after, 'batch', 0);
  const rows = await queries.query<BatchRow>(
    `SELECT ${BATCH_COLUMNS} ${from} ORDER BY rid DESC LIMIT $${3 + filter.length}`,
    [principalId, below, ...filter, first + 1],
  );
  const [total] = await queries.query<{ total: number }>(`SELECT count(*) AS total ${from}`, [
    principalId,
    Number.MAX_SAFE_INTEGER,
    ...filter,
  ]);
  return {
    items: rows
      .slice(0, first)
      .map((row) => ({ cursor: toListCursor('batch', row.rid), batch: toBatch(row) })),
    hasNextPage: rows.length > first,
    totalCount: total?.total ?? 0,
  };
};

const IN_BATCH = `batch_rid = (SELECT rid FROM batch WHERE id = $1 AND status <> 'receiving')`;
const ITEMS = `SELECT ${ITEM_COLUMNS} FROM batch_item WHERE ${IN_BATCH}`;

/** The counters of the batch tell how many there are: counting the rows would take a while. */
export const listItems = async (
  queries: Queries,
  { id, counts }: Batch,
  { first, after, statuses }: PageQuery<BatchItemStatus>,
): Promise<BatchItemPage> => {
  const filter = statuses === null ? [] : [toRows(statuses)];
  const some = statuses === null ? '' : 'AND status IN_LIST($3)';
  const rows = await queries.query<ItemRow>(
    `${ITEMS} AND idx > $2 ${some} ORDER BY idx LIMIT $${3 + filter.length}`,
    [id, after === null ? -1 : readListCursor(after, 'item', 0), ...filter, first + 1],
  );
  return {
    items: rows
      .slice(0, first)
      .map((row) => ({ cursor: toListCursor('item', row.idx), item: toBatchItem(id, row) })),
    hasNextPage: rows.length > first,
    totalCount:
      statuses === null
        ? counts.total
        : [...new Set(statuses)].reduce((sum, status) => sum + counts[status], 0),
  };
};

export const findItem = async (
  queries: Queries,
  batchId: string,
  customId: string,
): Promise<BatchItem | undefined> => {
  const [row] = await queries.query<ItemRow>(`${ITEMS} AND custom_id = $2`, [batchId, customId]);
  return row && toBatchItem(batchId, row);
};

export const findItemAt = async (
  queries: Queries,
  batchId: string,
  index: number,
): Promise<BatchItem | undefined> => {
  const [row] = await queries.query<ItemRow>(`${ITEMS} AND idx = $2`, [batchId, index]);
  return row && toBatchItem(batchId, row);
};
