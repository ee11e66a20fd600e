import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, codeOf, createAccessFile, keyOf } from '../../support/app/access.ts';
import { BATCH_UPDATED } from '../../support/app/batches.ts';
import { openEventStream } from '../../support/app/clients.ts';
import { createToy, finishEvent, textDelta, answerOf, toyOverrides } from '../../support/app/toy-provider.ts';

const SECRET = 'the secret answer';
const FIELDS = `id owner status text reasoning output metadata cost { total } usage { totalTokens } toolCalls { callId }
  citations { url } messages { user { text } assistant { text } } outputViolations { path } warnings { code } error { message } model { name }`;

const START = `mutation ($input: GenerateInput!) { generate(input: $input) { ${FIELDS} } }`;
const SUBMIT = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
const READ = `query ($id: ID!, $batch: ID!, $item: ID!) {
  generation(id: $id) { ${FIELDS} }
  node(id: $id) { ... on Generation { ${FIELDS} } }
  nodes(ids: [$id, $batch, $item]) { id }
  batch(id: $batch) { id item(customId: "a") { text } items { nodes { text } } }
}`;
const LIST = `query ($owner: String) { generations(owner: $owner) { totalCount nodes { ${FIELDS} } } }`;
const LIST_BATCHES = 'query ($owner: String) { batches(owner: $owner) { totalCount nodes { id } } }';

const input = { model: 'toy', prompt: 'Hi', metadata: { note: 'a secret note' } };
const keys = ['shop', 'other', 'boss', 'auditor', 'spy'];

interface Scene extends AsyncDisposable {
  readonly app: TestApp;
  /** The token of a user of the key `shop`. */
  readonly ann: string;
  /** The token of a user of the same name, of the key `other`. */
  readonly stranger: string;
}

const issue = async (app: TestApp, key: string): Promise<string> => {
  const query = 'mutation { createUserToken(subject: "ann", expiresInSeconds: 600) { token } }';
  return (await ASK.http(app, { query }, keyOf(key).key)).data.createUserToken.token as string;
};

const startScene = async (): Promise<Scene> => {
  const everything = ['read', 'generate', 'batch', 'issue'];
  const file = createAccessFile({
    keys: {
      shop: { operations: [...everything, 'users'], users: { operations: ['read', 'generate', 'batch'] } },
      other: { operations: [...everything, 'users'], users: { operations: ['read', 'generate', 'batch'] } },
      boss: { operations: ['read', 'generate', 'batch', 'admin'] },
      auditor: { operations: ['read', 'admin', 'users'] },
    },
  });
  const toy = createToy(answerOf(textDelta(SECRET), finishEvent()));
  const settings = { apiKeys: keys.map((id) => keyOf(id).setting), accessFile: file.path };
  const app = await startApp(settings, toyOverrides(toy));
  return {
    app,
    ann: await issue(app, 'shop'),
    stranger: await issue(app, 'other'),
    async [Symbol.asyncDispose]() {
      await app.close();
      file[Symbol.dispose]();
    },
  };
};

/** A generation and a batch of a principal, both ended. */
const createObjects = async (app: TestApp, token: string) => {
  const { data } = await ASK.http(app, { query: START, variables: { input } }, token);
  const batchInput = { requests: [{ customId: 'a', input: { model: 'toy', prompt: 'Hi' } }] };
  const submitted = await ASK.http(app, { query: SUBMIT, variables: { input: batchInput } }, token);
  const batch = submitted.data.submitBatch.id as string;
  const following = { query: BATCH_UPDATED, variables: { id: batch } };
  await (await openEventStream(app, following, { authorization: `Bearer ${token}` })).ended;
  return { id: data.generate.id as string, batch, item: batch.replace('batch_', 'item_').concat('_0') };
};

type Sees = 'whole' | 'outline' | 'nothing';

/** Who sees what of the objects of `ann`, a user of the key `shop`. */
const READERS: Readonly<Record<string, { readonly token: (scene: Scene) => string; readonly sees: Sees }>> = {
  'ann herself': { token: ({ ann }) => ann, sees: 'whole' },
  'the key that issued her token, with the operation for it': {
    token: () => keyOf('shop').key,
    sees: 'whole',
  },
  'another key with that operation': { token: () => keyOf('other').key, sees: 'nothing' },
  'another user of her name': { token: ({ stranger }) => stranger, sees: 'nothing' },
  'a key with the operation of an administrator': { token: () => keyOf('boss').key, sees: 'outline' },
  'a key with that of an administrator and that for users': {
    token: () => keyOf('auditor').key,
    sees: 'outline',
  },
  'a key without rules': { token: () => keyOf('spy').key, sees: 'nothing' },
};

