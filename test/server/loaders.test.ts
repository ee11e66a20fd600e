import { describe, expect, test } from 'vitest';
import { TEXT_OUTPUT } from '../../src/core/output.ts';
import type { AppOverrides } from '../../src/app.ts';
import type { Db } from '../../src/stores/db/db.ts';
import { BatchStore } from '../../src/stores/batches/batch-store.ts';
import { GenerationStore } from '../../src/stores/generations/generation-store.ts';
import { request, startApp } from '../support/app/app.ts';
import { madeGeneration } from '../support/app/generation.ts';
import { plainRequest } from '../support/plain-request.ts';
import { createToy, toyModels, toyOverrides } from '../support/app/toy-provider.ts';
import { findEngines } from '../support/databases/stores.ts';
import { UNBILLED } from '../support/app/unbilled.ts';

const engines = await findEngines();

const LONG_MS = 600_000;

/** Nothing of the server asks its database of its own accord for as long as a test lasts. */
const QUIET: Pick<AppOverrides, 'timing' | 'batchTiming'> = {
  timing: { leaseMs: LONG_MS, pollMs: LONG_MS },
  batchTiming: { leaseMs: LONG_MS, claimPollMs: LONG_MS, deleteMs: LONG_MS },
};

/** The same database, which keeps every statement that reads; what a node does of its own accord takes or writes. */
const listening = (db: Db): { readonly db: Db; readonly statements: string[] } => {
  const statements: string[] = [];
  return {
    statements,
    db: {
      engine: db.engine,
      query: (sql, values) => {
        if (/^\s*(SELECT|WITH)\b/.test(sql)) statements.push(sql);
        return db.query(sql, values);
      },
      transaction: (work, options) => {
        statements.push('a transaction');
        return db.transaction(work, options);
      },
      notify: (channel, payload) => db.notify(channel, payload),
      listen: (channel, handle, options) => db.listen(channel, handle, options),
      isUp: () => db.isUp(),
      onAvailability: (handle) => db.onAvailability(handle),
      close: () => db.close(),
    },
  };
};

const [config] = toyModels({ toy: {} });
if (config === undefined) throw new Error('there is no toy');

const addGenerations = async (db: Db, ids: readonly string[], principalId = 'local'): Promise<void> => {
  const options = { nodeId: 'elsewhere', eventRetentionMs: LONG_MS, retentionMs: LONG_MS };
  const finished = ids.map((id) => madeGeneration({ id, principalId, text: `Text of ${id}` }));
  await new GenerationStore(db, options).write({ created: finished, blocks: [], changed: [], finished });
};

const addBatch = async (db: Db, id: string, items: number): Promise<void> => {
  const store = new BatchStore(db);
  const record = { displayName: id, metadata: null, config, warnings: [] };
  await store.create({ id, principalId: 'local', mode: 'native', ...record });
  const rows = Array.from({ length: items }, (_, index) => ({
    index,
    customId: `item-${index}`,
    request: plainRequest(),
    outputRules: TEXT_OUTPUT,
    warnings: [],
    metadata: null,
    bound: null,
  }));
  await store.addItems(
    id,
    rows.map((row) => store.encodeItem(row)),
  );
  await store.publish(id, { total: items, provider: 'toy', jobs: [], ...UNBILLED }, null);
};

