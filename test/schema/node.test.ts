import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { request, startApp } from '../support/app/app.ts';

const NODE = `
  query ($id: ID!) {
    node(id: $id) {
      __typename id
      ... on Model { name }
      ... on Provider { displayName }
      ... on Generation { text }
    }
  }
`;

const GENERATE = 'mutation { generate(input: { model: "demo", prompt: "Hi" }) { id text } }';

describe('an object by its id', () => {
  it('is the same model or provider, of every one there is', async () => {
    await using app = await startApp();
    const { data } = await request(app, '{ models { nodes { id name } } providers { id displayName } }');
    expect(data.providers).toHaveLength(Object.keys(MODEL_CONFIGS).length);
    for (const { id, name } of data.models.nodes)
      expect((await request(app, NODE, { id })).data).toEqual({ node: { __typename: 'Model', id, name } });
    for (const { id, displayName } of data.providers)
      expect((await request(app, NODE, { id })).data).toEqual({
        node: { __typename: 'Provider', id, displayName },
      });
    const ids = [...data.models.nodes, ...data.providers].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is the same generation, by either query', async () => {
    await using app = await startApp();
    const { id, text } = (await request(app, GENERATE)).data.generate;
    expect((await request(app, NODE, { id })).data).toEqual({ node: { __typename: 'Generation', id, text } });
    expect((await request(app, 'query ($id: ID!) { generation(id: $id) { id text } }', { id })).data).toEqual(
      {
        generation: { id, text },
      },
    );
  });

  it.each([
    'model_nobody',
    'model_',
    'model_gpt',
    'model_DEMO',
    'model_ demo',
    'provider_nobody',
    'provider_DEMO',
    'gen_0123456789abcdef0123456789abcdef',
    'gen_',
    'batch_1',
    'demo',
    '',
    '__proto__',
    'TW9kZWw6ZGVtbw==',
  ])('is null for %j, which is the id of nothing', async (id) => {
    await using app = await startApp();
    const answer = await request(app, NODE, { id });
    expect(answer).toEqual({ data: { node: null } });
    const generation = await request(app, 'query ($id: ID!) { generation(id: $id) { id } }', { id });
    expect(generation).toEqual({ data: { generation: null } });
  });

  it('is null when it is the generation of another principal', async () => {
    const keys = ['mg_ann_secret1', 'mg_bob_secret2'];
    await using app = await startApp({
      apiKeys: keys.map((key) => ({
        id: key.split('_')[1] ?? '',
        sha256: createHash('sha256').update(key).digest('hex'),
      })),
    });
    const [ann, bob] = keys.map((key) => ({ headers: { authorization: `Bearer ${key}` } }));
    const { id, text } = (await request(app, GENERATE, {}, ann)).data.generate;
    const both = `query ($id: ID!) { generation(id: $id) { text } node(id: $id) { id } }`;
    expect((await request(app, both, { id }, ann)).data).toEqual({ generation: { text }, node: { id } });
    expect(await request(app, both, { id }, bob)).toEqual({ data: { generation: null, node: null } });
  });
});