describe.each(Object.entries(READERS))('of what belongs to a user of a key, %s', (_name, { token, sees }) => {
  it(`sees ${sees}, whichever way it asks, over every transport`, async () => {
    await using scene = await startScene();
    const { app, ann } = scene;
    const { id, batch, item } = await createObjects(app, ann);
    const owner = 'user:shop:ann';
    const variables = { id, batch, item };
    for (const ask of Object.values(ASK)) {
      const { data, errors } = await ask(app, { query: READ, variables }, token(scene));
      expect(errors).toBeUndefined();
      const shown = { id, status: 'COMPLETED', owner, model: { name: 'toy' } };
      const whole = {
        ...shown,
        text: SECRET,
        metadata: input.metadata,
        messages: [{ assistant: { text: SECRET } }],
      };
      const outline = { ...shown, text: '', metadata: null, messages: [], output: null, reasoning: null };
      const expected = { whole, outline, nothing: null }[sees];
      if (expected === null) expect([data.generation, data.node]).toEqual([null, null]);
      else expect([data.generation, data.node]).toMatchObject([expected, expected]);
      if (sees === 'whole') {
        expect(data.batch).toEqual({
          id: batch,
          item: { text: SECRET },
          items: { nodes: [{ text: SECRET }] },
        });
        expect(data.nodes).toEqual([{ id }, { id: batch }, { id: item }]);
      } else {
        const isOutlined = sees === 'outline';
        expect(data.batch).toEqual(isOutlined ? { id: batch, item: null, items: { nodes: [] } } : null);
        expect(data.nodes).toEqual([isOutlined ? { id } : null, isOutlined ? { id: batch } : null, null]);
        expect(JSON.stringify(data)).not.toContain('secret');
      }
    }
  });

  it('can do nothing to it unless it is its own, but end it as an administrator', async () => {
    await using scene = await startScene();
    const { app, ann } = scene;
    const { id, batch } = await createObjects(app, ann);
    const isOwner = token(scene) === ann;
    // With `admin`, and the operation to cancel one's own.
    const mayEnd = isOwner || token(scene) === keyOf('boss').key;
    const ends = [
      { query: 'mutation ($id: ID!) { cancelGeneration(id: $id) { id } }', variables: { id } },
      { query: 'mutation ($id: ID!) { cancelBatch(id: $id) { id } }', variables: { id: batch } },
    ];
    const tries = [
      { query: 'subscription ($id: ID!) { generationEvents(id: $id) { sequence } }', variables: { id } },
      { query: 'subscription ($id: ID!) { batchUpdated(id: $id) { id } }', variables: { id: batch } },
      {
        query:
          'mutation ($id: ID!) { submitToolResults(generationId: $id, results: [{ callId: "a", output: 1 }]) { id } }',
        variables: { id },
      },
    ];
    for (const operation of [...ends, ...tries]) {
      const code = codeOf(await ASK.websocket(app, operation, token(scene)));
      if (isOwner || (mayEnd && ends.includes(operation))) expect([null, 'INVALID_REQUEST']).toContain(code);
      else expect(['NOT_FOUND', 'FORBIDDEN']).toContain(code);
    }
  });
});

describe('lists of generations and batches', () => {
  it("are one's own, or those of an owner that may be seen, without content where that is not for the reader", async () => {
    await using scene = await startScene();
    const { app, ann } = scene;
    const { id, batch } = await createObjects(app, ann);
    const list = async (query: string, token: string, owner: string | null) =>
      ASK.http(app, { query, variables: { owner } }, token);
    const owner = 'user:shop:ann';
    expect((await list(LIST, ann, null)).data.generations).toMatchObject({
      totalCount: 1,
      nodes: [{ id, text: SECRET }],
    });
    expect((await list(LIST, ann, owner)).data.generations.totalCount).toBe(1);
    const shop = keyOf('shop').key;
    expect((await list(LIST, shop, null)).data.generations.totalCount).toBe(0);
    expect((await list(LIST, shop, owner)).data.generations).toMatchObject({
      totalCount: 1,
      nodes: [{ id, owner, text: SECRET }],
    });
    expect((await list(LIST_BATCHES, shop, owner)).data.batches).toEqual({
      totalCount: 1,
      nodes: [{ id: batch }],
    });
    const boss = await list(LIST, keyOf('boss').key, owner);
    expect(boss.data.generations).toMatchObject({
      totalCount: 1,
      nodes: [{ id, owner, text: '', metadata: null }],
    });
    expect(JSON.stringify(boss)).not.toContain('secret');
    for (const query of [LIST, LIST_BATCHES]) {
      expect(codeOf(await list(query, keyOf('spy').key, owner))).toBe('FORBIDDEN');
      expect(codeOf(await list(query, ann, 'user:shop:bob'))).toBe('FORBIDDEN');
      const { data } = await list(query, keyOf('other').key, owner);
      expect(data.generations ?? data.batches).toEqual({ totalCount: 0, nodes: [] });
    }
    expect((await list(LIST_BATCHES, keyOf('boss').key, owner)).data.batches).toEqual({
      totalCount: 1,
      nodes: [{ id: batch }],
    });
  });
});
