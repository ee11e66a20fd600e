import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type TestApp, request, startApp } from '../support/app/app.ts';

const FOLDER = fileURLToPath(new URL('../federation/', import.meta.url));
const isInstalled = existsSync(`${FOLDER}node_modules/@apollo/composition`);

const SDL = '{ _service { sdl } }';

const ENTITIES = `
  query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      __typename
      ... on Model { id name }
      ... on Provider { displayName }
      ... on Generation { id text model { name } }
      ... on Batch { id counts { total } }
    }
  }
`;

const ask = (app: TestApp, representations: readonly unknown[], headers: Record<string, string> = {}) =>
  request(app, ENTITIES, { representations }, { headers });

const GENERATE = 'mutation { generate(input: { model: "demo", prompt: "Hi" }) { id text } }';

interface Composed {
  readonly errors: readonly string[];
  readonly supergraph: string;
}

/** Runs the program in the folder, whose graphql is another version than this project's. */
const compose = async (sdl: string): Promise<Composed> => {
  const child = spawn(process.execPath, ['compose.mjs'], { cwd: FOLDER, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(sdl);
  return JSON.parse(await text(child.stdout)) as Composed;
};

describe('a server that is a subgraph', () => {
  it('describes itself with introspection off too: entities by id, without the fields that every subgraph has for itself', async () => {
    await using app = await startApp({ federation: true, introspection: false });
    const { sdl } = (await request(app, SDL)).data._service;
    for (const name of ['Model', 'Provider', 'Generation', 'Batch'])
      expect(sdl).toContain(`type ${name} implements Node @key(fields: "id") {`);
    expect(sdl).toContain('type PageInfo @shareable {');
    const query = /\ntype Query \{[^]*?\n\}/.exec(sdl)?.[0] ?? '';
    expect(query).toContain('  model(');
    expect(query).not.toMatch(/^ {2}(?:node|nodes|_service|_entities)\b/m);
    expect((await request(app, '{ __schema { description } }')).errors?.[0]?.message).toContain(
      'introspection',
    );
  });

  it.skipIf(!isInstalled)(
    'composes with another subgraph that has node and PageInfo (skipped before npm ci --prefix test/federation)',
    { timeout: 120_000 },
    async () => {
      await using app = await startApp({ federation: true });
      const { sdl } = (await request(app, SDL)).data._service;
      const { errors, supergraph } = await compose(sdl);
      expect(errors).toEqual([]);
      expect(supergraph).toMatch(/type Generation[^{]*@join__type\(graph: MODELGRAPH, key: "id"\)/);
      expect(supergraph).toMatch(/input MessageInput\s/);
      // The other subgraph alone answers these.
      expect(supergraph).toMatch(/ node\(id: ID!\): Node @join__field\(graph: SHOP\)/);
    },
  );

  it('gives entities in the order asked for, and null for one that there is none of', async () => {
    await using app = await startApp({ federation: true });
    const { id, text: answer } = (await request(app, GENERATE)).data.generate;
    const representations = [
      { __typename: 'Model', id: 'model_demo' },
      { __typename: 'Generation', id },
      { __typename: 'Provider', id: 'provider_demo' },
      { __typename: 'Model', id: 'model_nobody' },
      // An id of another type.
      { __typename: 'Model', id },
      { __typename: 'Batch', id: 'batch_0' },
    ];
    const expected = [
      { __typename: 'Model', id: 'model_demo', name: 'demo' },
      { __typename: 'Generation', id, text: answer, model: { name: 'demo' } },
      { __typename: 'Provider', displayName: 'Demo' },
      null,
      null,
      null,
    ];
    // What comes again is answered by plan.
    for (let time = 0; time < 3; time += 1)
      expect(await ask(app, representations)).toEqual({ data: { _entities: expected } });
  });

  it("gives another principal's generation as null, and nothing to a client without a key", async () => {
    const hash = (key: string) => createHash('sha256').update(key).digest('hex');
    await using app = await startApp({
      federation: true,
      apiKeys: ['alice', 'bob'].map((id) => ({ id, sha256: hash(`mg_${id}_secret`) })),
    });
    const alice = { authorization: 'Bearer mg_alice_secret' };
    const { id } = (await request(app, GENERATE, {}, { headers: alice })).data.generate;
    const representations = [{ __typename: 'Generation', id }];
    expect((await ask(app, representations, alice)).data._entities).toMatchObject([{ id }]);
    const bob = { authorization: 'Bearer mg_bob_secret' };
    expect(await ask(app, representations, bob)).toEqual({ data: { _entities: [null] } });
    expect((await ask(app, representations)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect((await request(app, SDL)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('says of a representation that is none what is wrong with it, and answers the others', async () => {
    await using app = await startApp({ federation: true });
    const { data, errors } = await ask(app, [
      { __typename: 'BatchItem', id: 'item_1' },
      { __typename: 'Model' },
      'model_demo',
      { __typename: 'Model', id: 'model_demo' },
    ]);
    expect(data._entities).toMatchObject([null, null, null, { name: 'demo' }]);
    expect(errors).toMatchObject(
      [0, 1, 2].map((index) => ({ path: ['_entities', index], extensions: { code: 'INVALID_REQUEST' } })),
    );
  });

  it('holds to its limits: of elements, and of the complexity of all of them together', async () => {
    await using app = await startApp({ federation: true });
    const model = { __typename: 'Model', id: 'model_demo' };
    const many = await ask(
      app,
      Array.from({ length: 101 }, () => model),
    );
    expect(many.errors).toMatchObject([
      { message: 'representations must have at most 100 elements, not 101.' },
    ]);
    const wide =
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Provider { models(first: 100) { nodes { name capabilities { reasoning { efforts } } } } } } }';
    const { errors } = await request(app, wide, {
      r: Array.from({ length: 100 }, () => ({ __typename: 'Provider', id: 'provider_demo' })),
    });
    expect(errors?.[0]?.message).toContain('complexity');
  });
});

it('a server that is no subgraph has none of it', async () => {
  await using app = await startApp();
  expect((await request(app, SDL)).errors?.[0]?.message).toContain('_service');
  expect((await request(app, '{ __type(name: "_Entity") { name } }')).data).toEqual({ __type: null });
});
