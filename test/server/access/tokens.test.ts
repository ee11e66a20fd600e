import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../config/settings.ts';
import type { AppOverrides } from '../../../src/app.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, type Answer, codeOf, jwtOf, keyOf } from '../../support/app/access.ts';
import { AUDIENCE, type Issuer, startIssuer } from '../../support/app/issuer.ts';
import { createPoliteProvider } from '../../support/app/toy-app.ts';

const VIEWER = { query: '{ viewer { id kind models operations } }' };
const TRANSPORTS = ['http', 'sse', 'websocket'] as const;

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const start = (
  issuer: Issuer,
  settings: Partial<Settings> = {},
  overrides: AppOverrides = {},
): Promise<TestApp> =>
  startApp({ jwt: jwtOf(issuer), ...settings }, { ...createPoliteProvider().overrides, ...overrides });

/** What each transport answers to a token: the code, or the id of the viewer. */
const askEverywhere = (app: TestApp, token: string | null): Promise<readonly (string | null)[]> =>
  Promise.all(
    TRANSPORTS.map(async (transport) => {
      const answer: Answer = await ASK[transport](app, VIEWER, token);
      return codeOf(answer) ?? (answer.data.viewer.id as string);
    }),
  );

const everywhere = (code: string): readonly string[] => TRANSPORTS.map(() => code);

describe.each(['RS256', 'ES256', 'EdDSA'] as const)('a token that is signed with %s', (alg) => {
  it('lets its subject in on every transport, by the keys of its issuer, which are fetched once', async () => {
    await using issuer = await startIssuer(alg);
    await using app = await start(issuer);
    const [one, ...others] = await askEverywhere(app, await issuer.sign());
    expect(one).toMatch(/^user:jwt-[0-9a-f]{12}:ann$/);
    expect(others).toEqual([one, one]);
    expect(issuer.fetches()).toBe(1);
    const { data } = await ASK.http(app, VIEWER, await issuer.sign());
    expect(data.viewer).toMatchObject({ kind: 'USER', models: null, operations: ['read', 'generate'] });
  });
});

/** What of a token is wrong, and what its client is told. */
const WRONG: Readonly<
  Record<string, { readonly sign: (issuer: Issuer) => Promise<string>; readonly says: RegExp }>
> = {
  'is of a foreign issuer': {
    sign: (issuer) => issuer.sign({ iss: 'https://elsewhere.example' }),
    says: /issuer/,
  },
  'has no issuer': { sign: (issuer) => issuer.sign({ iss: null }), says: /issuer/ },
  'is for another audience': { sign: (issuer) => issuer.sign({ aud: 'billing' }), says: /audience/ },
  'is for no audience': { sign: (issuer) => issuer.sign({ aud: null }), says: /audience/ },
  'has expired': { sign: (issuer) => issuer.sign({ exp: Date.now() / 1_000 - 60 }), says: /expired/ },
  'never expires': { sign: (issuer) => issuer.sign({ exp: null }), says: /"exp"/ },
  'is not valid yet': {
    sign: (issuer) => issuer.sign({ nbf: Date.now() / 1_000 + 60 }),
    says: /not valid yet/,
  },
  'has no subject': { sign: (issuer) => issuer.sign({ sub: null }), says: /"sub"/ },
  'has a subject that is no text': {
    sign: (issuer) => issuer.sign({ sub: { id: 1 } }),
    says: /"sub"|verified/,
  },
  'has an empty subject': { sign: (issuer) => issuer.sign({ sub: '' }), says: /"sub"/ },
  'has a subject that is too long': {
    sign: (issuer) => issuer.sign({ sub: 'x'.repeat(256) }),
    says: /"sub"/,
  },
};

