import { describe, expect, it } from 'vitest';
import { OPERATIONS, type Operation as Right } from '../../../src/core/principal.ts';
import { createSchema } from '../../../src/schema/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, codeOf, createAccessFile, jwtOf, keyOf } from '../../support/app/access.ts';
import type { Operation } from '../../support/app/clients.ts';
import { type Issuer, startIssuer } from '../../support/app/issuer.ts';
import type { OverlayFile } from '../../support/app/overlay-file.ts';
import { createPoliteProvider } from '../../support/app/toy-app.ts';

const INPUT = { model: 'toy', prompt: 'Hi' };
const ID = 'gen_00000000000000000000000000000000';
const BATCH_ID = 'batch_00000000000000000000000000000000';

interface Door extends Operation {
  /** What lets a principal through: any of them; empty: nothing is needed. */
  readonly needs: readonly Right[];
}

const door = (needs: readonly Right[], query: string, variables: Record<string, unknown> = {}): Door => ({
  needs,
  query,
  variables,
});

/** Every way into the server, by the field of the schema. */
const DOORS: Readonly<Record<string, Door>> = {
  'Query.viewer': door([], '{ viewer { id } }'),
  'Query.models': door([], '{ models(first: 1) { nodes { name available } } }'),
  'Query.model': door([], '{ model(name: "toy") { name } }'),
  'Query.resolveModel': door([], '{ resolveModel(name: "toy") { model { name } } }'),
  'Query.providers': door([], '{ providers { name models(first: 1) { totalCount } } }'),
  'Query.provider': door([], '{ provider(name: "toy") { name } }'),
  'Query.catalogue': door([], '{ catalogue { modelCount } }'),
  'Query.previewGeneration': door(
    ['generate', 'batch'],
    'query ($input: GenerateInput!) { previewGeneration(input: $input) { accepted } }',
    { input: INPUT },
  ),
  'Query._service': door([], '{ _service { sdl } }'),
  'Query._entities': door(
    ['read'],
    'query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Generation { id } } }',
    { ids: [{ __typename: 'Generation', id: ID }] },
  ),
  'Query.node': door(['read'], `{ node(id: "${ID}") { id } }`),
  'Query.node of a batch': door(['read'], `{ node(id: "${BATCH_ID}") { id } }`),
  'Query.node of an item': door(['read'], '{ node(id: "item_00000000000000000000000000000000_0") { id } }'),
  'Query.nodes': door(['read'], `{ nodes(ids: ["${ID}", "${BATCH_ID}"]) { id } }`),
  'Query.generation': door(['read'], `{ generation(id: "${ID}") { id } }`),
  'Query.generations': door(['read'], '{ generations { totalCount } }'),
  'Query.batch': door(['read'], `{ batch(id: "${BATCH_ID}") { id } }`),
  'Query.batches': door(['read'], '{ batches { totalCount } }'),
  'Query.serverNodes': door(['admin'], '{ serverNodes { id } }'),
  'Mutation.generate': door(
    ['generate'],
    'mutation ($input: GenerateInput!) { generate(input: $input) { text } }',
    { input: INPUT },
  ),
  'Mutation.startGeneration': door(
    ['generate'],
    'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }',
    { input: INPUT },
  ),
  'Mutation.submitToolResults': door(
    ['generate'],
    `mutation { submitToolResults(generationId: "${ID}", results: [{ callId: "a", output: 1 }]) { id } }`,
  ),
  'Mutation.cancelGeneration': door(['generate'], `mutation { cancelGeneration(id: "${ID}") { id } }`),
  'Mutation.deleteGeneration': door(['generate'], `mutation { deleteGeneration(id: "${ID}") }`),
  'Mutation.submitBatch': door(
    ['batch'],
    'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }',
    { input: { requests: [{ customId: 'a', input: INPUT }] } },
  ),
  'Mutation.cancelBatch': door(['batch'], `mutation { cancelBatch(id: "${BATCH_ID}") { id } }`),
  'Mutation.deleteBatch': door(['batch'], `mutation { deleteBatch(id: "${BATCH_ID}") }`),
  'Mutation.createUserToken': door(
    ['issue'],
    'mutation { createUserToken(subject: "ann", expiresInSeconds: 60) { expiresAt } }',
  ),
  'Mutation.revokeUserTokens': door(['issue'], 'mutation { revokeUserTokens(subject: "nemo") }'),
  'Subscription.generate': door(
    ['generate'],
    'subscription ($input: GenerateInput!) { generate(input: $input) { sequence } }',
    { input: INPUT },
  ),
  'Subscription.generationEvents': door(
    ['read', 'generate'],
    `subscription { generationEvents(id: "${ID}") { sequence } }`,
  ),
  'Subscription.budgetUpdated': door([], 'subscription { budgetUpdated { limitUsd } }'),
  'Subscription.batchUpdated': door(
    ['read', 'batch'],
    `subscription { batchUpdated(id: "${BATCH_ID}") { id } }`,
  ),
};

const rightsOf = (...operations: readonly Right[]) => ({ operations });
/** A key with each of the operations alone, one with all of them, and one with none. */
const KEYS: Readonly<Record<string, readonly Right[]>> = {
  ...Object.fromEntries(OPERATIONS.map((operation) => [operation, [operation]])),
  all: OPERATIONS,
  none: [],
  plain: ['read', 'generate', 'batch'],
};

