import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ASK, codeOf } from '../../support/app/access.ts';
import { startApp } from '../../support/app/app.ts';
import { openRawSocket, post } from '../../support/app/clients.ts';
import { ANN, bearer, startLimited } from '../../support/app/limited-app.ts';
import { until } from '../../support/databases/batch-database.ts';

const QUERY = { query: '{ __typename }' };
const CLOCK = { now: () => Date.parse('2026-11-29T06:00:20Z') };

/** What a refused upgrade is answered; null: the socket was opened. */
const upgrade = (
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly retryAfter: string | undefined } | WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), ['graphql-transport-ws'], {
      headers: { ...headers },
    });
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      const { statusCode = 0, headers: answered } = response;
      response.resume();
      resolve({ status: statusCode, retryAfter: answered['retry-after'] });
    });
  });

describe('the requests of an address', () => {
  it('are counted before its credentials are looked at, on every path but that of health', async () => {
    await using scene = await startLimited(
      {},
      { settings: { addressRequestsPerMinute: 4 }, overrides: CLOCK },
    );
    const { app } = scene;
    const wrong = () => post(app, QUERY, { headers: bearer('mg_ann_wrong') });
    expect((await wrong()).status).toBe(401);
    expect((await fetch(new URL('/metrics', app.url), { headers: bearer('mg_ann_wrong') })).status).toBe(401);
    expect((await fetch(new URL('/nowhere', app.url))).status).toBe(404);
    expect((await wrong()).status).toBe(401);
    const refused = await wrong();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit-policy')).toBe('"requestsPerMinute";q=4;w=60');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(codeOf(await ASK.http(app, QUERY, ANN.key))).toBe('RATE_LIMITED');
    expect((await fetch(new URL('/metrics', app.url), { headers: bearer(ANN.key) })).status).toBe(429);
    expect((await fetch(new URL('/health/live', app.url))).status).toBe(200);
    expect((await fetch(new URL('/health/ready', app.url))).status).toBe(200);
    expect(await upgrade(app.url)).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) });
  });

  it('are counted on sockets as well: each upgrade, and each operation', async () => {
    await using app = await startApp({ addressRequestsPerMinute: 3 }, CLOCK);
    await using socket = await openRawSocket(app);
    const codes = [];
    for (const id of ['1', '2', '3']) {
      socket.send({ type: 'subscribe', id, payload: QUERY });
      const { type, payload } = await socket.received((message) => message.id === id);
      codes.push(type === 'error' ? payload[0].extensions.code : null);
    }
    expect(codes).toEqual([null, null, 'RATE_LIMITED']);
  });

  it('are counted on a socket whose credentials are good no longer, before they are looked at again', async () => {
    let passedMs = 0;
    await using scene = await startLimited(
      {},
      {
        settings: { addressRequestsPerMinute: 5 },
        overrides: { ...CLOCK, tokenClock: () => Date.now() + passedMs },
      },
    );
    const { app } = scene;
    const query = 'mutation { createUserToken(subject: "x", expiresInSeconds: 60) { token } }';
    const { data } = await ASK.http(app, { query }, ANN.key);
    await using socket = await openRawSocket(app, { init: bearer(data.createUserToken.token) });
    passedMs = 61_000;
    const codes = [];
    for (const id of ['1', '2', '3', '4']) {
      socket.send({ type: 'subscribe', id, payload: QUERY });
      const { payload } = await socket.received((message) => message.id === id);
      codes.push(payload[0].extensions.code);
    }
    expect(codes).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'RATE_LIMITED']);
  });

  it('are counted at /health/ready where it is asked with credentials, which are not looked at beyond the limit', async () => {
    await using scene = await startLimited(
      {},
      { settings: { addressRequestsPerMinute: 2 }, overrides: CLOCK },
    );
    const { app } = scene;
    const ready = async (headers: Record<string, string> = {}) => {
      const response = await fetch(new URL('/health/ready', app.url), { headers });
      const { parts } = (await response.json()) as { readonly parts?: unknown };
      return [response.status, parts === undefined ? 'without parts' : 'with parts'];
    };
    expect(await ready(bearer('mg_ann_wrong'))).toEqual([200, 'without parts']);
    expect(await ready(bearer(ANN.key))).toEqual([200, 'with parts']);
    expect(await ready(bearer(ANN.key))).toEqual([200, 'without parts']);
    expect(await ready()).toEqual([200, 'without parts']);
    expect(codeOf(await ASK.http(app, QUERY, ANN.key))).toBe('RATE_LIMITED');
  });

  it('are those of the client that a trusted proxy names', async () => {
    const settings = { addressRequestsPerMinute: 2, trustedProxies: ['127.0.0.0/8', '::1'] };
    await using app = await startApp(settings, CLOCK);
    const from = async (forwarded: string): Promise<number> =>
      (await post(app, QUERY, { headers: { 'x-forwarded-for': forwarded } })).status;
    expect([await from('198.51.100.1'), await from('198.51.100.1'), await from('198.51.100.1')]).toEqual([
      200, 200, 429,
    ]);
    // What a client has written itself makes it no other one.
    expect(await from('203.0.113.7, 198.51.100.1')).toBe(429);
    expect(await from('198.51.100.2')).toBe(200);
    expect([await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8::3')]).toEqual([
      200, 200, 429,
    ]);
    expect(await from('2001:db8:0:1::1')).toBe(200);
  });

  it('are those of one address for all, behind a proxy that is not trusted', async () => {
    await using app = await startApp({ addressRequestsPerMinute: 2 }, CLOCK);
    const statuses = [];
    for (const forwarded of ['198.51.100.1', '198.51.100.2', '198.51.100.3'])
      statuses.push((await post(app, QUERY, { headers: { 'x-forwarded-for': forwarded } })).status);
    expect(statuses).toEqual([200, 200, 429]);
    await app.logged(({ message }) => message.includes('MODELGRAPH_TRUSTED_PROXIES'));
  });
});

describe('the sockets of an address', () => {
  it('are refused with 429 before they are opened, and have room again when one closes', async () => {
    const settings = { addressSockets: 2, trustedProxies: ['127.0.0.0/8', '::1'] };
    await using app = await startApp(settings);
    const from = (forwarded: string) => upgrade(app.url, { 'x-forwarded-for': forwarded });
    const opened = await Promise.all(Array.from({ length: 12 }, () => from('198.51.100.1')));
    const sockets = opened.filter((each) => each instanceof WebSocket);
    expect(sockets).toHaveLength(2);
    const refused = opened.filter((each) => !(each instanceof WebSocket));
    expect(refused).toEqual(Array.from({ length: 10 }, () => ({ status: 429, retryAfter: '1' })));
    const other = await from('198.51.100.2');
    expect(other).toBeInstanceOf(WebSocket);
    sockets[0]?.close();
    await until(async () => (await from('198.51.100.1')) instanceof WebSocket);
  });
});
