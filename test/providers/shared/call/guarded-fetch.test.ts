import { mapTransportError } from '../../../../src/providers/shared/call/map-transport-error.ts';
import { expect, test } from 'vitest';
import {
  createGuardedFetch,
  type GuardedFetchOptions,
  type TimeLimits,
} from '../../../../src/providers/shared/call/guarded-fetch.ts';
import { providerErrorOf, failureOf } from '../../../support/upstream/provider-error.ts';
import { startSilentServer } from '../../../support/upstream/silent-server.ts';
import { sendEventStream, sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';

const LIMITS: TimeLimits = {
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
};

const guarded = ({
  connectTimeoutMs = LIMITS.connectTimeoutMs,
  idleTimeoutMs = LIMITS.idleTimeoutMs,
  ...options
}: Partial<GuardedFetchOptions & TimeLimits> = {}): typeof fetch =>
  createGuardedFetch({
    provider: 'testing',
    expect: 'event-stream',
    limits: { connectTimeoutMs, idleTimeoutMs },
    ...options,
  });

test('an event stream passes through byte for byte, in however many pieces it arrives', async () => {
  const body = ': keep-alive\n\ndata: {"text":"Grüße 👋"}\r\n\r\ndata: [DONE]\n\n';
  await using upstream = await startUpstream((request) => sendEventStream(request, body, { split: 1 }));
  const response = await guarded()(upstream.origin);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(await response.text()).toBe(body);
});

test.each([
  ['HTML', 'text/html', '<html>Bad gateway</html>', 'PROVIDER_FAILED', 'Bad gateway'],
  ['an empty body', 'text/plain', '', 'PROVIDER_FAILED', 'empty'],
  ['JSON without an error', 'application/json', '{"id":"x"}', 'PROVIDER_FAILED', '10 characters'],
  [
    'a bare JSON error',
    'application/json',
    '{"code":"odd","error":"Not today"}',
    'PROVIDER_FAILED',
    'Not today',
  ],
  [
    'a JSON error of a known kind',
    'application/json',
    '{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}',
    'PROVIDER_RATE_LIMITED',
    'Slow down',
  ],
])(
  'a success that is %s instead of a stream is an error and its socket is closed',
  async (_, type, body, code, words) => {
    await using upstream = await startUpstream(({ response }) => {
      response.writeHead(200, { 'content-type': type, 'x-request-id': 'req_1', 'retry-after': '2' });
      response.end(body);
    });
    const error = await providerErrorOf(guarded()(upstream.origin));
    expect(error).toMatchObject({
      code,
      provider: 'testing',
      providerStatus: 200,
      requestId: 'req_1',
      retryAfterMs: 2000,
    });
    expect(error.vendorMessage).toContain(words);
  },
);

test('an endless success of the wrong kind is read no further than needed and its socket is closed', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    const write = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      if (!response.destroyed) response.once('drain', write);
    };
    write();
  });
  const error = await providerErrorOf(guarded()(upstream.origin));
  expect(error.code).toBe('PROVIDER_FAILED');
  await (await upstream.request(0)).closed;
});

test.each([
  ['HTML', 'text/html', '<html>', 'PROVIDER_FAILED'],
  ['an empty body', 'application/json', '', 'PROVIDER_FAILED'],
  ['broken JSON', 'application/json', '{"id":', 'PROVIDER_FAILED'],
  [
    'a JSON error',
    'application/json',
    '{"error":{"code":"overloaded","message":"Busy"}}',
    'PROVIDER_OVERLOADED',
  ],
])('a success that is %s instead of JSON is an error', async (_, type, body, code) => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': type });
    response.end(body);
  });
  expect((await providerErrorOf(guarded({ expect: 'json' })(upstream.origin))).code).toBe(code);
});

test('a whole JSON answer that reports its own failure passes through', async () => {
  const answer = { id: 'resp_1', status: 'failed', error: { code: 'server_error', message: 'Sorry' } };
  await using upstream = await startUpstream((request) => sendJson(request, answer));
  const response = await guarded({ expect: 'json' })(upstream.origin);
  expect(await response.json()).toEqual(answer);
});

test('any body passes where bytes are expected', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end('{"a":1}\n{"b":2}');
  });
  const response = await guarded({ expect: 'bytes' })(upstream.origin);
  expect(await response.text()).toBe('{"a":1}\n{"b":2}');
});

