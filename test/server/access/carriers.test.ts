import { once } from 'node:events';
import WebSocket from 'ws';
import { describe, expect, it } from 'vitest';
import { request, startApp } from '../../support/app/app.ts';
import { ASK, codeOf, jwtOf, keyOf } from '../../support/app/access.ts';
import { openEventStream, openRawSocket, post } from '../../support/app/clients.ts';
import { startIssuer } from '../../support/app/issuer.ts';
import { rawRequest } from '../../support/app/raw-http.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { createPoliteProvider } from '../../support/app/toy-app.ts';
import { textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const ALICE = keyOf('alice');
const VIEWER = { query: '{ viewer { id } }' };
const GENERATE = {
  query:
    'subscription { generate(input: { model: "toy", prompt: "Hi" }) { __typename ... on TextDelta { text } } }',
};

const startLocked = () => startApp({ apiKeys: [ALICE.setting] }, createPoliteProvider().overrides);

const upgradeStatus = async (
  url: string,
  headers: Record<string, string | string[]> = {},
): Promise<number> => {
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers: headers as Record<string, string> });
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  socket.on('error', () => undefined);
  socket.terminate();
  return response.statusCode;
};

describe('credentials', () => {
  it.each(['access_token', 'token', 'authorization', 'api_key', 'apikey', 'ACCESS_TOKEN'])(
    'in the address as %s are refused, even beside good ones, over HTTP, SSE and WebSocket',
    async (name) => {
      await using app = await startLocked();
      const url = `${app.url}?${name}=${ALICE.key}`;
      for (const headers of [{}, { authorization: `Bearer ${ALICE.key}` }])
        for (const accept of ['application/json', 'text/event-stream']) {
          const response = await post({ url }, VIEWER, { headers: { ...headers, accept } });
          const { errors } = (await response.json()) as {
            errors: { message: string; extensions: { code: string } }[];
          };
          expect([response.status, errors[0]?.extensions.code]).toEqual([400, 'INVALID_REQUEST']);
          expect(errors[0]?.message).toContain('address');
        }
      expect(await upgradeStatus(url.replace(/^http/, 'ws'))).toBe(400);
      expect(JSON.stringify(app.logLines)).not.toContain(ALICE.key);
    },
  );

  it('in two headers are refused, whichever is good', async () => {
    await using app = await startLocked();
    const good = `Bearer ${ALICE.key}`;
    for (const both of [
      [good, 'Bearer mg_bob_x'],
      ['Bearer mg_bob_x', good],
      [good, good],
    ]) {
      const { status, body } = await rawRequest(app, {
        method: 'POST',
        headers: { 'content-type': 'application/json', Authorization: both },
        body: JSON.stringify(VIEWER),
      });
      expect([status, body]).toEqual([400, expect.stringContaining('several Authorization headers')]);
    }
    expect(
      await upgradeStatus(app.url.replace(/^http/, 'ws'), {
        authorization: [`Bearer ${ALICE.key}`, 'Bearer x'],
      }),
    ).toBe(400);
  });

  it('of a socket that are named twice and differ let no one in', async () => {
    await using app = await startLocked();
    const good = `Bearer ${ALICE.key}`;
    for (const init of [
      { authorization: good, Authorization: 'Bearer mg_bob_x' },
      { authorization: 'Bearer mg_bob_x', Authorization: good },
    ]) {
      await using socket = await openRawSocket(app, { init });
      expect((await socket.closed).code).toBe(4401);
    }
    await using socket = await openRawSocket(app, { init: { authorization: good, Authorization: good } });
    expect(socket.messages).toMatchObject([{ type: 'connection_ack' }]);
  });

  it('that anyone may leave out may be sent in any way', async () => {
    await using app = await startApp({}, createPoliteProvider().overrides);
    const { data } = await request({ url: `${app.url}?token=x` }, VIEWER.query);
    expect(data.viewer.id).toBe('local');
  });
});

describe('a token that expires', () => {
  const startExpiring = async () => {
    const issuer = await startIssuer();
    let now = Date.now();
    const toy = createSteppedToy();
    const jwt = { ...jwtOf(issuer), clockToleranceSeconds: 0 };
    const app = await startApp({ jwt }, { ...toyOverrides(toy), tokenClock: () => now });
    const pass = (): void => {
      now += 3_600_000;
    };
    return { issuer, app, toy, pass };
  };

  it('leaves the streams of its socket running, refuses a new operation, and keeps the socket', async () => {
    const { issuer, app, toy, pass } = await startExpiring();
    await using _issuer = issuer;
    await using _app = app;
    await using socket = await openRawSocket(app, {
      init: { authorization: `Bearer ${await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 60 })}` },
    });
    socket.send({ type: 'subscribe', id: 'stream', payload: GENERATE });
    await toy.give(textDelta('before '));
    pass();
    socket.send({ type: 'subscribe', id: 'late', payload: VIEWER });
    const refused = await socket.received(({ id }) => id === 'late');
    expect(refused).toMatchObject({
      type: 'error',
      payload: [
        {
          message: 'The token has expired. Send a fresh one.',
          extensions: { code: 'UNAUTHENTICATED', retryable: false },
        },
      ],
    });
    await toy.give(textDelta('after'));
    await toy.finish();
    await socket.received(({ id, type }) => id === 'stream' && type === 'complete');
    expect(JSON.stringify(socket.messages)).toContain('GenerationCompleted');
    socket.send({ type: 'ping' });
    await socket.received(({ type }) => type === 'pong');
    await using fresh = await openRawSocket(app, {
      init: {
        authorization: `Bearer ${await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 10_000 })}`,
      },
    });
    expect(fresh.messages).toMatchObject([{ type: 'connection_ack' }]);
  });

  it('leaves an event stream running that began in time', async () => {
    const { issuer, app, toy, pass } = await startExpiring();
    await using _issuer = issuer;
    await using _app = app;
    const token = await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 60 });
    const stream = await openEventStream(app, GENERATE, { authorization: `Bearer ${token}` });
    await toy.give(textDelta('before '));
    pass();
    expect(codeOf(await ASK.http(app, VIEWER, token))).toBe('UNAUTHENTICATED');
    await toy.give(textDelta('after'));
    await toy.finish();
    expect(await stream.ended).toContain('GenerationCompleted');
  });
});
