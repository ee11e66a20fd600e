import { rejection } from '../core/errors.ts';

/** The size of a page whose request gives none. */
export const USUAL_PAGE = 20;
export const LARGEST_PAGE = 100;

/** The size of a page of a list that can only be paged forward. Throws `INVALID_REQUEST` for a size out of range. */
export const readPageSize = (first: number | null | undefined): number => {
  const size = first ?? USUAL_PAGE;
  if (size >= 0 && size <= LARGEST_PAGE) return size;
  throw rejection('INVALID_REQUEST', ['first'], `first must be from 0 to ${LARGEST_PAGE}, not ${size}.`, {
    allowed: [`0 to ${LARGEST_PAGE}`],
  });
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
export const forwardPageComplexity = (page: {
  readonly first?: number | null | undefined;
}): { field: number; multiplier: number } => ({
  field: 5,
  multiplier: Math.min(Math.max(page.first ?? USUAL_PAGE, 0), LARGEST_PAGE),
});

/** A page of a list that can only be paged forward, by the rules of Relay's connections. */
export const toForwardConnection = <T>(
  items: readonly { readonly cursor: string; readonly node: T }[],
  page: { readonly after: string | null; readonly hasNextPage: boolean; readonly totalCount: number },
) => ({
  edges: items.map(({ cursor, node }) => ({ cursor, node })),
  pageInfo: {
    hasNextPage: page.hasNextPage,
    hasPreviousPage: page.after !== null,
    startCursor: items[0]?.cursor ?? null,
    endCursor: items.at(-1)?.cursor ?? null,
  },
  totalCount: page.totalCount,
});
