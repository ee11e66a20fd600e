import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../src/core/store-errors.ts';
import type { AppOverrides } from '../../../src/app.ts';
import { openDb } from '../../../src/stores/db/open-db.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, codeOf, createAccessFile, keyOf } from '../../support/app/access.ts';
import { openRawSocket } from '../../support/app/clients.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { createPoliteProvider } from '../../support/app/toy-app.ts';
import { textDelta, toyModels, toyOverrides } from '../../support/app/toy-provider.ts';
import { named, postgres, startNodes } from '../../cluster/nodes.ts';

const SHOP = keyOf('shop');
const VIEWER = { query: '{ viewer { id kind models operations } }' };
const CREATE =
  'mutation ($subject: String!, $for: Int!) { createUserToken(subject: $subject, expiresInSeconds: $for) { token expiresAt } }';
const REVOKE = 'mutation ($subject: String!) { revokeUserTokens(subject: $subject) }';
const RULES = { keys: { shop: { operations: ['read', 'generate', 'issue'] } } };

const create = (app: Pick<TestApp, 'url'>, subject = 'ann', seconds = 600, key = SHOP.key) =>
  ASK.http(app, { query: CREATE, variables: { subject, for: seconds } }, key);

const tokenOf = async (app: Pick<TestApp, 'url'>, subject = 'ann', seconds = 600): Promise<string> =>
  (await create(app, subject, seconds)).data.createUserToken.token as string;

const revoke = async (app: TestApp, subject = 'ann'): Promise<number> =>
  (await ASK.http(app, { query: REVOKE, variables: { subject } }, SHOP.key)).data.revokeUserTokens as number;

const start = async (rules: unknown = RULES, overrides: AppOverrides = {}) => {
  const file = createAccessFile(rules);
  const settings = { apiKeys: [SHOP.setting, keyOf('plain').setting], accessFile: file.path };
  const all = { ...createPoliteProvider().overrides, accessIntervalMs: 20, ...overrides };
  const app = await startApp(settings, all);
  return {
    app,
    file,
    async [Symbol.asyncDispose]() {
      await app.close();
      file[Symbol.dispose]();
    },
  };
};

const codesOf = async (app: TestApp, token: string): Promise<readonly (string | null)[]> =>
  Promise.all(Object.values(ASK).map(async (ask) => codeOf(await ask(app, VIEWER, token))));

const OUT = ['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED'];
const IN = [null, null, null];

