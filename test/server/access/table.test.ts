import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { type Answer, ASK, codeOf, createAccessFile, jwtOf, keyOf } from '../../support/app/access.ts';
import { openRawSocket, type Operation } from '../../support/app/clients.ts';
import { AUDIENCE, type Issuer, startIssuer } from '../../support/app/issuer.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  type ToyCall,
  toyOverrides,
} from '../../support/app/toy-provider.ts';

const SECRET = 'the secret answer';
/** A user of the key `shop`, whose are all objects of the table. */
const OWNER = 'user:shop:ann';

/** What one sees of an object, or `out`: one is let in nowhere. */
type Sees = 'whole' | 'outline' | 'nothing' | 'out';

/** An answer that has ended, one that is being written, and one that waits for the results of a tool, by its prompt. */
const answer = async function* ({ request, signal }: ToyCall) {
  const prompt = JSON.stringify(request.messages);
  yield textDelta(SECRET);
  if (prompt.includes('run'))
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  if (prompt.includes('wait')) {
    const toolCall = { callId: 'a', name: 'now', arguments: {}, builtIn: false, result: null, opaque: null };
    yield { type: 'tool-call' as const, toolCall };
    yield finishEvent({ reason: 'tool-calls' });
  } else yield finishEvent();
};

interface Scene extends AsyncDisposable {
  readonly app: TestApp;
  readonly issuer: Issuer;
  readonly issue: (key: string, subject: string) => Promise<string>;
  /** Sets the clock of tokens forward. */
  readonly pass: (ms: number) => void;
}

const KEYS = ['shop', 'other', 'boss', 'auditor', 'plain', 'writer'];

const startScene = async (): Promise<Scene> => {
  const issuer = await startIssuer('RS256');
  const all = ['read', 'generate', 'batch', 'issue', 'users'];
  const users = { operations: ['read', 'generate', 'batch'] };
  const file = createAccessFile({
    keys: {
      shop: { operations: all, users },
      other: { operations: all, users },
      boss: { operations: ['read', 'generate', 'batch', 'admin'] },
      auditor: { operations: ['read', 'admin', 'users'] },
      writer: { operations: ['generate', 'batch'] },
    },
    users: { operations: ['read', 'generate', 'batch'] },
    roles: { operator: { operations: ['read', 'generate', 'batch', 'admin'] } },
    claims: { role: 'role' },
  });
  let passedMs = 0;
  const app = await startApp(
    {
      apiKeys: KEYS.map((id) => keyOf(id).setting),
      accessFile: file.path,
      jwt: { ...jwtOf(issuer), algorithms: ['RS256'] },
      federation: true,
      disconnectGraceMs: 3_600_000,
    },
    {
      ...toyOverrides(createToy(answer), { toy: { functionCalling: true } }),
      tokenClock: () => Date.now() + passedMs,
    },
  );
  return {
    app,
    issuer,
    issue: async (key, subject) => {
      const query =
        'mutation ($subject: String!) { createUserToken(subject: $subject, expiresInSeconds: 600) { token } }';
      const { data } = await ASK.http(app, { query, variables: { subject } }, keyOf(key).key);
      return data.createUserToken.token as string;
    },
    pass: (ms) => void (passedMs += ms),
    async [Symbol.asyncDispose]() {
      await app.close();
      await issuer[Symbol.asyncDispose]();
      file[Symbol.dispose]();
    },
  };
};

interface Principal {
  readonly token: (scene: Scene) => Promise<string | null> | string;
  /** Of generations and of batches. */
  readonly sees: readonly [generations: Sees, batches: Sees];
  /** What an administrator with the operations for it may end. */
  readonly ends?: true;
}

const key = (id: string, ...sees: readonly [Sees, Sees]): Principal => ({ token: () => keyOf(id).key, sees });
const jwt = (
  sign: (issuer: Issuer) => Promise<string>,
  sees: readonly [Sees, Sees] = ['out', 'out'],
): Principal => ({ token: ({ issuer }) => sign(issuer), sees });

const seconds = (from: number): number => Math.floor(Date.now() / 1_000) + from;