interface Scene extends AsyncDisposable {
  readonly app: TestApp;
  readonly issuer: Issuer;
  readonly file: OverlayFile;
}

const startScene = async (): Promise<Scene> => {
  const issuer = await startIssuer();
  const keys = Object.keys(KEYS).map((id) => keyOf(id).setting);
  const file = createAccessFile({
    keys: {
      ...Object.fromEntries(
        Object.entries(KEYS)
          .filter(([id]) => id !== 'plain')
          .map(([id, rights]) => [id, rightsOf(...rights)]),
      ),
      all: { ...rightsOf(...OPERATIONS), users: { operations: ['read', 'batch'] } },
    },
    users: { operations: ['read'] },
    roles: { writer: { operations: ['generate'] }, operator: { operations: ['read', 'admin'] } },
    claims: { role: ['realm', 'roles'] },
  });
  const settings = { apiKeys: keys, accessFile: file.path, jwt: jwtOf(issuer), federation: true };
  const app = await startApp(settings, createPoliteProvider().overrides);
  return {
    app,
    issuer,
    file,
    async [Symbol.asyncDispose]() {
      await app.close();
      await issuer[Symbol.asyncDispose]();
      file[Symbol.dispose]();
    },
  };
};

const issue = async (app: TestApp, subject: string): Promise<string> => {
  const query =
    'mutation ($subject: String!) { createUserToken(subject: $subject, expiresInSeconds: 600) { token } }';
  const { data } = await ASK.http(app, { query, variables: { subject } }, keyOf('all').key);
  return data.createUserToken.token as string;
};

interface Asker {
  readonly token: (scene: Scene) => Promise<string> | string;
  /** null: it is let in nowhere. */
  readonly rights: readonly Right[] | null;
}

const ASKERS: Readonly<Record<string, Asker>> = {
  ...Object.fromEntries(
    Object.entries(KEYS).map(([id, rights]) => [`the key "${id}"`, { token: () => keyOf(id).key, rights }]),
  ),
  'a user of a key': { token: ({ app }) => issue(app, 'ann'), rights: ['read', 'batch'] },
  'a user of the issuer': { token: ({ issuer }) => issuer.sign(), rights: ['read'] },
  'a user with a role': {
    token: ({ issuer }) => issuer.sign({ realm: { roles: ['other', 'writer'] } }),
    rights: ['generate'],
  },
  'a user with the role of an operator': {
    token: ({ issuer }) => issuer.sign({ realm: { roles: ['operator'] } }),
    rights: ['read', 'admin'],
  },
  'a user whose token has expired': {
    token: ({ issuer }) => issuer.sign({ exp: 1_700_000_000 }),
    rights: null,
  },
  'a user of a foreign issuer': {
    token: ({ issuer }) => issuer.sign({ iss: 'https://elsewhere.example' }),
    rights: null,
  },
  'a user of another audience': { token: ({ issuer }) => issuer.sign({ aud: 'billing' }), rights: null },
  'a user of a key whose tokens were revoked': {
    token: async ({ app }) => {
      const token = await issue(app, 'gone');
      await ASK.http(app, { query: 'mutation { revokeUserTokens(subject: "gone") }' }, keyOf('all').key);
      return token;
    },
    rights: null,
  },
  'a key that does not exist': { token: () => keyOf('nobody').key, rights: null },
};

describe.each(['http', 'sse', 'websocket'] as const)('over %s', (transport) => {
  describe.each(Object.entries(ASKERS))('%s', (_name, { token, rights }) => {
    it('gets through the doors for which it has an operation, and no others', async () => {
      await using scene = await startScene();
      const given = await token(scene);
      const found: Record<string, string> = {};
      const expected: Record<string, string> = {};
      for (const [name, { needs, ...operation }] of Object.entries(DOORS)) {
        // A stream has no place in one answer.
        if (transport === 'http' && name.startsWith('Subscription')) continue;
        const code = codeOf(await ASK[transport](scene.app, operation, given));
        const isThrough = code === null || code === 'NOT_FOUND';
        found[name] = isThrough ? 'through' : code;
        const isAllowed = needs.length === 0 || needs.some((need) => rights?.includes(need) === true);
        expected[name] = rights === null ? 'UNAUTHENTICATED' : isAllowed ? 'through' : 'FORBIDDEN';
      }
      expect(found).toEqual(expected);
    });
  });
});

it('every field of the schema that is a way in is among these doors', () => {
  const schema = createSchema({ federation: true });
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = types.flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
  );
  expect(fields.filter((field) => !(field in DOORS))).toEqual([]);
});

it('a refusal says which operation is missing, which there are, and what to do', async () => {
  await using scene = await startScene();
  const { 'Mutation.generate': generate } = DOORS;
  const { errors } = await ASK.http(scene.app, generate as Door, keyOf('read').key);
  expect(errors).toMatchObject([
    {
      message: 'These credentials do not have the operation "generate".',
      extensions: {
        code: 'FORBIDDEN',
        retryable: false,
        allowed: ['read'],
        suggestion: 'Ask the operator of this server for "generate", or use credentials that have it.',
      },
    },
  ]);
});
