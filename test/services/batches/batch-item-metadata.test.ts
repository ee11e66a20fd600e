import { describe, expect, test } from 'vitest';
import type { Settings } from '../../../config/settings.ts';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { endedBatch, submitBatch, submitted } from '../../support/app/batch-requests.ts';
import { submitFile } from '../../support/app/batches.ts';
import { usePostgres } from '../../support/databases/postgres.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';
import { sendJson, startUpstream } from '../../support/upstream/upstream-server.ts';

const postgres = await usePostgres();

const MARK = 'of the caller alone';
const METADATA: Readonly<Record<string, unknown>> = {
  whole: { order: 7, tags: [MARK, null, true], deep: { nul: 'a\0b', half: '\ud800', ü: '😀' } },
  text: MARK,
  zero: 0,
  no: false,
  list: [],
  failed: { [MARK]: 1 },
};
const WANTED = { ...METADATA, nothing: null, without: null };

const requestsFor = (model: string) => [
  ...Object.entries(METADATA).map(([customId, metadata]) => ({
    customId,
    input: { model, prompt: customId, metadata },
  })),
  { customId: 'nothing', input: { model, prompt: 'nothing', metadata: null } },
  { customId: 'without', input: { model, prompt: 'without' } },
];

const ITEMS = 'items(first: 100) { nodes { id customId metadata } }';
const UPDATED = `subscription ($id: ID!) { batchUpdated(id: $id) { status ${ITEMS} } }`;

type Server = { readonly url: string };
type Nodes = readonly { id: string; customId: string; metadata: unknown }[];

const byName = (nodes: Nodes): unknown =>
  Object.fromEntries(nodes.map(({ customId, metadata }) => [customId, metadata]));

const readNodes = async (app: Server, id: string): Promise<Nodes> =>
  (await request(app, `query ($id: ID!) { batch(id: $id) { ${ITEMS} } }`, { id })).data.batch.items.nodes;

describe.each(['SQLite', 'PostgreSQL'] as const)(
  'the metadata of a request of a batch, kept in %s',
  (engine) => {
    const skip = engine === 'PostgreSQL' && postgres.problem !== null;
    const open = async (): Promise<AsyncDisposable & { readonly settings: Partial<Settings> }> => {
      if (engine === 'SQLite') return { settings: {}, [Symbol.asyncDispose]: async () => {} };
      const database = await postgres.createDatabase();
      return {
        settings: { databaseUrl: database.url },
        [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
      };
    };

    test.skipIf(skip)(
      'is on its item as it was given, with a result and without one, however the item is read',
      async () => {
        const vendor = createToyBatchVendor({
          onSubmit: (batch) => {
            batch.state = 'running';
            batch.results = batch.results.filter(({ customId }) => customId !== 'failed');
          },
        });
        await using store = await open();
        await using app = await startApp(store.settings, vendor.overrides);
        const id = await submitted(app, requestsFor('toy'));
        const nodes = await readNodes(app, id);
        expect(byName(nodes)).toEqual(WANTED);

        const [shown] = await collectOverSse(app, UPDATED, { id }, { until: () => true });
        expect(byName(shown?.data.batchUpdated.items.nodes)).toEqual(WANTED);
        const ended = collectOverWebSocket(app, UPDATED, { id });
        while (vendor.batches.length === 0) await new Promise(setImmediate);
        for (const batch of vendor.batches) batch.state = 'ended';
        const last = (await ended).at(-1)?.data.batchUpdated;
        expect([last.status, byName(last.items.nodes)]).toEqual(['COMPLETED', WANTED]);

        const first = nodes[0]?.id;
        const one = `query ($id: ID!, $node: ID!) {
          batch(id: $id) { item(customId: "failed") { status metadata } }
          node(id: $node) { ... on BatchItem { status metadata } } }`;
        expect((await request(app, one, { id, node: first })).data).toEqual({
          batch: { item: { status: 'FAILED', metadata: METADATA['failed'] } },
          node: { status: 'SUCCEEDED', metadata: METADATA['whole'] },
        });
        expect(JSON.stringify(vendor.batches)).not.toContain(MARK);
      },
    );

    test.skipIf(skip)('is taken from a file too, where requests are asked one by one', async () => {
      const toy = createToy();
      await using store = await open();
      await using app = await startApp(store.settings, {
        ...toyOverrides(toy),
        batchTiming: QUICK_TIMING,
      });
      const lines = requestsFor('toy').map((each) => JSON.stringify(each));
      const { answer } = await submitFile(app, lines.join('\n'));
      const { id } = answer.data.submitBatch;
      expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED' });
      expect(byName(await readNodes(app, id))).toEqual(WANTED);
      expect(toy.calls).toHaveLength(lines.length);
      expect(JSON.stringify(toy.calls.map((call) => call.request))).not.toContain(MARK);
    });
  },
);

test('the metadata of a request is nowhere in what its vendor is sent', async () => {
  await using upstream = await startUpstream((exchange) =>
    sendJson(exchange, { id: 'x', object: 'batch', status: 'in_progress', created_at: 1 }),
  );
  const providers = { openai: { apiKey: 'sk-test', baseUrl: upstream.origin } };
  await using app = await startApp({ providers }, { batchTiming: QUICK_TIMING });
  await submitted(app, requestsFor('gpt-4.1'), { metadata: { batch: MARK }, displayName: MARK });
  const [file, batch] = [await upstream.request(0), await upstream.request(1)];
  expect(file.body).toContain('"custom_id":"whole"');
  expect(JSON.parse(batch.body)).toMatchObject({ input_file_id: 'x' });
  expect(`${file.body}${batch.body}`).not.toContain(MARK);
});

test('a batch with other metadata of a request is another one under the same key', async () => {
  await using app = await startApp({}, createToyBatchVendor().overrides);
  const submit = (metadata: unknown) =>
    submitBatch(app, [{ customId: 'a', input: { model: 'toy', prompt: 'Hi', metadata } }], {
      idempotencyKey: 'once',
    });
  const [first, same, other] = [await submit({ n: 1, m: 2 }), await submit({ m: 2, n: 1 }), await submit(3)];
  expect(same.data.submitBatch.id).toBe(first.data.submitBatch.id);
  expect(other.errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST' } }]);
});