const PRINCIPALS: Readonly<Record<string, Principal>> = {
  'the owner, a user of a key': { token: ({ issue }) => issue('shop', 'ann'), sees: ['whole', 'whole'] },
  'the key of its user': key('shop', 'whole', 'whole'),
  'another user of that key': { token: ({ issue }) => issue('shop', 'bob'), sees: ['nothing', 'nothing'] },
  'a user of its name, of another key': {
    token: ({ issue }) => issue('other', 'ann'),
    sees: ['nothing', 'nothing'],
  },
  'another key with the operation for its users': key('other', 'nothing', 'nothing'),
  'a key of an administrator': { ...key('boss', 'outline', 'outline'), ends: true },
  'a key of an administrator with users of its own': key('auditor', 'outline', 'outline'),
  'a key without rules': key('plain', 'nothing', 'nothing'),
  'a key that reads nothing': key('writer', 'nothing', 'nothing'),
  'a user of the identity provider with its name': jwt((issuer) => issuer.sign(), ['nothing', 'nothing']),
  'a user whose subject is its id': jwt((issuer) => issuer.sign({ sub: OWNER }), ['nothing', 'nothing']),
  'a user with the role of an administrator': {
    ...jwt((issuer) => issuer.sign({ role: 'operator' }), ['outline', 'outline']),
    ends: true,
  },
  'a user whose token has expired by less than clocks may differ': jwt(
    (issuer) => issuer.sign({ exp: seconds(-10) }),
    ['nothing', 'nothing'],
  ),
  'a user whose token begins by less than clocks may differ': jwt(
    (issuer) => issuer.sign({ nbf: seconds(10) }),
    ['nothing', 'nothing'],
  ),
  'a user whose token has expired': jwt((issuer) => issuer.sign({ exp: seconds(-60) })),
  'a user whose token has not begun': jwt((issuer) => issuer.sign({ nbf: seconds(60) })),
  'a user of a foreign issuer': jwt((issuer) => issuer.sign({ iss: 'https://elsewhere.example' })),
  'a user of another audience': jwt((issuer) => issuer.sign({ aud: 'billing' })),
  'a token without a signature': jwt(async (issuer) => {
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    return `${header}.${(await issuer.sign()).split('.')[1] ?? ''}.`;
  }),
  'a token that the public key has signed as a secret': jwt(async (issuer) =>
    new SignJWT({ iss: issuer.url, aud: AUDIENCE, sub: 'ann', exp: seconds(60) })
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(Buffer.from(await issuer.publicPem())),
  ),
  'a user of a key whose tokens were revoked': {
    token: async ({ app, issue }) => {
      const token = await issue('shop', 'gone');
      await ASK.http(app, { query: 'mutation { revokeUserTokens(subject: "gone") }' }, keyOf('shop').key);
      return token;
    },
    sees: ['out', 'out'],
  },
  'a key that there is not': key('nobody', 'out', 'out'),
  'a request without credentials': { token: () => Promise.resolve(null), sees: ['out', 'out'] },
};

const FIELDS = 'id owner text messages { assistant { text } } metadata toolCalls { callId }';

type Door = (id: string) => Operation;
const door =
  (query: string, more: Record<string, unknown> = {}): Door =>
  (id) => ({ query, variables: { id, ...more } });

/** Every way to an object that only reads it. */
const GENERATION_DOORS: Readonly<Record<string, Door>> = {
  generation: door(`query ($id: ID!) { generation(id: $id) { ${FIELDS} } }`),
  node: door(`query ($id: ID!) { node(id: $id) { id ... on Generation { ${FIELDS} } } }`),
  nodes: door(`query ($id: ID!) { nodes(ids: [$id]) { id ... on Generation { ${FIELDS} } } }`),
  generations: door(`query ($owner: String) { generations(owner: $owner) { nodes { ${FIELDS} } } }`, {
    owner: OWNER,
  }),
  _entities: (id) => ({
    query: `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Generation { ${FIELDS} } } }`,
    variables: { of: [{ __typename: 'Generation', id }] },
  }),
};