test.each(['event-stream', 'json', 'bytes'] as const)(
  'a refusal passes through with its headers where %s is expected, and the hook sees them',
  async (kind) => {
    const body = { error: { message: 'Slow down' } };
    await using upstream = await startUpstream((request) =>
      sendJson(request, body, { status: 429, headers: { 'retry-after': '3' } }),
    );
    const seen: [number, string | null][] = [];
    const response = await guarded({
      expect: kind,
      onResponse: ({ status, headers }) => seen.push([status, headers.get('retry-after')]),
    })(upstream.origin);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(await response.json()).toEqual(body);
    expect(seen).toEqual([[429, '3']]);
  },
);

test('a stream may hold its headers back for longer than the idle limit', async () => {
  const idleTimeoutMs = 200;
  await using upstream = await startUpstream(async (request) => {
    for (const started = performance.now(); performance.now() - started < 3 * idleTimeoutMs; )
      await new Promise(setImmediate);
    await sendEventStream(request, 'data: 1\n\n');
  });
  const response = await guarded({ idleTimeoutMs })(upstream.origin);
  expect(await response.text()).toBe('data: 1\n\n');
});

test.each(['event-stream', 'json', 'bytes'] as const)(
  'a connection whose TLS handshake is never answered is PROVIDER_TIMEOUT where %s is expected, and is closed',
  async (kind) => {
    await using silent = await startSilentServer();
    const call = guarded({ expect: kind, connectTimeoutMs: 50 })(silent.origin.replace('http', 'https'));
    const error = mapTransportError(await failureOf(call), 'testing');
    expect(error).toMatchObject({ code: 'PROVIDER_TIMEOUT', providerStatus: null });
    await silent.closed(0);
  },
);

test.each([
  ['before its first byte', ''],
  ['in the middle', 'data: {"a":1}\n\n'],
])('a stream that goes silent %s ends with STREAM_STALLED and closes the socket', async (_, body) => {
  await using upstream = await startUpstream((request) => sendEventStream(request, body, { end: false }));
  const response = await guarded({ idleTimeoutMs: 1_000 })(upstream.origin);
  expect((await providerErrorOf(response.text())).code).toBe('STREAM_STALLED');
  await (await upstream.request(0)).closed;
});

test('comments keep a stream alive however long its silence between events', async () => {
  const idleTimeoutMs = 1_000;
  await using upstream = await startUpstream(async (request) => {
    await sendEventStream(request, 'data: 1\n\n', { end: false });
    for (const started = performance.now(); performance.now() - started < 3 * idleTimeoutMs; ) {
      request.response.write(': keep-alive\n\n');
      await new Promise(setImmediate);
    }
    request.response.end('data: 2\n\n');
  });
  const response = await guarded({ idleTimeoutMs })(upstream.origin);
  expect(await response.text()).toMatch(/^data: 1[^]*data: 2\n\n$/);
});

test('a reader that takes its time is not mistaken for a silent upstream', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, 'data: 1\n\n', { end: false }),
  );
  const idleTimeoutMs = 300;
  const response = await guarded({ idleTimeoutMs })(upstream.origin);
  const reader = response.body?.getReader();
  await reader?.read();
  // Longer than the limit, with no read pending.
  for (const started = performance.now(); performance.now() - started < 3 * idleTimeoutMs; )
    await new Promise(setImmediate);
  (await upstream.request(0)).response.end('data: 2\n\n');
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 2\n\n');
  expect((await reader?.read())?.done).toBe(true);
});

test('a JSON answer may be silent for longer than the idle limit before it comes', async () => {
  const idleTimeoutMs = 10;
  await using upstream = await startUpstream(async (request) => {
    for (const started = performance.now(); performance.now() - started < 5 * idleTimeoutMs; )
      await new Promise(setImmediate);
    request.response.writeHead(200, { 'content-type': 'application/json' });
    request.response.flushHeaders();
    for (const started = performance.now(); performance.now() - started < 5 * idleTimeoutMs; )
      await new Promise(setImmediate);
    request.response.end('{"id":"x"}');
  });
  const response = await guarded({ expect: 'json', idleTimeoutMs })(upstream.origin);
  expect(await response.json()).toEqual({ id: 'x' });
});

test('a JSON answer that stops in its middle is STREAM_STALLED', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"id":');
  });
  const error = await providerErrorOf(guarded({ expect: 'json', idleTimeoutMs: 20 })(upstream.origin));
  expect(error.code).toBe('STREAM_STALLED');
  await (await upstream.request(0)).closed;
});