describe.each(Object.entries(WRONG))('a token that %s', (_name, { sign, says }) => {
  it('lets no one in, on any transport, and says what is wrong', async () => {
    await using issuer = await startIssuer();
    await using app = await start(issuer);
    const token = await sign(issuer);
    expect(await askEverywhere(app, token)).toEqual(everywhere('UNAUTHENTICATED'));
    const { status, errors } = await ASK.http(app, VIEWER, token);
    expect({ status, retryable: errors?.[0]?.extensions?.['retryable'] }).toEqual({
      status: 401,
      retryable: false,
    });
    expect(errors?.[0]?.message).toMatch(says);
    expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

/** Tokens that no issuer has signed. */
const FORGED: Readonly<Record<string, (issuer: Issuer, token: string) => string | Promise<string>>> = {
  'with the algorithm none': (_, token) => {
    const [, payload = ''] = token.split('.');
    return `${base64({ alg: 'none', kid: 'key-1' })}.${payload}.`;
  },
  'with the algorithm NONE and a signature': (_, token) => {
    const [, payload = '', signature = ''] = token.split('.');
    return `${base64({ alg: 'NONE', kid: 'key-1' })}.${payload}.${signature}`;
  },
  'with HS256 and the public key as its secret': async (issuer, token) => {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(Buffer.from(await issuer.publicPem()));
  },
  'with a key of its own in the header': async (issuer) => {
    const other = await startIssuer('RS256');
    await using _closing = other;
    return await other.sign(
      { iss: issuer.url },
      { kid: 'key-1', jku: other.jwksUrl, x5u: `${other.url}/cert` },
    );
  },
  'with another key under a known id': async (issuer) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    return new SignJWT({ iss: issuer.url, aud: AUDIENCE, sub: 'ann', exp: Date.now() })
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
      .sign(privateKey);
  },
  'with an id of a key that is a path': async (issuer) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    return new SignJWT({ iss: issuer.url, aud: AUDIENCE, sub: 'ann', exp: Date.now() })
      .setProtectedHeader({ alg: 'RS256', kid: "../../dev/null' OR 1=1" })
      .sign(privateKey);
  },
  'with a changed subject': (_, token) => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    return `${header}.${base64({ ...claims, sub: 'bob' })}.${signature}`;
  },
  'without its signature': (_, token) => token.slice(0, token.lastIndexOf('.') + 1),
  'with a critical header that is not known': (_, token) => {
    const [, payload = '', signature = ''] = token.split('.');
    return `${base64({ alg: 'RS256', kid: 'key-1', crit: ['exp'] })}.${payload}.${signature}`;
  },
  'that is no JSON': () => 'a.b.c',
  'of 100 nested arrays': (_, token) =>
    `${Buffer.from('['.repeat(100)).toString('base64url')}.${token.split('.')[1] ?? ''}.x`,
  'of 12,000 characters': (_, token) => `${token}${'A'.repeat(12_000 - token.length)}`,
};

describe.each(Object.entries(FORGED))('a forged token %s', (_name, forge) => {
  it('lets no one in, on any transport', async () => {
    await using issuer = await startIssuer('RS256');
    await using app = await start(issuer, { jwt: { ...jwtOf(issuer), algorithms: ['RS256'] } });
    const token = await forge(issuer, await issuer.sign());
    expect(await askEverywhere(app, token)).toEqual(everywhere('UNAUTHENTICATED'));
    expect(app.logLines.filter(({ level }) => level !== 'info')).toEqual([]);
  });
});

it('headers that say where a key is are not followed, and a good signature is accepted with them', async () => {
  await using issuer = await startIssuer();
  await using elsewhere = await startIssuer();
  await using app = await start(issuer);
  const token = await issuer.sign({}, { jku: elsewhere.jwksUrl, x5u: elsewhere.jwksUrl });
  expect(await askEverywhere(app, token)).not.toContain('UNAUTHENTICATED');
  expect(elsewhere.fetches()).toBe(0);
});

it('an algorithm that is not allowed is refused, though the key would do', async () => {
  await using issuer = await startIssuer('ES256');
  await using app = await start(issuer, { jwt: { ...jwtOf(issuer), algorithms: ['RS256'] } });
  expect(await askEverywhere(app, await issuer.sign())).toEqual(everywhere('UNAUTHENTICATED'));
});

it('a shared secret verifies HS tokens, and no others', async () => {
  await using issuer = await startIssuer('ES256');
  const secret = randomBytes(48).toString('base64');
  const jwt = { ...jwtOf(issuer), keys: { type: 'secret', secret }, algorithms: ['HS256'] } as const;
  await using app = await start(issuer, { jwt });
  const sign = (alg: string, by: string): Promise<string> =>
    new SignJWT({ iss: issuer.url, aud: AUDIENCE, sub: 'ann' })
      .setProtectedHeader({ alg })
      .setExpirationTime('1h')
      .sign(Buffer.from(by));
  expect(await askEverywhere(app, await sign('HS256', secret))).not.toContain('UNAUTHENTICATED');
  for (const token of [
    await sign('HS256', randomBytes(48).toString('base64')),
    await sign('HS384', secret),
    await issuer.sign(),
  ])
    expect(await askEverywhere(app, token)).toEqual(everywhere('UNAUTHENTICATED'));
});

it('a public key of the settings verifies tokens without any fetch', async () => {
  await using issuer = await startIssuer('RS256');
  const keys = { type: 'public-key', pem: await issuer.publicPem() } as const;
  await using app = await start(issuer, { jwt: { ...jwtOf(issuer), keys, algorithms: ['RS256'] } });
  expect(await askEverywhere(app, await issuer.sign())).not.toContain('UNAUTHENTICATED');
  await issuer.rotate();
  expect(await askEverywhere(app, await issuer.sign())).toEqual(everywhere('UNAUTHENTICATED'));
  expect(issuer.fetches()).toBe(0);
});

it('clocks may differ by the tolerance, and by no more', async () => {
  await using issuer = await startIssuer();
  await using app = await start(issuer, { jwt: { ...jwtOf(issuer), clockToleranceSeconds: 120 } });
  const now = Math.floor(Date.now() / 1_000);
  for (const claims of [{ exp: now - 60 }, { nbf: now + 60 }])
    expect(codeOf(await ASK.http(app, VIEWER, await issuer.sign(claims)))).toBeNull();
  for (const claims of [{ exp: now - 180 }, { nbf: now + 180 }])
    expect(codeOf(await ASK.http(app, VIEWER, await issuer.sign(claims)))).toBe('UNAUTHENTICATED');
});

it('subjects never share an id, however odd they are, and keep the one they have', async () => {
  await using issuer = await startIssuer();
  await using app = await start(issuer);
  const subjects = [
    'ann',
    'Ann',
    'ann ',
    'a:b',
    'user:jwt-1:ann',
    '~ann',
    'Ä',
    'x'.repeat(200),
    `${'x'.repeat(199)}y`,
    '名前\u0000',
  ];
  const ids = [];
  for (const sub of subjects) {
    const ask = async () =>
      (await ASK.http(app, VIEWER, await issuer.sign({ sub }))).data.viewer.id as string;
    const id = await ask();
    expect(await ask()).toBe(id);
    expect(id.length).toBeLessThanOrEqual(200);
    expect(id).toMatch(/^[!-~]+$/);
    ids.push(id);
  }
  expect(new Set(ids).size).toBe(subjects.length);
});

it('keys of the server let in beside the identity provider, and without any credentials no one is let in', async () => {
  await using issuer = await startIssuer();
  const alice = keyOf('alice');
  await using app = await start(issuer, { apiKeys: [alice.setting] });
  expect(await askEverywhere(app, alice.key)).toEqual(everywhere('alice'));
  expect(await askEverywhere(app, null)).toEqual(everywhere('UNAUTHENTICATED'));
});