const ITEMS = 'id items { nodes { id text } } item(customId: "a") { text }';
const BATCH_DOORS: Readonly<Record<string, Door>> = {
  batch: door(`query ($id: ID!) { batch(id: $id) { ${ITEMS} } }`),
  node: door(`query ($id: ID!) { node(id: $id) { id ... on Batch { ${ITEMS} } } }`),
  batches: door(`query ($owner: String) { batches(owner: $owner) { nodes { ${ITEMS} } } }`, { owner: OWNER }),
  item: (id) => ({
    query: 'query ($id: ID!) { node(id: $id) { id ... on BatchItem { text } } }',
    variables: { id: `${id.replace('batch_', 'item_')}_0` },
  }),
  _entities: (id) => ({
    query: `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Batch { ${ITEMS} } } }`,
    variables: { of: [{ __typename: 'Batch', id }] },
  }),
};

/** Lists for administrators. Others get to none of it, their own records neither. */
const EVERYONE_DOORS: Readonly<Record<string, Operation>> = {
  generations: { query: `{ generations(everyone: true) { nodes { ${FIELDS} } } }` },
  batches: { query: `{ batches(everyone: true) { nodes { ${ITEMS} } } }` },
};

/** Ways to follow and to change an object, which is its owner's alone; administrators may cancel it. Deletions come last. */
const CHANGES: Readonly<Record<string, Door>> = {
  generationEvents: door('subscription ($id: ID!) { generationEvents(id: $id) { sequence } }'),
  cancelGeneration: door('mutation ($id: ID!) { cancelGeneration(id: $id) { id } }'),
  submitToolResults: door(
    'mutation ($id: ID!) { submitToolResults(generationId: $id, results: [{ callId: "a", output: 1 }]) { id } }',
  ),
  batchUpdated: door('subscription ($id: ID!) { batchUpdated(id: $id) { id } }'),
  cancelBatch: door('mutation ($id: ID!) { cancelBatch(id: $id) { id } }'),
  deleteGeneration: door('mutation ($id: ID!) { deleteGeneration(id: $id) }'),
  deleteBatch: door('mutation ($id: ID!) { deleteBatch(id: $id) }'),
};

const LET_IN_BUT_REFUSED = new Set(['NOT_FOUND', 'FORBIDDEN']);

const seenIn = (answered: Answer): string => {
  const code = codeOf(answered);
  if (code === 'UNAUTHENTICATED') return 'out';
  if (code !== null) return LET_IN_BUT_REFUSED.has(code) ? 'nothing' : code;
  const text = JSON.stringify(answered.data);
  if (text.includes(SECRET)) return 'whole';
  return text.includes('gen_') || text.includes('batch_') || text.includes('item_') ? 'outline' : 'nothing';
};

/** An object of each kind. */
const createObjects = async ({ app, issue }: Scene) => {
  const token = await issue('shop', 'ann');
  const start = 'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }';
  const tools = [{ function: { name: 'now', parameters: { type: 'object' } } }];
  const begin = async (prompt: string): Promise<string> => {
    const input = { model: 'toy', prompt, metadata: { note: SECRET }, ...(prompt === 'wait' && { tools }) };
    const { data } = await ASK.http(app, { query: start, variables: { input } }, token);
    const id = data.startGeneration.id as string;
    // The answer has come as far as it comes by itself.
    const wanted = { end: 'GenerationCompleted', run: 'TextDelta', wait: 'ActionRequired' }[prompt] ?? '';
    await using socket = await openRawSocket(app, { init: { authorization: `Bearer ${token}` } });
    const query = 'subscription ($id: ID!) { generationEvents(id: $id) { __typename } }';
    socket.send({ type: 'subscribe', id: '1', payload: { query, variables: { id } } });
    await socket.received((message) => JSON.stringify(message).includes(wanted));
    return id;
  };
  const submit = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
  const input = { requests: [{ customId: 'a', input: { model: 'toy', prompt: 'end' } }] };
  const submitted = await ASK.http(app, { query: submit, variables: { input } }, token);
  const batch = submitted.data.submitBatch.id as string;
  const follow = {
    query: 'subscription ($id: ID!) { batchUpdated(id: $id) { status } }',
    variables: { id: batch },
  };
  await ASK.sse(app, follow, token);
  return { generations: await Promise.all(['end', 'run', 'wait'].map(begin)), batch };
};