test.each([
  ['in a data line', 'data: {"a":1}\n\ndata: {"b":'],
  ['in a field name', 'data: {"a":1}\n\nda'],
  ['in an event line', 'data: {"a":1}\n\nevent: message_st'],
])('a stream that ends cleanly %s is STREAM_TRUNCATED after its whole frames', async (_, body) => {
  await using upstream = await startUpstream((request) => sendEventStream(request, body, { split: 1 }));
  const response = await guarded()(upstream.origin);
  const received: string[] = [];
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) received.push(Buffer.from(chunk).toString());
  };
  expect((await providerErrorOf(read())).code).toBe('STREAM_TRUNCATED');
  expect(received.join('')).toBe(body);
});

test.each(['data: {"a":1}', 'data: [DONE]', 'data: 1\n\n: comment', 'data: {"a":1}\r\n\r'])(
  'a stream that ends with %j, without its last line end, is whole',
  async (body) => {
    await using upstream = await startUpstream((request) => sendEventStream(request, body, { split: 1 }));
    expect(await (await guarded()(upstream.origin)).text()).toBe(body);
  },
);

test.each(['before the headers', 'in the body'])(
  'aborting %s closes the socket and fails with the reason',
  async (phase) => {
    await using upstream = await startUpstream((request) =>
      phase === 'in the body' ? sendEventStream(request, 'data: 1\n\n', { end: false }) : undefined,
    );
    const caller = new AbortController();
    const reason = new Error('enough');
    const reading = guarded()(upstream.origin, { signal: caller.signal }).then((response) => response.text());
    const request = await upstream.request(0);
    caller.abort(reason);
    expect(await failureOf(reading)).toBe(reason);
    await request.closed;
  },
);

test('our own headers are sent, and none that an SDK or the environment has added', async () => {
  await using upstream = await startUpstream((request) => sendEventStream(request, 'data: 1\n\n'));
  const response = await guarded({ headers: { authorization: 'Bearer ours' } })(upstream.origin, {
    method: 'POST',
    body: '{}',
    headers: {
      accept: 'text/html',
      authorization: 'Bearer from-the-environment',
      'content-type': 'text/plain',
      'openai-organization': 'org_from_the_environment',
      'user-agent': 'from the environment',
      'x-leak': 'secret',
      'x-api-key': 'secret',
      'x-goog-api-key': 'secret',
      'x-stainless-lang': 'js',
    },
  });
  await response.text();
  const { headers } = await upstream.request(0);
  expect(headers).toMatchObject({
    accept: 'text/event-stream, application/json',
    authorization: 'Bearer ours',
    'content-type': 'application/json',
    'user-agent': 'modelgraph',
  });
  for (const name of ['x-leak', 'x-api-key', 'x-goog-api-key', 'x-stainless-lang', 'openai-organization'])
    expect(Object.keys(headers)).not.toContain(name);
});

test('a redirect is a failure: neither the key nor the prompt goes to another host', async () => {
  await using elsewhere = await startUpstream((request) => sendEventStream(request, 'data: 1\n\n'));
  await using upstream = await startUpstream(
    ({ response }) => void response.writeHead(307, { location: elsewhere.origin }).end(),
  );
  const fetching = guarded({ headers: { 'x-goog-api-key': 'secret' } });
  const error = await failureOf(fetching(upstream.origin, { method: 'POST', body: '{}' }));
  expect(mapTransportError(error, 'testing')).toMatchObject({ code: 'PROVIDER_FAILED' });
  expect(elsewhere.requests).toEqual([]);
});

test('a body that is no text keeps the type its sender gave it', async () => {
  await using upstream = await startUpstream(({ response }) => void response.end('{}'));
  const form = new FormData();
  form.set('purpose', 'batch');
  await guarded({ expect: 'bytes' })(upstream.origin, { method: 'POST', body: form });
  await guarded({ expect: 'bytes' })(upstream.origin, {
    method: 'POST',
    body: new Uint8Array([1]),
    headers: { 'content-type': 'audio/wav' },
  });
  expect((await upstream.request(0)).headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  expect((await upstream.request(1)).headers['content-type']).toBe('audio/wav');
});

test('connections of finished calls are used again', async () => {
  await using upstream = await startUpstream((request) => sendEventStream(request, 'data: 1\n\n'));
  const fetching = guarded();
  for (let calls = 0; calls < 10; calls += 1) await (await fetching(upstream.origin)).text();
  expect(upstream.connections()).toBeLessThan(10);
});