const idsOf = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** A server on a database, and how many statements of it an operation takes. */
const startCounted = async (db: Db) => {
  const listened = listening(db);
  const app = await startApp(
    {},
    { ...toyOverrides(createToy()), ...QUIET, openDb: () => Promise.resolve(listened.db) },
  );
  return {
    ask: async (query: string, variables: Readonly<Record<string, unknown>> = {}) => {
      listened.statements.length = 0;
      const answer = await request(app, query, variables);
      return { ...answer, statements: listened.statements.length };
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
};

const NODES = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { __typename id ... on Generation { text } ... on BatchItem { customId } }
}`;

for (const { name, problem, open } of engines) {
  describe.skipIf(problem !== null)(`what is asked for one by one on ${name}`, () => {
    test('twenty generations by their ids are one statement', async () => {
      await using stores = await open();
      const ids = idsOf('gen_', 20);
      await addGenerations(stores.db, ids);
      await using server = await startCounted(stores.db);
      const { data, errors, statements } = await server.ask(NODES, { ids: ids.toReversed() });
      expect(errors).toBeUndefined();
      expect(data.nodes).toEqual(
        ids.toReversed().map((id) => ({ __typename: 'Generation', id, text: `Text of ${id}` })),
      );
      expect(statements).toBe(1);
      const aliases = ids.map((id) => `${id}: generation(id: "${id}") { text }`).join(' ');
      expect(await server.ask(`{ ${aliases} }`)).toMatchObject({
        data: { gen_7: { text: 'Text of gen_7' } },
        statements: 1,
      });
    });

    test('objects of every type come in the order of their ids, by one statement for each type', async () => {
      await using stores = await open();
      const { db } = stores;
      await addGenerations(db, ['gen_a', 'gen_b']);
      await addGenerations(db, ['gen_other'], 'somebody else');
      for (const id of ['batch_a', 'batch_b']) await addBatch(db, id, 3);
      await using server = await startCounted(db);
      const ids = [
        'item_b_2',
        'gen_b',
        'batch_a',
        'nothing',
        'model_toy',
        'gen_other',
        'gen_a',
        'provider_toy',
        'item_a_0',
        'batch_gone',
        'item_b_3',
        'gen_b',
        'item_b_2',
        'batch_b',
      ];
      const { data, statements } = await server.ask(NODES, { ids });
      const isThere = (id: string): boolean =>
        !['nothing', 'gen_other', 'batch_gone', 'item_b_3'].includes(id);
      expect(data.nodes.map((node: { readonly id: string } | null) => node?.id ?? null)).toEqual(
        ids.map((id) => (isThere(id) ? id : null)),
      );
      expect(data.nodes[0]).toEqual({ __typename: 'BatchItem', id: 'item_b_2', customId: 'item-2' });
      expect(statements).toBe(3);
    });

    test('a page of fifty batches with their items is four statements', async () => {
      await using stores = await open();
      const { db } = stores;
      for (let index = 0; index < 51; index += 1) await addBatch(db, `batch_${index}`, 3);
      await using server = await startCounted(db);
      const query = `{
        batches(first: 50) {
          totalCount
          nodes {
            id provider { name } model { id available }
            items(first: 2) { totalCount nodes { id index customId } pageInfo { hasNextPage } }
            item(customId: "item-1") { index }
          }
        }
      }`;
      const { data, errors, statements } = await server.ask(query);
      expect(errors).toBeUndefined();
      expect(data.batches.totalCount).toBe(51);
      expect(data.batches.nodes).toHaveLength(50);
      for (const [index, batch] of data.batches.nodes.entries()) {
        const id = `batch_${50 - index}`;
        expect(batch).toEqual({
          id,
          provider: { name: 'toy' },
          model: { id: 'model_toy', available: true },
          items: {
            totalCount: 3,
            nodes: [0, 1].map((position) => ({
              id: `item_${50 - index}_${position}`,
              index: position,
              customId: `item-${position}`,
            })),
            pageInfo: { hasNextPage: true },
          },
          item: { index: 1 },
        });
      }
      // The page and its total count, all pages of items, all items by their names.
      expect(statements).toBe(4);
    });

    test('pages of items that begin elsewhere, or are of some statuses, are each right', async () => {
      await using stores = await open();
      const { db } = stores;
      for (const id of ['batch_a', 'batch_b']) await addBatch(db, id, 4);
      await db.query("UPDATE batch_item SET status = 'failed' WHERE idx IN (1, 3)");
      await db.query('UPDATE batch SET failed = 2');
      await using server = await startCounted(db);
      const PAGE = '{ totalCount nodes { id } pageInfo { hasNextPage endCursor } }';
      const first = await server.ask(
        `{ batches { nodes { failed: items(first: 1, status: FAILED) ${PAGE} all: items(first: 3) ${PAGE} } } }`,
      );
      const idsOfPages = (nodes: readonly { readonly nodes: readonly { readonly id: string }[] }[]) =>
        nodes.map((page) => page.nodes.map(({ id }) => id));
      const pages = first.data.batches.nodes;
      expect(idsOfPages(pages.map(({ failed }: { readonly failed: never }) => failed))).toEqual([
        ['item_b_1'],
        ['item_a_1'],
      ]);
      expect(idsOfPages(pages.map(({ all }: { readonly all: never }) => all))).toEqual([
        ['item_b_0', 'item_b_1', 'item_b_2'],
        ['item_a_0', 'item_a_1', 'item_a_2'],
      ]);
      expect(pages[0].failed).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
      // Two for the page of batches, one for each kind of page of items.
      expect(first.statements).toBe(4);
      const next = await server.ask(
        `query ($all: String, $failed: String) {
          a: batch(id: "batch_a") { items(first: 3, after: $all) ${PAGE} }
          b: batch(id: "batch_b") { items(first: 3, after: $failed) ${PAGE} }
        }`,
        { all: pages[1].all.pageInfo.endCursor, failed: pages[0].failed.pageInfo.endCursor },
      );
      expect(idsOfPages([next.data.a.items, next.data.b.items])).toEqual([
        ['item_a_3'],
        ['item_b_2', 'item_b_3'],
      ]);
      // The batches, and pages that differ in where they begin.
      expect(next.statements).toBe(2);
      const refused = await server.ask(
        '{ good: batch(id: "batch_a") { id items { totalCount } } bad: batch(id: "batch_b") { items(after: "no") { totalCount } } }',
      );
      expect(refused.errors).toMatchObject([{ path: ['bad', 'items'], extensions: { path: ['after'] } }]);
      expect(refused.data.good).toMatchObject({ id: 'batch_a', items: { totalCount: 4 } });
    });

    test('one that cannot be read is an error of its own', async () => {
      await using stores = await open();
      const { db } = stores;
      await addGenerations(db, ['gen_a', 'gen_b', 'gen_c']);
      await addBatch(db, 'batch_a', 2);
      await db.query("UPDATE generation SET record = 'not JSON' WHERE id = 'gen_b'");
      await db.query("UPDATE batch_item SET metadata = 'not JSON' WHERE idx = 0");
      await using server = await startCounted(db);
      const { data, errors } = await server.ask(NODES, {
        ids: ['gen_a', 'gen_b', 'gen_c', 'item_a_0', 'item_a_1'],
      });
      expect(data.nodes.map((node: { readonly id: string } | null) => node?.id ?? null)).toEqual([
        'gen_a',
        null,
        'gen_c',
        null,
        'item_a_1',
      ]);
      // In the order of the statements that end.
      expect(errors?.toSorted((a, b) => Number(a.path?.[1]) - Number(b.path?.[1]))).toMatchObject([
        { path: ['nodes', 1], extensions: { code: 'INTERNAL' } },
        { path: ['nodes', 3], extensions: { code: 'INTERNAL' } },
      ]);
    });

    test('no more than a hundred ids are taken at once', async () => {
      await using stores = await open();
      await using server = await startCounted(stores.db);
      expect((await server.ask(NODES, { ids: idsOf('gen_', 100) })).data.nodes).toHaveLength(100);
      expect(await server.ask(NODES, { ids: idsOf('gen_', 101) })).toMatchObject({
        errors: [{ message: 'ids must have at most 100 elements, not 101.', extensions: { path: ['ids'] } }],
        statements: 0,
      });
      expect(await server.ask(NODES, { ids: [] })).toMatchObject({ data: { nodes: [] }, statements: 0 });
    });
  });
}
