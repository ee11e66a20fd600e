import { unwrapFound } from '../../core/found.ts';
import type { Generation, GenerationStatus } from '../../core/generation.ts';
import type { Queries } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { type ListPart, readBounds, toListCursor } from '../list-cursor.ts';
import { findGenerations } from './generation-reader.ts';

export interface GenerationListQuery extends ListPart {
  /** null: all of them. */
  readonly statuses: readonly GenerationStatus[] | null;
  /** Pages that are read at the same time and share the bytes of one; left out: this one only. */
  readonly pages?: number;
}

/** What one page may hold, its last generation apart: a hundred generations of megabytes would be in memory otherwise. */
const PAGE_BYTES = 4 * 1024 * 1024;

export interface GenerationPage {
  readonly items: readonly { readonly cursor: string; readonly generation: Generation }[];
  /** Whether there are more between the cursors. */
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

/** `$1` is the principal; of the lists of all of them nothing, so that every statement has the same values. */
const OF_ONE = 'FROM generation WHERE principal_id = $1 AND rid < $2 AND rid > $3';
const OF_ALL = "FROM generation WHERE cast($1 as text) = '' AND rid < $2 AND rid > $3";

/** Those that have not ended are few, and have an index of their own. */
const UNFINISHED: readonly GenerationStatus[] = ['queued', 'running', 'requires-action'];

const selectionOf = (principalId: string | null, statuses: readonly GenerationStatus[] | null): string => {
  const from = principalId === null ? OF_ALL : OF_ONE;
  if (statuses === null) return from;
  const some = `${from} AND status IN_LIST($4)`;
  const isLive = statuses.every((status) => UNFINISHED.includes(status));
  return principalId === null && isLive ? `${some} AND finished_at IS NULL` : some;
};

const KIND = 'generation';

interface ListRow {
  readonly rid: number;
  readonly id: string;
  readonly size: number;
}

/** The rows of a page, which ends with the one that fills it. */
const takePage = (rows: readonly ListRow[], first: number, maxBytes: number): readonly ListRow[] => {
  let before = 0;
  return rows.slice(0, first).filter(({ size }) => {
    const fits = before < maxBytes;
    before += size;
    return fits;
  });
};

/** As `GenerationStore.list`. */
export const listGenerations = async (
  queries: Queries,
  principalId: string | null,
  query: GenerationListQuery,
): Promise<GenerationPage> => {
  const { first, statuses, fromEnd = false, pages = 1 } = query;
  // The newest come first: what is after a position is older.
  const { after, before } = readBounds(query, KIND, 1);
  const from = selectionOf(principalId, statuses);
  const filter = statuses === null ? [] : [toRows(statuses)];
  const limit = `$${4 + filter.length}`;
  const rows = await queries.query<ListRow>(
    `SELECT rid, id, octet_length(record) AS size ${from} ORDER BY rid ${fromEnd ? 'ASC' : 'DESC'} LIMIT ${limit}`,
    [principalId ?? '', after ?? Number.MAX_SAFE_INTEGER, before ?? 0, ...filter, first + 1],
  );
  const [total] = await queries.query<{ total: number }>(`SELECT count(*) AS total ${from}`, [
    principalId ?? '',
    Number.MAX_SAFE_INTEGER,
    0,
    ...filter,
  ]);
  const taken = takePage(rows, first, PAGE_BYTES / pages);
  const page = fromEnd ? taken.toReversed() : taken;
  const found = await findGenerations(
    queries,
    page.map(({ id }) => id),
  );
  return {
    items: page.flatMap(({ rid }, index) => {
      const stored = unwrapFound(found[index]);
      return stored === undefined ? [] : [{ cursor: toListCursor(KIND, rid), generation: stored.generation }];
    }),
    hasNextPage: rows.length > page.length,
    totalCount: total?.total ?? 0,
  };
};
