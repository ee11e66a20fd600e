import { expect, test } from 'vitest';
import { startApp } from '../support/app/app.ts';
import { rawRequest } from '../support/app/raw-http.ts';

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
