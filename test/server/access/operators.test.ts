import { describe, expect, it } from 'vitest';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, codeOf, createAccessFile, keyOf } from '../../support/app/access.ts';
import { createToy, textDelta, toyOverrides, untilAborted } from '../../support/app/toy-provider.ts';
import { createToyBatchVendor } from '../../support/batch-vendors/toy-batch-vendor.ts';

const FIELDS =
  'id owner status model { name } createdAt cost { total } text reasoning output metadata messages { user { text } }';
const RUNNING = `query { generations(status: [RUNNING], everyone: true) { totalCount nodes { ${FIELDS} } } }`;
const BATCHES = `query { batches(status: [QUEUED, SUBMITTED, RUNNING, CANCELLING], everyone: true) {
  totalCount nodes { id owner status displayName metadata counts { total } items { totalCount nodes { text } } } } }`;
const NODES = 'query { serverNodes { id version startedAt runningGenerations } }';
const START = 'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }';
const SUBMIT = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { id owner status text metadata } }';
const CANCEL_BATCH = 'mutation ($id: ID!) { cancelBatch(id: $id) { id owner displayName metadata } }';

const KEYS = ['ann', 'ben', 'boss', 'auditor'];
const input = { model: 'toy', prompt: 'a secret', metadata: { note: 'a secret note' } };
const batchInput = {
  displayName: 'a secret name',
  metadata: { note: 'a secret note' },
  requests: [{ customId: 'a', input: { model: 'toy', prompt: 'a secret' } }],
};

interface Scene extends AsyncDisposable {
  readonly app: TestApp;
  as(key: string, query: string, variables?: Record<string, unknown>): ReturnType<typeof ASK.http>;
}

/** A server whose models say a word and go on thinking, and whose vendor never ends a batch. */
const startScene = async (overrides: Parameters<typeof startApp>[1]): Promise<Scene> => {
  const file = createAccessFile({
    keys: {
      boss: { operations: ['read', 'generate', 'batch', 'admin'] },
      auditor: { operations: ['read', 'admin'] },
    },
  });
  const settings = { apiKeys: KEYS.map((id) => keyOf(id).setting), accessFile: file.path };
  const app = await startApp(settings, overrides);
  return {
    app,
    as: (key, query, variables = {}) => ASK.http(app, { query, variables }, keyOf(key).key),
    async [Symbol.asyncDispose]() {
      await app.close();
      file[Symbol.dispose]();
    },
  };
};

const createThinkingToy = () =>
  createToy(async function* ({ signal }) {
    yield textDelta('a secret answer');
    yield await untilAborted(signal);
  });

/** Waits until a list has so many, which is a write of the store later. */
const listed = async (scene: Scene, query: string, list: string, count: number) => {
  for (;;) {
    const { data } = await scene.as('boss', query);
    if (data[list].totalCount === count) return data[list].nodes;
  }
};

