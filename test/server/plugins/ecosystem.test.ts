import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ANSWERS, openRawSocket } from '../../support/app/clients.ts';
import { handshakeStatus, rawRequest } from '../../support/app/raw-http.ts';

/** Plugins that are not this project's own: what each of them guards has to be guarded over every transport. */
let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const body = JSON.stringify({ query: '{ __typename }' });
const send = (headers: Readonly<Record<string, string>>) =>
  rawRequest(app, { method: 'POST', headers, body });

describe('prevention of forged requests', () => {
  test.each(['application/json', 'text/event-stream'])(
    'refuses a form of a foreign page that wants %s, and says what to send',
    async (accept) => {
      const answer = await send({ 'content-type': 'text/plain', accept });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({
        errors: [
          {
            message: expect.stringContaining('graphql-require-preflight') as string,
            extensions: { code: 'FORBIDDEN' },
          },
        ],
      });
    },
  );

  test('is the policy of origins at the upgrade of a WebSocket, which no browser asks for first', async () => {
    expect(await handshakeStatus(app, { origin: 'https://evil.example' })).toBe(403);
    expect(await handshakeStatus(app, { origin: new URL(app.url).origin })).toBe(101);
  });
});

describe('sharing with pages of other origins', () => {
  const origin = 'http://localhost:5173';

  test.each(['application/json', 'text/event-stream'])('is told with an answer of %s', async (accept) => {
    const answer = await send({ 'content-type': 'application/json', accept, origin });
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } });
  });

  test('needs nothing on a WebSocket but an origin that is allowed', async () => {
    await using raw = await openRawSocket(app, { headers: { origin } });
    expect(raw.messages).toEqual([{ type: 'connection_ack' }]);
  });
});

describe('documents that are remembered', () => {
  test.each(['http', 'sse', 'websocket'] as const)(
    'are executed anew each time over %s',
    async (transport) => {
      const operation = {
        query: 'query ($name: String!) { resolveModel(name: $name) { requested } }',
      };
      for (const name of ['demo', 'demo-reasoning', 'demo'])
        expect(await ANSWERS[transport](app, { ...operation, variables: { name } })).toEqual([
          { data: { resolveModel: { requested: name } } },
        ]);
    },
  );

  test.each(['http', 'sse', 'websocket'] as const)('are refused each time over %s', async (transport) => {
    const answers = [];
    for (let time = 0; time < 3; time += 1)
      answers.push(...(await ANSWERS[transport](app, { query: '{ nothing }' })));
    for (const answer of answers)
      expect(answer).toEqual({
        errors: [
          {
            message: 'Cannot query field "nothing" on type "Query".',
            locations: [{ line: 1, column: 3 }],
            extensions: { code: 'INVALID_REQUEST', retryable: false },
          },
        ],
      });
  });
});
