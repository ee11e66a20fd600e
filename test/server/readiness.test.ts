import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ProviderError } from '../../src/core/errors.ts';
import { request, startApp } from '../support/app/app.ts';
import { rawRequest } from '../support/app/raw-http.ts';
import { createToy, toyOverrides } from '../support/app/toy-provider.ts';

test('a server that runs is live and ready', async () => {
  await using app = await startApp();
  const live = await rawRequest(app, { path: '/health/live' });
  expect([live.status, JSON.parse(live.body)]).toEqual([200, { status: 'live' }]);
  const ready = await rawRequest(app, { path: '/health/ready' });
  expect([ready.status, JSON.parse(ready.body)]).toMatchObject([200, { status: 'ready' }]);
  expect(ready.headers['content-type']).toContain('application/json');
});

test('health needs no key', async () => {
  await using app = await startApp({ apiKeys: [{ id: 'alice', sha256: '0'.repeat(64) }] });
  expect((await rawRequest(app, { path: '/health/ready' })).status).toBe(200);
});

test('every part is named with its state, to those that may see the metrics', async () => {
  const key = 'mg_alice_secret';
  const sha256 = createHash('sha256').update(key).digest('hex');
  const toy = createToy();
  await using app = await startApp({ apiKeys: [{ id: 'alice', sha256 }] }, toyOverrides(toy));
  const authorization = `Bearer ${key}`;
  const shown = await rawRequest(app, { path: '/health/ready', headers: { authorization } });
  expect(JSON.parse(shown.body)).toEqual({
    status: 'ready',
    checks: { store: 'up' },
    parts: {
      store: { state: 'up', engine: 'sqlite', queuedWrites: 0 },
      catalogue: { state: 'fixed', models: 1, problems: 0 },
      providers: { toy: 'ready' },
      generations: { running: 0 },
      batches: { held: 0 },
    },
  });
  for (const headers of [{}, { authorization: 'Bearer mg_alice_wrong' }]) {
    const { status, body } = await rawRequest(app, { path: '/health/ready', headers });
    expect([status, JSON.parse(body)]).toEqual([200, { status: 'ready', checks: { store: 'up' } }]);
  }
});

test('a provider without credentials, and one whose circuit is open, are named so', async () => {
  await using app = await startApp();
  const { body } = await rawRequest(app, { path: '/health/ready' });
  expect(JSON.parse(body).parts.providers).toMatchObject({ demo: 'ready', openai: 'no credentials' });
  const failing = createToy(async function* () {
    yield* [];
    throw new ProviderError('PROVIDER_OVERLOADED', { provider: 'toy' });
  });
  await using broken = await startApp({ circuitFailures: 1 }, toyOverrides(failing));
  await request(broken, 'mutation { generate(input: { model: "toy", prompt: "Hi" }) { text } }');
  const ready = await rawRequest(broken, { path: '/health/ready' });
  expect(JSON.parse(ready.body).parts.providers).toEqual({ toy: 'circuit open' });
});

test.each(['/nothing', '/graphql/', '/graphql/x', '/health', '/%', '//'])(
  'there is nothing at %s, and the answer says where the API is',
  async (path) => {
    await using app = await startApp();
    const { status, body } = await rawRequest(app, { path });
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({
      errors: [{ message: expect.stringContaining('/graphql') as string, extensions: { code: 'NOT_FOUND' } }],
    });
  },
);

test.each(['http://127.0.0.1/graphql', '*'])(
  'a request for %s, which is no path, is refused and the server goes on',
  async (path) => {
    await using app = await startApp();
    const { status, body } = await rawRequest(app, { path });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
    expect((await rawRequest(app, { path: '/health/live' })).status).toBe(200);
  },
);

test('the root leads to the playground, where there is one', async () => {
  await using app = await startApp();
  const { status, headers } = await rawRequest(app, { path: '/' });
  expect([status, headers.location]).toEqual([307, '/graphql']);
  await using bare = await startApp({ playground: false });
  expect((await rawRequest(bare, { path: '/' })).status).toBe(404);
});
