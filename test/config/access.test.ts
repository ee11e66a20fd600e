import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseAccess } from '../../config/access/parse-access.ts';
import { parseSettings } from '../../config/env.ts';

const SHA = 'a'.repeat(64);
const CONTEXT = {
  file: 'access.json',
  apiKeys: [{ id: 'web', sha256: SHA }],
  hasUsers: true,
  hasDocuments: true,
};

const problemsOf = (value: unknown, context = CONTEXT): readonly string[] => {
  const { policy, problems } = parseAccess(value, context);
  expect(policy === null).toBe(problems.length > 0);
  return problems;
};

describe('the rules for access', () => {
  it('say of each key, user and role what it may', () => {
    const { policy, problems } = parseAccess(
      {
        keys: {
          web: {
            operations: ['read', 'generate', 'issue'],
            models: { names: ['fast'], providers: ['OpenAI'], maxInputPricePerMillion: 3 },
            limits: { requestsPerMinute: 60, uploadedBytesPerDay: 5_000_000_000 },
            budgets: [{ scope: 'key', period: 'month', limitUsd: 100 }],
            trustedDocuments: 'only',
            retentionDays: 7,
            users: {
              limits: { requestsPerMinute: 100, generationsAtOnce: 2 },
              budgets: [{ scope: 'user', period: 'day', limitUsd: 0.5 }],
              trustedDocuments: 'also',
              retentionDays: 30,
            },
          },
          other: { sha256: 'b'.repeat(64) },
        },
        users: { operations: ['generate'] },
        roles: { pro: { models: { maxInputPricePerMillion: 10 } } },
        claims: { role: ['realm', 'roles'], operations: 'scope', models: { claim: 'x' }.claim },
      },
      CONTEXT,
    );
    expect(problems).toEqual([]);
    const web = policy?.keys.get('web');
    expect(web?.access).toMatchObject({
      models: [{ names: ['fast'], providers: ['openai'], maxInputPricePerMillion: 3 }],
      operations: new Set(['read', 'generate', 'issue']),
      limits: { requestsPerMinute: 60, generationsAtOnce: null, uploadedBytesPerDay: 5_000_000_000 },
      trustedDocuments: 'only',
      retentionDays: 7,
    });
    // Of a key's users nothing is wider than of the key.
    expect(web?.users).toMatchObject({
      models: web?.access.models,
      operations: new Set(['read', 'generate']),
      limits: { requestsPerMinute: 60, generationsAtOnce: 2 },
      budgets: [
        { scope: 'key', period: 'month', limitUsd: 100 },
        { scope: 'user', period: 'day', limitUsd: 0.5 },
      ],
      trustedDocuments: 'only',
      retentionDays: 7,
    });
    expect(policy?.keys.get('other')?.access.operations).toEqual(new Set(['read', 'generate', 'batch']));
    expect(policy?.claims).toEqual({
      role: ['realm', 'roles'],
      operations: { claim: ['scope'], prefix: '' },
      models: ['x'],
    });
  });

  it('name every problem at once, each with its place', () => {
    const found = problemsOf({
      keys: {
        web: {
          sha256: 'b'.repeat(64),
          operations: ['read', 'write'],
          models: { names: 'fast', price: 3 },
          limits: { requestsPerMinute: -1, sockets: 1.5 },
          budgets: [{ scope: 'key', period: 'year', limitUsd: -1 }],
          users: { operations: ['issue', 'admin'] },
        },
        Web: {},
      },
      users: { operations: ['users'], budgets: [{ scope: 'key', period: 'day', limitUsd: 1 }] },
      roles: { pro: { retentionDays: 0 } },
      claims: { role: [] },
      more: true,
    });
    for (const place of [
      'keys.web.operations[1]',
      'keys.web.models.names',
      'keys.web.models',
      'keys.web.limits.requestsPerMinute',
      'keys.web.limits.sockets',
      'keys.web.budgets[0].period',
      'keys.web.budgets[0].limitUsd',
      'keys.web.users.operations[0]',
      'users.operations[0]',
      'roles.pro.retentionDays',
      'claims.role',
    ])
      expect(found.filter((problem) => problem.startsWith(`access.json: ${place}: `))).not.toEqual([]);
    expect(found.join('\n')).toContain('more');
  });

  it.each([
    [
      'a key that no setting has and that brings no hash',
      { keys: { shop: {} } },
      /keys.shop.sha256: is missing/,
    ],
    [
      'a hash that is not that of the settings',
      { keys: { web: { sha256: 'c'.repeat(64) } } },
      /another one than/,
    ],
    ['a key with an id that no key can have', { keys: { 'A-b': { sha256: SHA } } }, /lower-case letters/],
    ['roles that no claim gives', { roles: { pro: {} } }, /claims.role names the claim/],
    [
      'a tag for a budget without one',
      { keys: { web: { budgets: [{ scope: 'user', period: 'day', limitUsd: 1, tag: 'x' }] } } },
      /not of the scope tag/,
    ],
    [
      'two budgets for the same',
      {
        keys: {
          web: {
            budgets: [
              { scope: 'user', period: 'day', limitUsd: 1 },
              { scope: 'user', period: 'day', limitUsd: 2 },
            ],
          },
        },
      },
      /two budgets/,
    ],
    [
      'a budget of a key for users without one',
      { users: { budgets: [{ scope: 'key', period: 'day', limitUsd: 1 }] } },
      /budget of a key/,
    ],
    [
      'an administrator among the users of a key',
      { keys: { web: { users: { operations: ['admin'] } } } },
      /no operation for users/,
    ],
    ['a list', [], /expected object/],
  ])('are refused for %s', (_name, value, message) => {
    expect(problemsOf(value).join('\n')).toMatch(message);
  });

  it('need an identity provider for users, and somebody they can hold for', () => {
    const alone = { ...CONTEXT, hasUsers: false };
    expect(problemsOf({ users: {} }, alone).join()).toContain('MODELGRAPH_JWT_ISSUER');
    expect(problemsOf({}, { ...alone, apiKeys: [] }).join()).toContain('has no key');
    expect(problemsOf({}, alone)).toEqual([]);
  });

  it('allow trusted documents alone only where the server has some', () => {
    const only = { trustedDocuments: 'only' };
    const rules = { keys: { web: { ...only, users: only } }, users: only, roles: { a: only } };
    const file = { ...rules, claims: { role: 'role' } };
    expect(problemsOf(file)).toEqual([]);
    const places = ['keys.web', 'keys.web.users', 'users', 'roles.a'].map((place) =>
      expect.stringContaining(`${place}.trustedDocuments`),
    );
    expect(problemsOf(file, { ...CONTEXT, hasDocuments: false })).toEqual(places);
    const also = { users: { trustedDocuments: 'also' } };
    expect(problemsOf(also, { ...CONTEXT, hasDocuments: false })).toEqual([]);
  });
});

