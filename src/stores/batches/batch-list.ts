import type { Batch, BatchStatus } from '../../core/batch.ts';
import { isTerminalBatch } from '../../core/batch-states.ts';
import { isStorableText } from '../../lib/is-storable-text.ts';
import { BATCH_COLUMNS, type BatchRow, isVisible, toBatch } from './batch-rows.ts';
import type { Queries } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { type Found, readFound } from '../../core/found.ts';
import { type ListPart, readBounds, toListCursor } from '../list-cursor.ts';

export interface PageQuery<Status> extends ListPart {
  /** null: all of them. */
  readonly statuses: readonly Status[] | null;
}

export interface Page {
  /** Whether there are more between the cursors. */
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}
export interface BatchPage extends Page {
  readonly items: readonly { readonly cursor: string; readonly batch: Batch }[];
}

/** `$1` is the principal; of the lists of all of them nothing, so that every statement has the same values. */
const ofPrincipal = (condition: string): string =>
  `FROM batch WHERE ${condition} AND rid < $2 AND rid > $3 AND ${isVisible('batch')}`;
const OF_ONE = ofPrincipal('principal_id = $1');
const OF_ALL = ofPrincipal("cast($1 as text) = ''");

const selectionOf = (principalId: string | null, statuses: readonly BatchStatus[] | null): string => {
  const from = principalId === null ? OF_ALL : OF_ONE;
  if (statuses === null) return from;
  const some = `${from} AND status IN_LIST($4)`;
  // Those that have not ended are few, and have an index of their own.
  const isUnfinished = statuses.every((status) => !isTerminalBatch(status));
  return principalId === null && isUnfinished ? `${some} AND finished_at IS NULL` : some;
};

/** As `BatchStore.list`. */
export const listBatches = async (
  queries: Queries,
  principalId: string | null,
  query: PageQuery<BatchStatus>,
): Promise<BatchPage> => {
  const { first, statuses, fromEnd = false } = query;
  // The newest come first: what is after a position is older.
  const { after, before } = readBounds(query, 'batch', 0);
  const from = selectionOf(principalId, statuses);
  const filter = statuses === null ? [] : [toRows(statuses)];
  const rows = await queries.query<BatchRow>(
    `SELECT ${BATCH_COLUMNS} ${from} ORDER BY rid ${fromEnd ? 'ASC' : 'DESC'} LIMIT $${4 + filter.length}`,
    [principalId ?? '', after ?? Number.MAX_SAFE_INTEGER, before ?? -1, ...filter, first + 1],
  );
  const [total] = await queries.query<{ total: number }>(`SELECT count(*) AS total ${from}`, [
    principalId ?? '',
    Number.MAX_SAFE_INTEGER,
    -1,
    ...filter,
  ]);
  const page = rows.slice(0, first);
  return {
    items: (fromEnd ? page.toReversed() : page).map((row) => ({
      cursor: toListCursor('batch', row.rid),
      batch: toBatch(row),
    })),
    hasNextPage: rows.length > first,
    totalCount: total?.total ?? 0,
  };
};

const FIND = `SELECT ${BATCH_COLUMNS} FROM batch WHERE id IN_LIST($1) AND ${isVisible('batch')}`;

/** As `BatchStore.findMany`. */
export const findBatches = async (
  queries: Queries,
  ids: readonly string[],
): Promise<readonly Found<Batch>[]> => {
  const rows = await queries.query<BatchRow>(FIND, [toRows(ids.filter(isStorableText))]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    return row && readFound(() => toBatch(row));
  });
};
