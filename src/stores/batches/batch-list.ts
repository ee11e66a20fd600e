import type { Batch, BatchItem, BatchItemStatus, BatchStatus } from '../../core/batch.ts';
import {
  BATCH_COLUMNS,
  type BatchRow,
  IS_VISIBLE,
  ITEM_COLUMNS,
  type ItemRow,
  toBatch,
  toBatchItem,
} from './batch-rows.ts';
import type { Queries } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { readListCursor, toListCursor } from '../list-cursor.ts';

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

const BATCHES = `FROM batch WHERE principal_id = $1 AND rid < $2 AND ${IS_VISIBLE}`;
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

const IN_BATCH = `batch_rid = (SELECT rid FROM batch WHERE id = $1 AND ${IS_VISIBLE})`;
const ITEMS = `SELECT ${ITEM_COLUMNS} FROM batch_item WHERE ${IN_BATCH}`;
const ALL_RIDS = `SELECT rid FROM batch_item WHERE ${IN_BATCH} AND idx > $2 ORDER BY idx LIMIT $3`;

/**
 * The items of so many statuses. Each is read by the index of its own as far as the page may reach, since the few that
 * failed may lie among very many that did not.
 */
const someRids = (statusCount: number): string => {
  const each = Array.from(
    { length: statusCount },
    (_, index) => `
      SELECT rid, idx FROM (
        SELECT rid, idx FROM batch_item WHERE ${IN_BATCH} AND status = $${5 + index} AND idx > $2
        ORDER BY idx LIMIT $3) AS of_status_${index}`,
  );
  return `SELECT rid FROM (${each.join(' UNION ALL ')}) AS chosen ORDER BY idx LIMIT $3`;
};

/** The sizes are known without the texts being read. */
const pageOf = (rids: string): string => `
  WITH page AS (${rids}),
  sized AS (
    SELECT i.rid, sum(coalesce(octet_length(i.result), 0) + coalesce(octet_length(i.metadata), 0))
      OVER (ORDER BY i.idx ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM page AS p JOIN batch_item AS i ON i.rid = p.rid)
  SELECT ${ITEM_COLUMNS}, (SELECT count(*) FROM page) AS found
  FROM batch_item WHERE rid IN (SELECT rid FROM sized WHERE coalesce(before, 0) < $4) ORDER BY idx`;

/** What a page may hold, its last item apart: answers of megabytes would otherwise be in memory a hundred at a time. */
const PAGE_BYTES = 4 * 1024 * 1024;

interface PageRow extends ItemRow {
  /** How many items there are, up to one more than was asked for. */
  readonly found: number;
}

/** In their order; fewer than asked for where they are very large. The counters of the batch tell how many there are. */
export const listItems = async (
  queries: Queries,
  { id, storedCounts }: Batch,
  { first, after, statuses }: PageQuery<BatchItemStatus>,
): Promise<BatchItemPage> => {
  const wanted = statuses === null ? [] : [...new Set(statuses)];
  const page = [id, after === null ? -1 : readListCursor(after, 'item', 0), first + 1, PAGE_BYTES];
  let rows: readonly PageRow[] = [];
  if (statuses === null) rows = await queries.query<PageRow>(pageOf(ALL_RIDS), page);
  else if (wanted.length > 0)
    rows = await queries.query<PageRow>(pageOf(someRids(wanted.length)), [...page, ...wanted]);
  const items = rows
    .slice(0, first)
    .map((row) => ({ cursor: toListCursor('item', row.idx), item: toBatchItem(id, row) }));
  return {
    items,
    hasNextPage: (rows[0]?.found ?? 0) > items.length,
    totalCount:
      statuses === null ? storedCounts.total : wanted.reduce((sum, status) => sum + storedCounts[status], 0),
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
