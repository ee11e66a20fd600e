import { describe, expect, it } from 'vitest';
import { ASK, codeOf } from '../../support/app/access.ts';
import { openRawSocket, post } from '../../support/app/clients.ts';
import { ANN, bearer, BOB, startLimited } from '../../support/app/limited-app.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';

const VIEWER = { query: '{ viewer { id } }' };
const STATE = { query: '{ viewer { rateLimits { name limit windowMs remaining resetsAt } } }' };

const CREATE_TOKEN = { query: 'mutation { createUserToken(subject: "u", expiresInSeconds: 60) { token } }' };

/** In the middle of a window, which the clock never leaves. */
const NOW_MS = Date.parse('2026-11-29T06:00:20Z');
const CLOCK = { now: () => NOW_MS };

const engines = await findBatchEngines();

describe.each(engines)('requests a minute on $name', ({ problem, open }) => {
  it.skipIf(problem !== null).each(['http', 'sse', 'websocket'] as const)(
    'are counted over %s, each operation as one, and refused with RATE_LIMITED and when to come back',
    async (transport) => {
      await using database = await open();
      const settings = database.settings;
      await using scene = await startLimited({ requestsPerMinute: 5 }, { settings, overrides: CLOCK });
      const answers = [];
      for (let count = 0; count < 7; count += 1)
        answers.push(await ASK[transport](scene.app, VIEWER, ANN.key));
      const codes = answers.map(codeOf);
      expect(codes.slice(0, 5)).toEqual([null, null, null, null, null]);
      expect(codes.at(-1)).toBe('RATE_LIMITED');
      const error = answers.at(-1)?.errors?.[0];
      expect(error?.extensions).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) });
      expect(error?.extensions?.['retryAfterMs']).toBeGreaterThan(0);
      expect(error?.extensions?.['retryAfterMs']).toBeLessThanOrEqual(120_000);
      expect(codeOf(await ASK[transport](scene.app, VIEWER, BOB.key))).toBeNull();
    },
  );
});

describe('requests a minute', () => {
  it('are told in the headers of each answer, as the draft has them, with Retry-After where there are none left', async () => {
    await using scene = await startLimited({ requestsPerMinute: 2 }, { overrides: CLOCK });
    const ask = () => post(scene.app, VIEWER, { headers: bearer(ANN.key) });
    const first = await ask();
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-policy')).toBe('"requestsPerMinute";q=2;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"requestsPerMinute";r=1;t=\d+$/);
    expect(first.headers.has('retry-after')).toBe(false);
    await ask();
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit')).toMatch(/^"requestsPerMinute";r=0;t=\d+$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(40);
    const body = (await refused.json()) as { readonly errors: readonly unknown[] };
    expect(body.errors).toEqual([
      {
        message: 'There may be 2 requests a minute.',
        extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) },
      },
    ]);
    const unlimited = await post(scene.app, VIEWER, { headers: bearer(BOB.key) });
    expect(unlimited.headers.has('ratelimit')).toBe(false);
    expect(unlimited.headers.has('ratelimit-policy')).toBe(false);
  });

  it('leave the socket and what runs on it alone when an operation is refused', async () => {
    await using scene = await startLimited({ requestsPerMinute: 1 }, { overrides: CLOCK });
    await using socket = await openRawSocket(scene.app, { init: bearer(ANN.key) });
    const query = 'subscription { generate(input: { model: "demo-slow", prompt: "hi" }) { __typename } }';
    socket.send({ type: 'subscribe', id: 'runs', payload: { query } });
    await socket.received(({ id }) => id === 'runs');
    socket.send({ type: 'subscribe', id: 'refused', payload: VIEWER });
    const { type, payload } = await socket.received(({ id }) => id === 'refused');
    expect(type).toBe('error');
    expect(payload[0].extensions).toMatchObject({
      code: 'RATE_LIMITED',
      limit: { name: 'requestsPerMinute' },
    });
    socket.send({ type: 'ping' });
    await socket.received((message) => message.type === 'pong');
    expect(socket.messages.some((message) => message.id === 'runs' && message.type === 'error')).toBe(false);
  });

  it('come back as the window moves on', async () => {
    let nowMs = NOW_MS;
    await using scene = await startLimited({ requestsPerMinute: 2 }, { overrides: { now: () => nowMs } });
    const ask = async () => codeOf(await ASK.http(scene.app, VIEWER, ANN.key));
    expect([await ask(), await ask(), await ask()]).toEqual([null, null, 'RATE_LIMITED']);
    nowMs += 40_000;
    expect(await ask()).toBe('RATE_LIMITED');
    nowMs += 30_000;
    expect([await ask(), await ask()]).toEqual([null, 'RATE_LIMITED']);
  });

  it('of the users of a key count for each user and for the key as a whole', async () => {
    await using scene = await startLimited(
      { requestsPerMinute: 6 },
      { users: { requestsPerMinute: 2 }, overrides: CLOCK },
    );
    const { app } = scene;
    const tokenOf = async () =>
      (await ASK.http(app, CREATE_TOKEN, ANN.key)).data.createUserToken.token as string;
    const user = await tokenOf();
    const ask = async (token: string) => codeOf(await ASK.http(app, VIEWER, token));
    expect([await ask(user), await ask(user), await ask(user)]).toEqual([null, null, 'RATE_LIMITED']);
    // What was refused for the user's own limit is not counted for the key: 3 of 6 are used.
    expect([await ask(ANN.key), await ask(ANN.key), await ask(ANN.key)]).toEqual([null, null, null]);
    expect(await ask(ANN.key)).toBe('RATE_LIMITED');
  });

  it('are shown to the viewer with every other limit, and to one without limits are none but those of the server', async () => {
    await using scene = await startLimited(
      {
        requestsPerMinute: 10,
        tokensPerMinute: 1_000,
        generationsAtOnce: 3,
        batchesAtOnce: 1,
        uploadedBytesPerDay: 5_000_000_000,
      },
      { settings: { principalSockets: 7, principalGenerations: null }, overrides: CLOCK },
    );
    const { data } = await ASK.http(scene.app, STATE, ANN.key);
    const day = '2026-11-30T00:00:00.000Z';
    const minute = '2026-11-29T06:01:00.000Z';
    const now = '2026-11-29T06:00:20.000Z';
    expect(data.viewer.rateLimits).toEqual([
      { name: 'requestsPerMinute', limit: 10, windowMs: 60_000, remaining: 9, resetsAt: minute },
      { name: 'tokensPerMinute', limit: 1_000, windowMs: 60_000, remaining: 1_000, resetsAt: minute },
      {
        name: 'uploadedBytesPerDay',
        limit: 2_147_483_647,
        windowMs: 86_400_000,
        remaining: 2_147_483_647,
        resetsAt: day,
      },
      { name: 'generationsAtOnce', limit: 3, windowMs: 0, remaining: 3, resetsAt: now },
      { name: 'batchesAtOnce', limit: 1, windowMs: 0, remaining: 1, resetsAt: now },
      { name: 'sockets', limit: 7, windowMs: 0, remaining: 7, resetsAt: now },
    ]);
    const other = await ASK.http(scene.app, STATE, BOB.key);
    expect(other.data.viewer.rateLimits).toEqual([
      { name: 'sockets', limit: 7, windowMs: 0, remaining: 7, resetsAt: now },
    ]);
  });
});
