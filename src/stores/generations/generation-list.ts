import { unwrapFound } from '../../core/found.ts';
import type { Generation, GenerationStatus } from '../../core/generation.ts';
import type { Queries } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';
import { readListCursor, toListCursor } from '../list-cursor.ts';
import { findGenerations } from './generation-reader.ts';

export interface GenerationListQuery {
  readonly first: number;
  readonly after: string | null;
  /** null: all of them. */
  readonly statuses: readonly GenerationStatus[] | null;
}

export interface GenerationPage {
  readonly items: readonly { readonly cursor: string; readonly generation: Generation }[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

const ALL = 'FROM generation WHERE principal_id = $1 AND rid < $2';
const SOME = `${ALL} AND status IN_LIST($3)`;

const KIND = 'generation';

/** As `GenerationStore.list`. */
export const listGenerations = async (
  queries: Queries,
  principalId: string,
  { first, after, statuses }: GenerationListQuery,
): Promise<GenerationPage> => {
  const from = statuses === null ? ALL : SOME;
  const filter = statuses === null ? [] : [toRows(statuses)];
  const limit = `$${3 + filter.length}`;
  const rows = await queries.query<{ rid: number; id: string }>(
    `SELECT rid, id ${from} ORDER BY rid DESC LIMIT ${limit}`,
    [
      principalId,
      after === null ? Number.MAX_SAFE_INTEGER : readListCursor(after, KIND, 1),
      ...filter,
      first + 1,
    ],
  );
  const [total] = await queries.query<{ total: number }>(`SELECT count(*) AS total ${from}`, [
    principalId,
    Number.MAX_SAFE_INTEGER,
    ...filter,
  ]);
  const page = rows.slice(0, first);
  const found = await findGenerations(
    queries,
    page.map(({ id }) => id),
  );
  return {
    items: page.flatMap(({ rid }, index) => {
      const stored = unwrapFound(found[index]);
      return stored === undefined ? [] : [{ cursor: toListCursor(KIND, rid), generation: stored.generation }];
    }),
    hasNextPage: rows.length > first,
    totalCount: total?.total ?? 0,
  };
};
