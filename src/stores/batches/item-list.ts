import type { Batch, BatchItem, BatchItemStatus } from '../../core/batch.ts';
import { isStorableText } from '../../lib/is-storable-text.ts';
import type { Page, PageQuery } from './batch-list.ts';
import { isVisible } from './batch-rows.ts';
import type { Queries } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { type Found, readFound } from '../../core/found.ts';
import { itemColumns, type ItemRow, toBatchItem } from './item-rows.ts';
import { readBounds, toListCursor } from '../list-cursor.ts';

export interface BatchItemPage extends Page {
  readonly items: readonly { readonly cursor: string; readonly item: BatchItem }[];
}

/** A page of the items of one batch. */
export interface ItemPageRequest {
  readonly batch: Batch;
  readonly query: PageQuery<BatchItemStatus>;
}

/** In which direction the items of a page are read; those of its end backward. */
type Order = 'ASC' | 'DESC';

/** The ids of the items of one page of `w`, as a table. */
const eachOf = (rids: string, order: Order): string => `
  EACH_IN((SELECT LIST_OF(chosen.rid) FROM (${rids} ORDER BY idx ${order} LIMIT $2) AS chosen))`;

const BETWEEN = 'batch_rid = w.batch_rid AND idx > w.after AND idx < w.before';

const allRids = (order: Order): string => eachOf(`SELECT rid, idx FROM batch_item WHERE ${BETWEEN}`, order);

/**
 * The items of so many statuses. Each is read by the index of its own as far as the page may reach, since the few that
 * failed may lie among very many that did not.
 */
const someRids = (statusCount: number, order: Order): string => {
  const each = Array.from(
    { length: statusCount },
    (_, index) => `
      SELECT rid, idx FROM (
        SELECT rid, idx FROM batch_item WHERE ${BETWEEN} AND status = $${4 + index}
        ORDER BY idx ${order} LIMIT $2) AS of_status_${index}`,
  );
  return eachOf(`SELECT rid, idx FROM (${each.join(' UNION ALL ')}) AS of_any`, order);
};

/** One page for each request. The sizes of answers are known without their texts being read. */
const pagesOf = (rids: string, order: Order): string => `
  WITH wanted AS (
    SELECT r.request, r.after, r.before, b.rid AS batch_rid
    FROM JSON_ROWS($1, request bigint, id text, after bigint, before bigint) AS r
    CROSS JOIN batch AS b WHERE b.id = r.id AND ${isVisible('b')}),
  page AS (
    SELECT w.request, cast(r.value as bigint) AS rid FROM wanted AS w CROSS JOIN ${rids} AS r),
  measured AS (
    SELECT p.request, i.rid, i.idx,
      coalesce(octet_length(i.result), 0) + coalesce(octet_length(i.metadata), 0) +
        coalesce(octet_length(i.warnings), 0) AS size
    FROM page AS p CROSS JOIN batch_item AS i WHERE i.rid = p.rid),
  sized AS (
    SELECT request, rid, count(*) OVER (PARTITION BY request) AS found,
      sum(size) OVER (PARTITION BY request ORDER BY idx ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM measured)
  SELECT s.request, s.found, ${itemColumns('i')} FROM sized AS s CROSS JOIN batch_item AS i
  WHERE i.rid = s.rid AND coalesce(s.before, 0) < $3 ORDER BY s.request, i.idx ${order}`;

/**
 * What the pages of one statement may hold together, the last item of each apart: answers of megabytes would otherwise be
 * in memory a hundred at a time.
 */
const PAGES_BYTES = 4 * 1024 * 1024;

interface PageRow extends ItemRow {
  /** The request whose page it is on. */
  readonly request: number;
  /** How many items there are, up to one more than was asked for. */
  readonly found: number;
}

const toPage = ({ batch, query }: ItemPageRequest, rows: readonly PageRow[]): BatchItemPage => {
  const { id, storedCounts } = batch;
  const page = rows.slice(0, query.first);
  const items = (query.fromEnd === true ? page.toReversed() : page).map((row) => ({
    cursor: toListCursor('item', row.idx),
    item: toBatchItem(id, row),
  }));
  const counted = query.statuses === null ? (['total'] as const) : [...new Set(query.statuses)];
  return {
    items,
    hasNextPage: (rows[0]?.found ?? 0) > items.length,
    totalCount: counted.reduce((sum, status) => sum + storedCounts[status], 0),
  };
};

interface PlacedRequest extends ItemPageRequest {
  /** Its position among the requests. */
  readonly request: number;
  /** The positions of the items that it lies between. */
  readonly after: number;
  readonly before: number;
}