describe('a token that a key has issued', () => {
  it('lets its user in on every transport, with no more than its key has', async () => {
    const rules = {
      keys: {
        shop: {
          operations: ['read', 'issue', 'admin', 'users'],
          models: { names: ['toy', 'other'] },
          users: { operations: ['read', 'generate', 'batch'], models: { names: ['toy', 'third'] } },
        },
      },
    };
    const models = { models: toyModels({ toy: {}, other: {}, third: {} }) };
    await using scene = await start(rules, models);
    const token = await tokenOf(scene.app);
    for (const ask of Object.values(ASK))
      expect((await ask(scene.app, VIEWER, token)).data.viewer).toEqual({
        id: 'user:shop:ann',
        kind: 'USER',
        models: ['toy'],
        operations: ['read'],
      });
  });

  it('is stored as a hash, and is in no log', async () => {
    let opened: Db | undefined;
    await using scene = await start(RULES, {
      openDb: async (settings, log) => (opened = await openDb(settings, log)),
    });
    const token = await tokenOf(scene.app);
    const rows = await opened?.query('SELECT * FROM user_token');
    expect(rows).toHaveLength(1);
    // The secret may have underscores of its own.
    const secret = token.split('_').slice(2).join('_');
    expect(JSON.stringify(rows)).not.toContain(secret);
    await ASK.http(scene.app, VIEWER, token);
    await ASK.http(scene.app, VIEWER, `${token}x`);
    expect(JSON.stringify(scene.app.logLines)).not.toContain(secret);
  });

  it.each([
    ['with another secret', (token: string) => token.slice(0, -3) + (token.endsWith('AAA') ? 'BBB' : 'AAA')],
    [
      'of an id that there is not',
      (token: string) => token.replace(/^mgu_./, (begin) => (begin === 'mgu_0' ? 'mgu_1' : 'mgu_0')),
    ],
    ['that is cut short', (token: string) => token.slice(0, -1)],
    ['that is longer', (token: string) => `${token}A`],
    ['without a secret', (token: string) => token.slice(0, token.lastIndexOf('_') + 1)],
    ['of nothing', () => 'mgu_'],
  ])('lets no one in %s', async (_name, change) => {
    await using scene = await start();
    const token = await tokenOf(scene.app);
    expect(await codesOf(scene.app, change(token))).toEqual(OUT);
    expect(await codesOf(scene.app, token)).toEqual(IN);
  });

  it('expires, and is deleted once others are created', async () => {
    let now = Date.now();
    let opened: Db | undefined;
    await using scene = await start(RULES, {
      tokenClock: () => now,
      openDb: async (settings, log) => (opened = await openDb(settings, log)),
    });
    const { data } = await create(scene.app, 'ann', 60);
    const { token, expiresAt } = data.createUserToken;
    expect(Date.parse(expiresAt)).toBe(now + 60_000);
    now += 59_999;
    expect(await codesOf(scene.app, token)).toEqual(IN);
    now += 1;
    expect(await codesOf(scene.app, token)).toEqual(OUT);
    now += 1;
    await create(scene.app, 'bob', 60);
    expect(await opened?.query('SELECT subject FROM user_token')).toEqual([{ subject: '"bob"' }]);
  });

  it('is revoked with all others of its user, at once, and those of other users are not', async () => {
    await using scene = await start();
    const { app } = scene;
    const [first, second, other] = [await tokenOf(app), await tokenOf(app), await tokenOf(app, 'bob')];
    for (const token of [first, second, other]) expect(await codesOf(app, token)).toEqual(IN);
    expect(await revoke(app)).toBe(2);
    for (const token of [first, second]) expect(await codesOf(app, token)).toEqual(OUT);
    expect(await codesOf(app, other)).toEqual(IN);
    expect(await revoke(app)).toBe(0);
  });

  it('lets what has begun on a socket go on once it is revoked, and nothing begin', async () => {
    const toy = createSteppedToy();
    await using scene = await start(RULES, toyOverrides(toy));
    const { app } = scene;
    await using socket = await openRawSocket(app, {
      init: { authorization: `Bearer ${await tokenOf(app)}` },
    });
    const query = 'subscription { generate(input: { model: "toy", prompt: "Hi" }) { __typename } }';
    socket.send({ type: 'subscribe', id: 'stream', payload: { query } });
    await toy.give(textDelta('one'));
    await revoke(app);
    socket.send({ type: 'subscribe', id: 'late', payload: VIEWER });
    const { type, payload } = await socket.received(({ id }) => id === 'late');
    expect([type, payload[0].extensions.code]).toEqual(['error', 'UNAUTHENTICATED']);
    await toy.finish();
    await socket.received((message) => message.id === 'stream' && message.type === 'complete');
    expect(JSON.stringify(socket.messages)).toContain('GenerationCompleted');
  });

  it('holds only while its key does: a key that is removed, or issues no more, takes its tokens with it', async () => {
    const other = keyOf('market');
    const market = { sha256: other.setting.sha256, operations: ['read', 'issue'] };
    await using scene = await start({ keys: { ...RULES.keys, market } });
    const { app, file } = scene;
    const created = await create(app, 'ann', 600, other.key);
    const token = created.data.createUserToken.token as string;
    expect(await codesOf(app, token)).toEqual(IN);
    const rewrite = async (rules: unknown): Promise<void> => {
      const before = app.logLines.length;
      file.write(rules);
      await app.logged((line) => app.logLines.indexOf(line) >= before && line.message.includes('were taken'));
    };
    await rewrite({ keys: { ...RULES.keys, market: { ...market, operations: ['read'] } } });
    expect(await codesOf(app, token)).toEqual(OUT);
    await rewrite({ keys: { ...RULES.keys, market } });
    expect(await codesOf(app, token)).toEqual(IN);
    await rewrite(RULES);
    expect(await codesOf(app, token)).toEqual(OUT);
    expect(await codesOf(app, other.key)).toEqual(OUT);
  });

  it('still lets in while the store is away where it was seen before, and is not verified where it was not', async () => {
    let isAway = false;
    await using scene = await start(RULES, {
      tokenFreshMs: 0,
      openDb: async (settings, log) => {
        const db = await openDb(settings, log);
        const query: Db['query'] = (sql, values) =>
          isAway && sql.includes('user_token')
            ? Promise.reject(new StoreUnavailable(null))
            : db.query(sql, values);
        return new Proxy(db, {
          get: (target, name) => {
            if (name === 'query') return query;
            const value: unknown = Reflect.get(target, name);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        });
      },
    });
    const { app } = scene;
    const [seen, unseen] = [await tokenOf(app), await tokenOf(app, 'bob')];
    expect(await codesOf(app, seen)).toEqual(IN);
    isAway = true;
    expect(await codesOf(app, seen)).toEqual(IN);
    expect(await codesOf(app, unseen)).toEqual(['SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'closed 1013']);
    isAway = false;
    expect(await codesOf(app, unseen)).toEqual(IN);
  });
});

describe('a token is not issued', () => {
  it.each([
    ['for no time', 'ann', 0, ['expiresInSeconds']],
    ['for a time that has passed', 'ann', -5, ['expiresInSeconds']],
    ['for more than a day', 'ann', 86_401, ['expiresInSeconds']],
    ['for no one', '', 60, ['subject']],
    ['for a subject that is too long', 'x'.repeat(256), 60, ['subject']],
    ['for half a character', '\ud800', 60, ['subject']],
  ])('%s', async (_name, subject, seconds, path) => {
    await using scene = await start();
    const { errors } = await create(scene.app, subject, seconds);
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST', path } }]);
  });

  it('by a key without the operation for it, nor by a user, nor where there are no keys', async () => {
    await using scene = await start();
    const { app } = scene;
    for (const token of [keyOf('plain').key, await tokenOf(app)])
      expect(codeOf(await create(app, 'bob', 60, token))).toBe('FORBIDDEN');
    await using open = await startApp({}, createPoliteProvider().overrides);
    expect(codeOf(await create(open))).toBe('FORBIDDEN');
  });
});

describe.skipIf(postgres.problem !== null)(named('a token of one server'), () => {
  it('lets its user in on another one, and is revoked there at once', async () => {
    const file = createAccessFile(RULES);
    using _file = file;
    const settings = { apiKeys: [SHOP.setting], accessFile: file.path };
    const overrides = { ...createPoliteProvider().overrides, tokenFreshMs: 3_600_000 };
    await using cluster = await startNodes(2, settings, overrides);
    const [here, there] = cluster.nodes as [TestApp, TestApp];
    const token = await tokenOf(here);
    expect(await codesOf(there, token)).toEqual(IN);
    expect(await codesOf(here, token)).toEqual(IN);
    expect(await revoke(here)).toBe(1);
    expect(await codesOf(here, token)).toEqual(OUT);
    // The notification is on its way; each round trip gives it time.
    let codes = await codesOf(there, token);
    while (codes[0] === null) codes = await codesOf(there, token);
    expect(await codesOf(there, token)).toEqual(OUT);
  });
});
