import type { Page } from './modelgraph.ts';

interface ConnectionPage<T> {
  readonly nodes: readonly T[];
  readonly totalCount: number;
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

/** A page as GraphQL connections have it, without its levels. */
export const toPage = <T>({ nodes, totalCount, pageInfo }: ConnectionPage<T>): Page<T> => ({
  nodes,
  totalCount,
  ...pageInfo,
});