/** The rows of pages that differ in their batch and their bounds only, by their request: in one statement. */
const readRows = async (
  queries: Queries,
  requests: readonly PlacedRequest[],
  { first, statuses, fromEnd = false }: PageQuery<BatchItemStatus>,
): Promise<ReadonlyMap<number, readonly PageRow[]>> => {
  const some = statuses === null ? null : [...new Set(statuses)];
  if (some?.length === 0) return new Map();
  const order = fromEnd ? 'DESC' : 'ASC';
  const wanted = toRows(
    requests.map(({ request, batch, after, before }) => ({ request, id: batch.id, after, before })),
  );
  const values = [wanted, first + 1, Math.floor(PAGES_BYTES / requests.length), ...(some ?? [])];
  const statement = pagesOf(some === null ? allRids(order) : someRids(some.length, order), order);
  return Map.groupBy(await queries.query<PageRow>(statement, values), ({ request }) => request);
};

/**
 * Pages of the items of batches, in the order of the requests: one statement for all requests for as many items of the same
 * statuses. The items of a page come in their order, fewer than asked for where they are very large; the counters of the
 * batch tell how many there are. What is wrong with one request, or with the items of its page, is the error of that page.
 */
export const listItemPages = async (
  queries: Queries,
  requests: readonly ItemPageRequest[],
): Promise<readonly (BatchItemPage | Error)[]> => {
  const places = requests.map(({ query }) => readFound(() => readBounds(query, 'item', 0)));
  const placed = requests.flatMap((each, request): PlacedRequest[] => {
    const place = places[request];
    if (place === undefined || place instanceof Error) return [];
    const { after, before } = place;
    return [{ ...each, request, after: after ?? -1, before: before ?? Number.MAX_SAFE_INTEGER }];
  });
  const rows = new Map<number, readonly PageRow[]>();
  const kindOf = ({ query: { first, statuses, fromEnd = false } }: PlacedRequest): string =>
    JSON.stringify([first, statuses, fromEnd]);
  for (const alike of Map.groupBy(placed, kindOf).values()) {
    const [one] = alike;
    if (one === undefined) continue;
    for (const [request, own] of await readRows(queries, alike, one.query)) rows.set(request, own);
  }
  return requests.map((each, request) => {
    const place = places[request];
    return place instanceof Error ? place : readFound(() => toPage(each, rows.get(request) ?? []));
  });
};

const findItems = (column: 'idx' | 'custom_id', type: 'bigint' | 'text'): string => `
  SELECT r.batch_id, ${itemColumns('i')} FROM JSON_ROWS($1, batch_id text, key ${type}) AS r
  CROSS JOIN batch AS b CROSS JOIN batch_item AS i
  WHERE b.id = r.batch_id AND (b.principal_id = $2 OR substr(b.principal_id, 1, length($3)) = $3) AND ${isVisible('b')} AND i.batch_rid = b.rid AND i.${column} = r.key`;

const FIND_AT = findItems('idx', 'bigint');
const FIND_NAMED = findItems('custom_id', 'text');

interface FoundRow extends ItemRow {
  readonly batch_id: string;
}

const isStorable = (key: string | number): boolean => typeof key === 'number' || isStorableText(key);

/** Whose items are found. */
export interface ItemOwners {
  readonly principalId: string;
  /** Others whose ids begin with it as well; null: none. */
  readonly prefix: string | null;
}

/** The items of such owners at such keys of their batches, in the order of the keys: in one statement. */
const findByKey = async <Key extends string | number>(
  queries: Queries,
  statement: string,
  owners: ItemOwners,
  wanted: readonly { readonly batchId: string; readonly key: Key }[],
  keyOf: (row: FoundRow) => Key,
): Promise<readonly Found<BatchItem>[]> => {
  const canBeStored = wanted.map(({ batchId, key }) => isStorableText(batchId) && isStorable(key));
  const storable = wanted.filter((_, index) => canBeStored[index]);
  const keys = toRows(storable.map(({ batchId, key }) => ({ batch_id: batchId, key })));
  const rows = await queries.query<FoundRow>(statement, [keys, owners.principalId, owners.prefix]);
  const nameOf = (batchId: string, key: Key): string => JSON.stringify([batchId, key]);
  const byKey = new Map(rows.map((row) => [nameOf(row.batch_id, keyOf(row)), row]));
  return wanted.map(({ batchId, key }, index) => {
    const row = canBeStored[index] === true ? byKey.get(nameOf(batchId, key)) : undefined;
    return row && readFound(() => toBatchItem(batchId, row));
  });
};

/** As `BatchStore.findItemsAt`. */
export const findItemsAt = (
  queries: Queries,
  owners: ItemOwners,
  positions: readonly { readonly batchId: string; readonly index: number }[],
): Promise<readonly Found<BatchItem>[]> => {
  const wanted = positions.map(({ batchId, index }) => ({ batchId, key: index }));
  return findByKey(queries, FIND_AT, owners, wanted, (row) => row.idx);
};

/** As `BatchStore.findItemsNamed`. */
export const findItemsNamed = (
  queries: Queries,
  owners: ItemOwners,
  names: readonly { readonly batchId: string; readonly customId: string }[],
): Promise<readonly Found<BatchItem>[]> => {
  const wanted = names.map(({ batchId, customId }) => ({ batchId, key: customId }));
  return findByKey(queries, FIND_NAMED, owners, wanted, (row) => row.custom_id);
};
