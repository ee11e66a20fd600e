import { describe, expect, it } from 'vitest';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';

const PAGE = `
  query ($first: Int, $after: String, $last: Int, $before: String, $where: ModelFilter) {
    models(first: $first, after: $after, last: $last, before: $before, where: $where) {
      totalCount
      edges { cursor node { name } }
      nodes { name }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

interface Page {
  readonly totalCount: number;
  readonly names: readonly string[];
  readonly cursors: readonly string[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const pageOf = async (app: TestApp, variables: Record<string, unknown>): Promise<Page> => {
  const { data, errors } = await request(app, PAGE, variables);
  expect(errors).toBeUndefined();
  const { totalCount, edges, nodes, pageInfo } = data.models;
  const names = nodes.map(({ name }: { name: string }) => name);
  expect(edges.map(({ node }: { node: { name: string } }) => node.name)).toEqual(names);
  const cursors = edges.map(({ cursor }: { cursor: string }) => cursor);
  expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([cursors[0] ?? null, cursors.at(-1) ?? null]);
  return { totalCount, names, cursors, pageInfo };
};

const SEVEN = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, {}]));
const startSeven = (): Promise<TestApp> => startApp({}, toyOverrides(createToy(), SEVEN));

describe('the pages of a list of models', () => {
  it.each([1, 2, 3, 7, 50])('of %i forward add up to the whole', async (first) => {
    await using app = await startApp();
    const whole = await pageOf(app, {});
    const names: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages <= whole.totalCount; pages += 1) {
      const page: Page = await pageOf(app, { first, after });
      expect(page.totalCount).toBe(whole.totalCount);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      names.push(...page.names);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
      expect(page.names).toHaveLength(first);
    }
    expect(names).toEqual(whole.names);
    expect(whole.names).toHaveLength(whole.totalCount);
    expect(whole.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  });

  it.each([1, 3, 50])('of %i backward add up to the whole', async (last) => {
    await using app = await startApp();
    const whole = await pageOf(app, {});
    const names: string[] = [];
    let before: string | null = null;
    for (let pages = 0; pages <= whole.totalCount; pages += 1) {
      const page: Page = await pageOf(app, { last, before });
      expect(page.pageInfo.hasNextPage).toBe(before !== null);
      names.unshift(...page.names);
      before = page.pageInfo.startCursor;
      if (!page.pageInfo.hasPreviousPage) break;
      expect(page.names).toHaveLength(last);
    }
    expect(names).toEqual(whole.names);
  });

  it('may be cut from both sides', async () => {
    await using app = await startSeven();
    const { cursors } = await pageOf(app, {});
    const between = { after: cursors[0], before: cursors[5] };
    expect((await pageOf(app, between)).names).toEqual(['b', 'c', 'd', 'e']);
    expect((await pageOf(app, { ...between, first: 2 })).names).toEqual(['b', 'c']);
    expect((await pageOf(app, { ...between, last: 2 })).names).toEqual(['d', 'e']);
  });

  it('count all that meet the conditions, whatever the page', async () => {
    await using app = await startSeven();
    const where = { search: 'upstream' };
    expect(await pageOf(app, { first: 2, where })).toMatchObject({ totalCount: 0, names: [] });
    expect(await pageOf(app, { first: 2, where: { search: 'a' } })).toMatchObject({
      totalCount: 1,
      names: ['a'],
    });
  });

  it('may be longer than the list, or of nothing', async () => {
    await using app = await startSeven();
    expect((await pageOf(app, { first: 100 })).names).toHaveLength(7);
    expect((await pageOf(app, { last: 100 })).names).toHaveLength(7);
    const { cursors } = await pageOf(app, {});
    expect(await pageOf(app, { first: 3, after: cursors[6] })).toMatchObject({ names: [], totalCount: 7 });
    expect(await pageOf(app, { first: 0 })).toMatchObject({ names: [], totalCount: 7 });
  });
});

describe('a page that makes no sense', () => {
  it.each([
    [{ first: -1 }, 'first must not be negative.', ['first']],
    [{ last: -5 }, 'last must not be negative.', ['last']],
    [{ first: 2, after: 'nonsense' }, /^after is not a cursor of this list/, ['after']],
    [{ last: 2, before: '' }, /^before is not a cursor of this list/, ['before']],
    [{ first: 1, after: Buffer.from('OffsetConnection:-1').toString('base64') }, /^after/, ['after']],
    [{ first: 1, after: Buffer.from('Offset:1').toString('base64') }, /^after/, ['after']],
  ])('%j is refused with the argument at fault', async (variables, message, path) => {
    await using app = await startSeven();
    const { errors } = await request(app, PAGE, variables);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.message).toMatch(message);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', path });
    const nested = await request(
      app,
      `query ($first: Int, $after: String, $last: Int, $before: String) {
        provider(name: "toy") {
          models(first: $first, after: $after, last: $last, before: $before) { totalCount }
        }
      }`,
      variables,
    );
    expect(nested.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', path });
  });
});
