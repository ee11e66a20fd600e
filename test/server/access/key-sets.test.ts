import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, codeOf, jwtOf } from '../../support/app/access.ts';
import { type Issuer, startIssuer } from '../../support/app/issuer.ts';
import { createPoliteProvider } from '../../support/app/toy-app.ts';

const VIEWER = { query: '{ viewer { id } }' };
const AWAY = { status: 503, body: 'away' };
const COOLDOWN_MS = 30_000;
const FIRST_COOLDOWN_MS = 2_000;
const MAX_AGE_MS = 600_000;

/** A server with a clock that a test moves. */
const start = async (issuer: Issuer) => {
  let elapsed = 0;
  const app = await startApp(
    { jwt: jwtOf(issuer) },
    {
      ...createPoliteProvider().overrides,
      elapsedMs: () => elapsed,
      keySetTiming: { cooldownMs: COOLDOWN_MS, firstCooldownMs: FIRST_COOLDOWN_MS, maxAgeMs: MAX_AGE_MS },
    },
  );
  const pass = (ms: number): void => {
    elapsed += ms;
  };
  return { app, pass };
};

const ask = async (app: TestApp, issuer: Issuer): Promise<string | null> =>
  codeOf(await ASK.http(app, VIEWER, await issuer.sign()));

describe('the key set of an identity provider', () => {
  it('is fetched again for a key that is not in it, once for however many tokens', async () => {
    await using issuer = await startIssuer();
    const { app, pass } = await start(issuer);
    await using _closing = app;
    expect(await ask(app, issuer)).toBeNull();
    pass(COOLDOWN_MS);
    await issuer.rotate();
    const codes = await Promise.all(Array.from({ length: 20 }, () => ask(app, issuer)));
    expect(codes).toEqual(Array.from({ length: 20 }, () => null));
    expect(issuer.fetches()).toBe(2);
  });

  it('is not fetched for every token with an unknown key: they are refused within the cooldown', async () => {
    await using issuer = await startIssuer();
    await using forger = await startIssuer();
    const { app, pass } = await start(issuer);
    await using _closing = app;
    expect(await ask(app, issuer)).toBeNull();
    await forger.rotate();
    const forge = async () =>
      codeOf(
        await ASK.http(app, VIEWER, await forger.sign({ iss: issuer.url }, { kid: `key-${Math.random()}` })),
      );
    for (let round = 1; round <= 3; round += 1) {
      for (let count = 0; count < 10; count += 1) expect(await forge()).toBe('UNAUTHENTICATED');
      expect(issuer.fetches()).toBe(round);
      expect(await ask(app, issuer)).toBeNull();
      pass(COOLDOWN_MS);
    }
  });

  it('serves the last known keys while its address is away, however old they are', async () => {
    await using issuer = await startIssuer();
    const { app, pass } = await start(issuer);
    await using _closing = app;
    expect(await ask(app, issuer)).toBeNull();
    for (const answer of [
      AWAY,
      { status: 200, body: '{"keys": "none"}' },
      { status: 200, body: 'x'.repeat(600_000) },
    ]) {
      issuer.answerWith(answer);
      pass(MAX_AGE_MS);
      const fetches = issuer.fetches();
      expect(await ask(app, issuer)).toBeNull();
      await app.logged(({ message }) =>
        message.includes('keys of the identity provider could not be fetched'),
      );
      expect(issuer.fetches()).toBeGreaterThan(fetches - 1);
    }
    issuer.answerWith(null);
    await issuer.rotate();
    pass(MAX_AGE_MS);
    expect(await ask(app, issuer)).toBeNull();
  });

  it('forgets a key that was withdrawn once the keys have been fetched again', async () => {
    await using issuer = await startIssuer();
    const { app, pass } = await start(issuer);
    await using _closing = app;
    const old = await issuer.sign();
    const askOld = async () => codeOf(await ASK.http(app, VIEWER, old));
    expect(await askOld()).toBeNull();
    await issuer.rotate();
    expect(await askOld()).toBeNull();
    pass(MAX_AGE_MS);
    // The new key is unknown, so that this waits for the fetch.
    expect(await ask(app, issuer)).toBeNull();
    expect(await askOld()).toBe('UNAUTHENTICATED');
  });

  it.each(['http', 'sse', 'websocket'] as const)(
    'that could never be fetched is a service that is unavailable over %s, and soon tried again',
    async (transport) => {
      await using issuer = await startIssuer();
      issuer.answerWith(AWAY);
      const { app, pass } = await start(issuer);
      await using _closing = app;
      const token = await issuer.sign();
      const first = await ASK[transport](app, VIEWER, token);
      expect(codeOf(first)).toBe(transport === 'websocket' ? 'closed 1013' : 'SERVICE_UNAVAILABLE');
      if (transport !== 'websocket') {
        expect(first.status).toBe(503);
        expect(first.errors?.[0]?.extensions?.['retryable']).toBe(true);
      }
      expect(codeOf(await ASK[transport](app, VIEWER, token))).toBe(codeOf(first));
      expect(issuer.fetches()).toBe(1);
      issuer.answerWith(null);
      pass(FIRST_COOLDOWN_MS);
      expect(codeOf(await ASK[transport](app, VIEWER, token))).toBeNull();
      expect(app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );

  it('with two keys and tokens that name none is refused, and no defect', async () => {
    await using issuer = await startIssuer();
    await issuer.rotate({ publishes: 'both' });
    const { app } = await start(issuer);
    await using _closing = app;
    const nameless = await issuer.sign({}, { kid: undefined } as never);
    expect(codeOf(await ASK.http(app, VIEWER, nameless))).toBe('UNAUTHENTICATED');
    expect(await ask(app, issuer)).toBeNull();
  });

  it('with a private key in it lets no one in by that key, and says so in the log', async () => {
    await using issuer = await startIssuer();
    const { app } = await start(issuer);
    await using _closing = app;
    issuer.answerWith({ status: 200, body: JSON.stringify({ keys: [await issuer.privateJwk()] }) });
    expect(await ask(app, issuer)).toBe('UNAUTHENTICATED');
    await app.logged(
      ({ level, message }) => level === 'warn' && message.includes('a token could not be verified'),
    );
  });
});