describe('what is under way of everyone', () => {
  it('is shown to an administrator, with its owner and without a word of it, and can be cancelled', async () => {
    await using scene = await startScene(toyOverrides(createThinkingToy()));
    const { id } = (await scene.as('ann', START, { input })).data.startGeneration;
    const other = (await scene.as('ben', START, { input })).data.startGeneration.id;
    const nodes = await listed(scene, RUNNING, 'generations', 2);
    const shown = {
      status: 'RUNNING',
      model: { name: 'toy' },
      text: '',
      reasoning: null,
      output: null,
      metadata: null,
    };
    expect(nodes).toMatchObject([
      { id: other, owner: 'ben', ...shown, messages: [] },
      { id, owner: 'ann', ...shown, messages: [] },
    ]);
    expect(JSON.stringify(nodes)).not.toContain('secret');
    const { data } = await scene.as('boss', CANCEL, { id });
    expect(data.cancelGeneration).toEqual({
      id,
      owner: 'ann',
      status: 'CANCELLED',
      text: '',
      metadata: null,
    });
    expect(await listed(scene, RUNNING, 'generations', 1)).toMatchObject([{ id: other }]);
    const own = await scene.as('ann', 'query ($id: ID!) { generation(id: $id) { status text } }', { id });
    expect(own.data.generation).toEqual({ status: 'CANCELLED', text: 'a secret answer' });
  });

  it('has the batches of everyone as well, without their requests and results', async () => {
    const vendor = createToyBatchVendor({ onSubmit: (batch) => (batch.state = 'running') });
    await using scene = await startScene(vendor.overrides);
    const { id } = (await scene.as('ann', SUBMIT, { input: batchInput })).data.submitBatch;
    const nodes = await listed(scene, BATCHES, 'batches', 1);
    expect(nodes).toMatchObject([
      {
        id,
        owner: 'ann',
        displayName: null,
        metadata: null,
        counts: { total: 1 },
        items: { totalCount: 0, nodes: [] },
      },
    ]);
    expect(JSON.stringify(nodes)).not.toContain('secret');
    const { data } = await scene.as('boss', CANCEL_BATCH, { id });
    expect(data.cancelBatch).toEqual({ id, owner: 'ann', displayName: null, metadata: null });
    while (vendor.batches[0]?.cancels === 0) await scene.as('boss', BATCHES);
  });

  it('is nothing for principals that are no administrators, who see and cancel their own alone', async () => {
    await using scene = await startScene(toyOverrides(createThinkingToy()));
    const { id } = (await scene.as('ann', START, { input })).data.startGeneration;
    for (const query of [RUNNING, BATCHES, NODES])
      expect(codeOf(await scene.as('ben', query))).toBe('FORBIDDEN');
    expect(codeOf(await scene.as('ben', CANCEL, { id }))).toBe('NOT_FOUND');
    // To see is not to cancel: that takes the operation for it as well.
    expect(codeOf(await scene.as('auditor', CANCEL, { id }))).toBe('FORBIDDEN');
    expect((await listed(scene, RUNNING, 'generations', 1))[0].id).toBe(id);
  });

  it('is of one owner or of everyone, not both', async () => {
    await using scene = await startScene(toyOverrides(createThinkingToy()));
    const query = 'query { generations(owner: "ann", everyone: true) { totalCount } }';
    expect((await scene.as('boss', query)).errors).toMatchObject([
      { extensions: { code: 'INVALID_REQUEST', path: ['everyone'] } },
    ]);
  });

  it('is listed in pages whose cursors go on where the last one ended', async () => {
    await using scene = await startScene(toyOverrides(createThinkingToy()));
    const ids: string[] = [];
    for (const key of ['ann', 'ben', 'ann'])
      ids.unshift((await scene.as(key, START, { input })).data.startGeneration.id);
    await listed(scene, RUNNING, 'generations', 3);
    const page = `query ($after: String) { generations(status: [RUNNING], everyone: true, first: 2, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { id } } }`;
    const one = (await scene.as('boss', page)).data.generations;
    const two = (await scene.as('boss', page, { after: one.pageInfo.endCursor })).data.generations;
    expect([...one.nodes, ...two.nodes].map(({ id }) => id)).toEqual(ids);
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage, two.totalCount]).toEqual([true, false, 3]);
  });
});

describe('the processes of a server', () => {
  it('are shown to an administrator with their version, their start and what they have to do', async () => {
    await using scene = await startScene(toyOverrides(createThinkingToy()));
    await scene.as('ann', START, { input });
    await listed(scene, RUNNING, 'generations', 1);
    const { data } = await scene.as('auditor', NODES);
    expect(data.serverNodes).toEqual([
      {
        id: expect.stringMatching(/^node_[0-9a-f-]{36}$/),
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        runningGenerations: 1,
      },
    ]);
  });

  it('are shown to the one caller of a server without keys, as is what is under way', async () => {
    await using app = await startApp({}, toyOverrides(createThinkingToy()));
    expect((await request(app, NODES)).data.serverNodes).toHaveLength(1);
    expect((await request(app, RUNNING)).data.generations).toEqual({ totalCount: 0, nodes: [] });
  });
});