describe('every door, for every kind of principal, to every kind of object', () => {
  it('shows as much as is meant for the principal, over every transport, and lets its owner alone change it', async () => {
    await using scene = await startScene();
    const { generations, batch } = await createObjects(scene);
    const found: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    const note = (name: string, is: unknown, should: unknown): void => {
      found[name] = is;
      expected[name] = should;
    };
    // Its owner is the last one, since what it changes is changed.
    const [owner, ...others] = Object.entries(PRINCIPALS);
    for (const [name, { token, sees, ends }] of [...others, ...(owner === undefined ? [] : [owner])]) {
      const given = await token(scene);
      const [ofGenerations, ofBatches] = sees;
      for (const [transport, ask] of Object.entries(ASK)) {
        for (const [at, id] of generations.entries())
          for (const [way, toOperation] of Object.entries(GENERATION_DOORS)) {
            const is = seenIn(await ask(scene.app, toOperation(id), given));
            note(`${name}: ${way} of generation ${at} over ${transport}`, is, ofGenerations);
          }
        for (const [way, toOperation] of Object.entries(BATCH_DOORS)) {
          const is = seenIn(await ask(scene.app, toOperation(batch), given));
          // The requests of a batch are content, which an outline leaves out.
          const should = way === 'item' && ofBatches === 'outline' ? 'nothing' : ofBatches;
          note(`${name}: ${way} of the batch over ${transport}`, is, should);
        }
        for (const [way, operation] of Object.entries(EVERYONE_DOORS)) {
          const is = seenIn(await ask(scene.app, operation, given));
          const should = ofGenerations === 'whole' ? 'nothing' : ofGenerations;
          note(`${name}: ${way} of everyone over ${transport}`, is, should);
        }
      }
      for (const [way, toOperation] of Object.entries(CHANGES))
        for (const [at, id] of (way.includes('atch') ? [batch] : generations).entries()) {
          const code = codeOf(await ASK.websocket(scene.app, toOperation(id), given));
          // The owner is told where there is nothing to be changed.
          const isThrough = code === null || (name === owner?.[0] && code === 'INVALID_REQUEST');
          const is = isThrough
            ? 'through'
            : code === 'UNAUTHENTICATED'
              ? 'out'
              : LET_IN_BUT_REFUSED.has(code)
                ? 'refused'
                : code;
          const may = name === owner?.[0] || (ends === true && way.startsWith('cancel'));
          const should = may ? 'through' : sees[0] === 'out' ? 'out' : 'refused';
          note(`${name}: ${way} of ${at}`, is, should);
        }
    }
    expect(found).toEqual(expected);
    expect(Object.keys(found).length).toBeGreaterThan(1_500);
  });

  it('is closed to a token of a user once its time is over, and to those of an issuer whose keys cannot be had', async () => {
    await using scene = await startScene();
    const { app, issuer, issue, pass } = scene;
    const viewer = { query: '{ viewer { id } }' };
    const token = await issue('shop', 'ann');
    expect((await ASK.http(app, viewer, token)).data.viewer.id).toBe(OWNER);
    issuer.answerWith({ status: 503, body: 'away' });
    const given = await issuer.sign();
    expect(codeOf(await ASK.http(app, viewer, given))).toBe('SERVICE_UNAVAILABLE');
    expect(codeOf(await ASK.sse(app, viewer, given))).toBe('SERVICE_UNAVAILABLE');
    expect(codeOf(await ASK.websocket(app, viewer, given))).toBe('closed 1013');
    pass(601_000);
    for (const ask of Object.values(ASK))
      expect(codeOf(await ask(app, viewer, token))).toBe('UNAUTHENTICATED');
    expect((await ASK.http(app, viewer, keyOf('plain').key)).data.viewer.id).toBe('plain');
  });
});