const pem = (type: 'rsa' | 'ec' | 'ed25519', modulusLength = 2_048): string => {
  const { publicKey } = {
    rsa: () => generateKeyPairSync('rsa', { modulusLength }),
    ec: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ed25519: () => generateKeyPairSync('ed25519'),
  }[type]();
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
};

const BASE = { MODELGRAPH_JWT_ISSUER: 'https://id.example', MODELGRAPH_JWT_AUDIENCE: 'chat' };
const SECRET = 's'.repeat(32);

const problemsOfSettings = (environment: Readonly<Record<string, string>>): string => {
  try {
    parseSettings(environment, []);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the settings of tokens', () => {
  it.each([
    ['a key set', { MODELGRAPH_JWT_JWKS_URL: 'https://id.example/keys' }, ['RS256', 'ES256', 'EdDSA']],
    [
      'a key set on this machine',
      { MODELGRAPH_JWT_JWKS_URL: 'http://127.0.0.1:9/keys', MODELGRAPH_JWT_ALGORITHMS: 'ES384' },
      ['ES384'],
    ],
    ['a secret', { MODELGRAPH_JWT_SECRET: SECRET }, ['HS256']],
    ['an RSA key', { MODELGRAPH_JWT_PUBLIC_KEY: pem('rsa') }, ['RS256', 'RS384', 'RS512']],
    [
      'a key without line breaks',
      { MODELGRAPH_JWT_PUBLIC_KEY: pem('ec').replaceAll('\n', String.raw`\n`) },
      ['ES256'],
    ],
    ['an Ed25519 key', { MODELGRAPH_JWT_PUBLIC_KEY: pem('ed25519') }, ['EdDSA', 'Ed25519']],
  ])('take %s, with the algorithms for it', (_name, part, algorithms) => {
    expect(parseSettings({ ...BASE, ...part }, []).jwt).toMatchObject({
      algorithms,
      clockToleranceSeconds: 30,
    });
  });

  it.each([
    [
      'HS with a key set',
      { MODELGRAPH_JWT_JWKS_URL: 'https://id.example/k', MODELGRAPH_JWT_ALGORITHMS: 'RS256,HS256' },
      /ALGORITHMS: may have RS256.*not "HS256"/,
    ],
    [
      'HS with a public key',
      { MODELGRAPH_JWT_PUBLIC_KEY: pem('rsa'), MODELGRAPH_JWT_ALGORITHMS: 'HS256' },
      /not "HS256"/,
    ],
    [
      'RS with a secret',
      { MODELGRAPH_JWT_SECRET: SECRET, MODELGRAPH_JWT_ALGORITHMS: 'RS256' },
      /not "RS256"/,
    ],
    ['none', { MODELGRAPH_JWT_SECRET: SECRET, MODELGRAPH_JWT_ALGORITHMS: 'none' }, /not "none"/],
    [
      'another curve',
      { MODELGRAPH_JWT_PUBLIC_KEY: pem('ec'), MODELGRAPH_JWT_ALGORITHMS: 'ES384' },
      /may have ES256/,
    ],
    ['a short secret', { MODELGRAPH_JWT_SECRET: 's'.repeat(31) }, /at least 32 bytes/],
    [
      'a secret that is short for its hash',
      { MODELGRAPH_JWT_SECRET: SECRET, MODELGRAPH_JWT_ALGORITHMS: 'HS256,HS512' },
      /at least 64 bytes/,
    ],
    ['a short RSA key', { MODELGRAPH_JWT_PUBLIC_KEY: pem('rsa', 1_024) }, /RSA of at least 2048 bits/],
    ['a text that is no key', { MODELGRAPH_JWT_PUBLIC_KEY: 'hunter2' }, /must be a public key in PEM/],
    [
      'two sources of keys',
      { MODELGRAPH_JWT_SECRET: SECRET, MODELGRAPH_JWT_JWKS_URL: 'https://id.example/k' },
      /exactly one of/,
    ],
    ['no source of keys', {}, /exactly one of/],
    ['an address over plain http', { MODELGRAPH_JWT_JWKS_URL: 'http://id.example/k' }, /https address/],
    [
      'an address with a password',
      { MODELGRAPH_JWT_JWKS_URL: 'https://a:hunter2@id.example/k' },
      /without a user/,
    ],
    [
      'a tolerance of an hour',
      { MODELGRAPH_JWT_JWKS_URL: 'https://id.example/k', MODELGRAPH_JWT_CLOCK_TOLERANCE_SECONDS: '3600' },
      /from 0 to 600/,
    ],
  ])('refuse %s, and quote no secret', (_name, part, message) => {
    const found = problemsOfSettings({ ...BASE, ...part });
    expect(found).toMatch(message);
    expect(found).not.toMatch(/hunter2|s{31}/);
  });

  it('refuse a private key in the place of a public one', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(problemsOfSettings({ ...BASE, MODELGRAPH_JWT_PUBLIC_KEY: text })).toMatch(/must be a public key/);
  });

  it('need an issuer and an audience', () => {
    const found = problemsOfSettings({ MODELGRAPH_JWT_SECRET: SECRET });
    expect(found).toMatch(/MODELGRAPH_JWT_ISSUER: is required/);
    expect(found).toMatch(/MODELGRAPH_JWT_AUDIENCE: is required/);
  });

  it('open the server to other machines as keys do', () => {
    const jwks = { MODELGRAPH_JWT_JWKS_URL: 'https://id.example/keys' };
    expect(problemsOfSettings({ HOST: '0.0.0.0' })).toMatch(/HOST/);
    for (const part of [{ ...BASE, ...jwks }, { MODELGRAPH_ACCESS: './access.json' }])
      expect(problemsOfSettings({ HOST: '0.0.0.0', ...part })).toBe('');
  });
});
