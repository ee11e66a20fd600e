import { rejection } from '../core/errors.ts';

/** The size of a page whose request gives none. */
const USUAL_PAGE = 20;
export const LARGEST_PAGE = 100;

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** A page of a stored list. */
export interface StoredPage {
  /** Its size. */
  readonly first: number;
  readonly after: string | null;
  readonly before: string | null;
  /** Whether it has the last items between the cursors, in place of the first ones. */
  readonly fromEnd: boolean;
}

const checkSize = (argument: 'first' | 'last', size: number): number => {
  if (size >= 0 && size <= LARGEST_PAGE) return size;
  throw rejection(
    'INVALID_REQUEST',
    [argument],
    `${argument} must be from 0 to ${LARGEST_PAGE}, not ${size}.`,
    { allowed: [`0 to ${LARGEST_PAGE}`] },
  );
};

/** The page that the arguments of a stored list ask for. Throws `INVALID_REQUEST` for a size out of range, and for two sizes. */
export const readPage = ({ first, after, last, before }: PageArguments): StoredPage => {
  if (first != null && last != null)
    throw rejection('INVALID_REQUEST', ['last'], 'Give first or last, not both.', {
      suggestion: 'Page forward with first and after, or backward with last and before.',
    });
  const size = last == null ? checkSize('first', first ?? USUAL_PAGE) : checkSize('last', last);
  return { first: size, after: after ?? null, before: before ?? null, fromEnd: last != null };
};

/** Far more than there are states. */
const MAX_STATUSES = 100;

/**
 * The states that a list is limited to, each once; null: any. Throws `INVALID_REQUEST` for a list that is longer than any that
 * makes sense, since every page of an operation would go through it.
 */
export const readStatuses = <Status>(
  given: readonly Status[] | null | undefined,
): readonly Status[] | null => {
  if (given === null || given === undefined) return null;
  if (given.length <= MAX_STATUSES) return [...new Set(given)];
  throw rejection('INVALID_REQUEST', ['status'], `status may have at most ${MAX_STATUSES} elements.`, {
    allowed: [`at most ${MAX_STATUSES}`],
  });
};

/** The complexity of a page in an operation: that of as many items as it may have. */
export const listPageComplexity = ({
  first,
  last,
}: PageArguments): { field: number; multiplier: number } => ({
  field: 5,
  multiplier: Math.min(Math.max(first ?? last ?? USUAL_PAGE, 0), LARGEST_PAGE),
});

/**
 * A page of a stored list by the rules of Relay's connections. `hasMore`: there are more items between the cursors than the
 * page has; on its other side there are items where a cursor bounds it.
 */
export const toConnection = <T>(
  items: readonly { readonly cursor: string; readonly node: T }[],
  { after, before, fromEnd }: StoredPage,
  { hasMore, totalCount }: { readonly hasMore: boolean; readonly totalCount: number },
) => ({
  edges: items.map(({ cursor, node }) => ({ cursor, node })),
  pageInfo: {
    hasNextPage: fromEnd ? before !== null : hasMore,
    hasPreviousPage: fromEnd ? hasMore : after !== null,
    startCursor: items[0]?.cursor ?? null,
    endCursor: items.at(-1)?.cursor ?? null,
  },
  totalCount,
});
