import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ProviderError } from '../../src/core/errors.ts';
import { request, startApp } from '../support/app/app.ts';
import { GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { createToy, textDelta, toyOverrides, untilAborted } from '../support/app/toy-provider.ts';
import { openEventStream, openRawSocket, type Server } from '../support/app/clients.ts';
import { rawRequest } from '../support/app/raw-http.ts';

const KEY = 'mg_alice_secret';
const apiKeys = [{ id: 'alice', sha256: createHash('sha256').update(KEY).digest('hex') }];

test('metrics are served in the text format of Prometheus, to GET and HEAD only', async () => {
  await using app = await startApp();
  const { status, headers, body } = await rawRequest(app, { path: '/metrics' });
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect(body).toMatch(/^process_cpu_seconds_total [\d.]+$/m);
  expect(body).toMatch(/^modelgraph_open_streams\{transport="sse"\} 0$/m);
  const head = await rawRequest(app, { path: '/metrics', method: 'HEAD' });
  expect([head.status, head.body]).toEqual([200, '']);
  const post = await rawRequest(app, { path: '/metrics', method: 'POST' });
  expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
});

test('where keys are set, metrics need one as well', async () => {
  await using app = await startApp({ apiKeys });
  const without = await rawRequest(app, { path: '/metrics' });
  expect([without.status, JSON.parse(without.body)]).toMatchObject([
    401,
    { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  ]);
  const wrong = await rawRequest(app, {
    path: '/metrics',
    headers: { authorization: 'Bearer mg_alice_wrong' },
  });
  expect(wrong.status).toBe(401);
  const right = await rawRequest(app, { path: '/metrics', headers: { authorization: `Bearer ${KEY}` } });
  expect(right.status).toBe(200);
});

test('metrics that are switched off are not there', async () => {
  await using app = await startApp({ metrics: false });
  expect((await rawRequest(app, { path: '/metrics' })).status).toBe(404);
});

test('what has been generated and what was refused is counted, and nothing of it is quoted', async () => {
  await using app = await startApp({}, toyOverrides(createToy()));
  await request(app, 'mutation { generate(input: { model: "toy", prompt: "a secret" }) { text } }');
  await request(app, 'mutation { generate(input: { model: "no-such-model", prompt: "a secret" }) { text } }');
  const { body } = await rawRequest(app, { path: '/metrics' });
  const lines = body.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'modelgraph_generations_total{model="toy",provider="toy",status="completed",code=""} 1',
      'modelgraph_generations_rejected_total{code="MODEL_NOT_FOUND"} 1',
      'modelgraph_generations_running 0',
      'modelgraph_first_delta_seconds_count{model="toy",provider="toy"} 1',
      'modelgraph_generation_duration_seconds_count{model="toy",provider="toy"} 1',
      'modelgraph_provider_duration_seconds_count{model="toy",provider="toy"} 1',
      'modelgraph_overhead_seconds_count 1',
      'modelgraph_store_up 1',
    ]),
  );
  expect(body).not.toMatch(/secret|no-such-model/);
});

test('a generation that fails is counted under the code of its failure', async () => {
  const failing = createToy(async function* () {
    yield textDelta('Hi');
    throw new ProviderError('STREAM_STALLED', { provider: 'toy' });
  });
  await using app = await startApp({}, toyOverrides(failing));
  await request(app, 'mutation { generate(input: { model: "toy", prompt: "Hello" }) { text } }');
  const { body } = await rawRequest(app, { path: '/metrics' });
  expect(body.split('\n')).toContain(
    'modelgraph_generations_total{model="toy",provider="toy",status="failed",code="STREAM_STALLED"} 1',
  );
});

const SUBSCRIPTION = {
  query: GENERATE_SUBSCRIPTION,
  variables: { input: { model: 'toy', prompt: 'Hello' } },
};

/** A provider that says nothing until its call is cancelled. */
const createSilentToy = () =>
  createToy(async function* ({ signal }) {
    yield await untilAborted(signal);
  });

const openStreams = async (app: Server): Promise<readonly string[]> => {
  const { body } = await rawRequest(app, { path: '/metrics' });
  return body.split('\n').filter((line) => line.startsWith('modelgraph_open_streams'));
};

test('a subscription over WebSocket counts as open until its client completes it', async () => {
  await using app = await startApp({}, toyOverrides(createSilentToy()));
  await using raw = await openRawSocket(app);
  raw.send({ type: 'subscribe', id: 'one', payload: SUBSCRIPTION });
  await raw.received(({ type }) => type === 'next');
  expect(await openStreams(app)).toContain('modelgraph_open_streams{transport="websocket"} 1');
  raw.send({ type: 'complete', id: 'one' });
  raw.send({ type: 'ping' });
  await raw.received(({ type }) => type === 'pong');
  expect(await openStreams(app)).toContain('modelgraph_open_streams{transport="websocket"} 0');
});

test('a subscription over SSE counts as open until its client has gone', async () => {
  await using app = await startApp({}, toyOverrides(createSilentToy()));
  const stream = await openEventStream(app, SUBSCRIPTION);
  await stream.received(/event: next/);
  expect(await openStreams(app)).toContain('modelgraph_open_streams{transport="sse"} 1');
  stream.leave();
  while (!(await openStreams(app)).includes('modelgraph_open_streams{transport="sse"} 0'));
});
