import { describe, expect, test } from 'vitest';
import { request, startApp, type TestApp } from '../support/app/app.ts';
import { endedBatch, requestsOf, submitted } from '../support/app/batch-requests.ts';
import { createToy, toyOverrides } from '../support/app/toy-provider.ts';
import { createRandom } from '../support/create-random.ts';
import { usePostgres } from '../support/databases/postgres.ts';

const postgres = await usePostgres();

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: object;
  readonly totalCount: number;
}
interface Page {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
  readonly before?: string;
}

const ARGUMENTS = 'first: $first, last: $last, after: $after, before: $before';
const FIELDS = `edges { cursor node { id } } nodes { id }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount`;
const LISTS = {
  generations: { field: `list: generations(${ARGUMENTS}) { ${FIELDS} }`, of: '' },
  'some generations': {
    field: `list: generations(${ARGUMENTS}, status: [COMPLETED, FAILED]) { ${FIELDS} }`,
    of: '',
  },
  batches: { field: `list: batches(${ARGUMENTS}) { ${FIELDS} }`, of: '' },
  'some batches': { field: `list: batches(${ARGUMENTS}, status: [COMPLETED]) { ${FIELDS} }`, of: '' },
  items: { field: `batch(id: $id) { list: items(${ARGUMENTS}) { ${FIELDS} } }`, of: 'batch' },
  'some items': {
    field: `batch(id: $id) { list: items(${ARGUMENTS}, status: [SUCCEEDED, FAILED]) { ${FIELDS} } }`,
    of: 'batch',
  },
} as const;
type List = keyof typeof LISTS;

const ask = (app: TestApp, list: List, id: string, page: Page) => {
  const { field, of } = LISTS[list];
  const head = `query ($first: Int, $last: Int, $after: String, $before: String${of === '' ? '' : ', $id: ID!'})`;
  return request(app, `${head} { ${field} }`, { ...page, ...(of !== '' && { id }) });
};

const read = async (app: TestApp, list: List, id: string, page: Page): Promise<Connection> => {
  const { data, errors } = await ask(app, list, id, page);
  expect(errors).toBeUndefined();
  return (data.list ?? data.batch.list) as Connection;
};

/** https://relay.dev/graphql/connections.htm#sec-Pagination-algorithm, where a server knows what lies beyond a cursor. */
const expectedPage = (whole: Connection, { first, last, after, before }: Page): Connection => {
  const at = (cursor: string): number => whole.edges.findIndex((edge) => edge.cursor === cursor);
  const between = whole.edges.slice(
    after === undefined ? 0 : at(after) + 1,
    before === undefined ? whole.edges.length : Math.max(at(before), 0),
  );
  const size = first ?? last ?? 20;
  const edges =
    last === undefined ? between.slice(0, size) : between.slice(Math.max(0, between.length - size));
  const hasMore = between.length > size;
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: last === undefined ? hasMore : before !== undefined,
      hasPreviousPage: last === undefined ? after !== undefined : hasMore,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: whole.totalCount,
  };
};

const ENGINES = ['sqlite', 'postgres'] as const;

describe.each(ENGINES)('lists in %s', (engine) => {
  test.skipIf(engine === 'postgres' && postgres.problem !== null)(
    'page both ways, from every cursor, by the rules of Relay',
    async () => {
      await using database = engine === 'postgres' ? await postgres.createDatabase() : undefined;
      await using app = await startApp({ databaseUrl: database?.url ?? null }, toyOverrides(createToy()));
      for (let index = 0; index < 7; index += 1)
        await request(app, 'mutation { generate(input: { model: "toy", prompt: "Hi" }) { id } }');
      const names = Array.from({ length: 8 }, (_, index) => `item-${index}`);
      const ids: string[] = [];
      for (let index = 0; index < 4; index += 1) {
        ids.push(await submitted(app, requestsOf(names, { model: 'toy' })));
        await endedBatch(app, ids[index] ?? '');
      }
      const random = createRandom(13);
      const below = (limit: number): number => Math.floor(random() * limit);
      for (const list of Object.keys(LISTS) as List[]) {
        const id = ids[below(ids.length)] ?? '';
        const whole = await read(app, list, id, { first: 100 });
        expect(whole.edges.length).toBe(list.includes('item') ? 8 : list.includes('batches') ? 4 : 7);
        const cursors = whole.edges.map(({ cursor }) => cursor);
        const maybe = <T>(value: T): T | undefined => (below(2) === 0 ? undefined : value);
        for (let round = 0; round < 60; round += 1) {
          const size = below(5);
          const direction = below(3);
          const after = maybe(cursors[below(cursors.length)]);
          const before = maybe(cursors[below(cursors.length)]);
          const page: Page = {
            ...(direction === 0 && { first: size }),
            ...(direction === 1 && { last: size }),
            ...(after !== undefined && { after }),
            ...(before !== undefined && { before }),
          };
          expect(await read(app, list, id, page), JSON.stringify([list, page])).toEqual(
            expectedPage(whole, page),
          );
        }
        const backward: string[] = [];
        let before: string | null = null;
        do {
          const page: Connection = await read(app, list, id, { last: 3, ...(before !== null && { before }) });
          backward.unshift(...page.edges.map(({ cursor }) => cursor));
          const { hasPreviousPage, startCursor } = page.pageInfo as {
            hasPreviousPage: boolean;
            startCursor: string;
          };
          before = hasPreviousPage ? startCursor : null;
        } while (before !== null);
        expect(backward).toEqual(cursors);
      }
    },
  );
});

const BAD: readonly (readonly [Page, string, string])[] = [
  [{ first: -1 }, 'first', 'first must be from 0 to 100, not -1.'],
  [{ first: 101 }, 'first', 'first must be from 0 to 100, not 101.'],
  [{ last: -1 }, 'last', 'last must be from 0 to 100, not -1.'],
  [{ last: 101 }, 'last', 'last must be from 0 to 100, not 101.'],
  [{ first: 1, last: 1 }, 'last', 'Give first or last, not both.'],
  [{ after: 'none' }, 'after', 'after is not a cursor of this list.'],
  [{ before: 'none' }, 'before', 'before is not a cursor of this list.'],
  [{ last: 1, before: '' }, 'before', 'before is not a cursor of this list.'],
];

test('what makes no page is refused in every list, with the argument', async () => {
  await using app = await startApp({}, toyOverrides(createToy()));
  const id = await submitted(app, requestsOf(['one'], { model: 'toy' }));
  await endedBatch(app, id);
  for (const list of Object.keys(LISTS) as List[])
    for (const [page, argument, message] of BAD)
      expect((await ask(app, list, id, page)).errors).toMatchObject([
        { message, extensions: { code: 'INVALID_REQUEST', path: [argument] } },
      ]);
});

test('pages from the end are counted in the complexity of an operation as those from the start', async () => {
  await using app = await startApp();
  for (const argument of ['first', 'last']) {
    const page = (index: number) =>
      `g${index}: generations(${argument}: 100) { nodes { id status text reasoning output metadata createdAt startedAt completedAt rawFinishReason lastSequence model { name family status } } }`;
    const { errors } = await request(
      app,
      `{ ${Array.from({ length: 20 }, (_, index) => page(index)).join(' ')} }`,
    );
    expect(errors).toMatchObject([{ message: expect.stringContaining('complexity') as string }]);
    expect((await request(app, `{ ${page(0).replace('100', '5')} }`)).errors).toBeUndefined();
  }
});
