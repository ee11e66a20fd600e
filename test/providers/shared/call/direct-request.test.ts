import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createGuardedFetch } from '../../../../src/providers/shared/call/guarded-fetch.ts';
import { mapTransportError } from '../../../../src/providers/shared/call/map-transport-error.ts';
import { failureOf, providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { startUpstream, type UpstreamRequest } from '../../../support/upstream/upstream-server.ts';

const send = createGuardedFetch({
  provider: 'testing',
  expect: 'event-stream',
  limits: { connectTimeoutMs: 10_000, idleTimeoutMs: 60_000 },
});

const ask = (origin: string, init: RequestInit = {}): Promise<Response> =>
  send(origin, { method: 'post', body: '{"a":"Grüße 👋"}', ...init });

const EVENTS = ': hello\n\ndata: {"text":"Grüße 👋"}\n\ndata: [DONE]\n\n';

const CODINGS: readonly (readonly [string, (text: Buffer) => Buffer])[] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['identity', (text) => text],
  ['GZIP , Br', (text) => brotliCompressSync(gzipSync(text))],
  ['no-such-coding', (text) => text],
];

const answerWith =
  (bytes: Buffer, headers: Record<string, string>, split: number) =>
  async ({ response }: UpstreamRequest): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    for (let at = 0; at < bytes.length; at += split) {
      response.write(bytes.subarray(at, at + split));
      await new Promise(setImmediate);
    }
    response.end();
  };

test.each(
  CODINGS.flatMap(([coding, encode]) => [1, 7, 100_000].map((split) => [coding, split, encode] as const)),
)(
  'a stream in the coding %s, in pieces of %d bytes, is read as what it was before, though none is asked for',
  async (coding, split, encode) => {
    const bytes = encode(Buffer.from(EVENTS));
    await using upstream = await startUpstream(answerWith(bytes, { 'content-encoding': coding }, split));
    expect(await (await ask(upstream.origin)).text()).toBe(EVENTS);
    const { headers, body, method } = await upstream.request(0);
    expect(headers['accept-encoding']).toBeUndefined();
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    expect([method, body]).toEqual(['POST', '{"a":"Grüße 👋"}']);
  },
);

test('a compressed refusal is read as well', async () => {
  const body = JSON.stringify({ error: { message: 'Slow down' } });
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(429, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(body));
  });
  const response = await ask(upstream.origin);
  expect([response.status, await response.text()]).toEqual([429, body]);
});

test('what has come of a compressed stream is given while the rest is still to come, and leaving it closes its socket', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    response.write(gzipSync('data: 1\n\n'));
  });
  const reader = (await ask(upstream.origin)).body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
  const waiting = reader?.read();
  await reader?.cancel();
  expect((await waiting)?.done).toBe(true);
  await (await upstream.request(0)).closed;
});

test.each([
  ['that is no gzip', 'gzip', Buffer.from('data: {"a":1}\n\n')],
  ['of six codings', 'gzip, gzip, gzip, gzip, gzip, gzip', gzipSync(EVENTS)],
])('a body %s is a failure of the provider, and its socket is closed', async (_, coding, bytes) => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': coding });
    response.write(bytes);
  });
  const error = await failureOf(ask(upstream.origin).then((response) => response.text()));
  expect(['PROVIDER_FAILED', 'STREAM_TRUNCATED']).toContain(mapTransportError(error, 'testing')?.code);
  await (await upstream.request(0)).closed;
});

test.each([301, 302, 303, 307, 308])(
  'a redirect with %d is not followed, wherever it leads',
  async (status) => {
    await using upstream = await startUpstream(
      ({ response, path }) => void response.writeHead(path === '/' ? status : 200, { location: '/b' }).end(),
    );
    const error = await failureOf(ask(upstream.origin));
    expect(mapTransportError(error, 'testing')).toMatchObject({ code: 'PROVIDER_FAILED' });
    expect(upstream.requests).toHaveLength(1);
  },
);

test('early hints come before an answer, and header values may be any bytes', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.setHeader('x-odd', Buffer.from('Zürich', 'latin1').toString('latin1'));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': ['a=1', 'b=2'] });
    response.end(EVENTS);
  });
  const response = await ask(upstream.origin);
  expect(response.status).toBe(200);
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await response.text()).toBe(EVENTS);
});

/** A server that answers each connection with the bytes, whatever it is asked, and leaves it open. */
const startRaw = async (bytes: string): Promise<AsyncDisposable & { readonly origin: string }> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
};

test.each([
  ['a status beyond all', 'HTTP/1.1 799 Odd\r\ncontent-length: 0\r\n\r\n'],
  ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['a header that is none', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n'],
])('a server that answers with %s is a failure of the provider', async (_, bytes) => {
  await using server = await startRaw(bytes);
  const error = await failureOf(ask(server.origin));
  expect(mapTransportError(error, 'testing')).toMatchObject({ code: 'PROVIDER_FAILED' });
});

test('an address with credentials is refused, as fetch refuses it', async () => {
  await using upstream = await startUpstream(({ response }) => void response.end());
  const error = await failureOf(ask(upstream.origin.replace('//', '//user:secret@')));
  expect(String(error)).toContain('credentials');
  expect(upstream.requests).toHaveLength(0);
});

test('nothing is sent once the signal is aborted, and the reason is what it fails with', async () => {
  await using upstream = await startUpstream(({ response }) => void response.end());
  const reason = new Error('enough');
  expect(await failureOf(ask(upstream.origin, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect(upstream.connections()).toBe(0);
});

test('a call that is cancelled while its connection opens sends nothing', async () => {
  await using upstream = await startUpstream(({ response }) => void response.end());
  const caller = new AbortController();
  const asking = ask(upstream.origin, { signal: caller.signal });
  caller.abort(new Error('enough'));
  expect(await failureOf(asking)).toMatchObject({ message: 'enough' });
  // On the next connection, or the same one, nothing is before it.
  await using other = await startUpstream((request) => answerWith(Buffer.from(EVENTS), {}, 9)(request));
  await (await ask(other.origin)).text();
  expect(upstream.requests).toHaveLength(0);
});

test('a reader that takes nothing holds up an endless stream, which is read on once it does', async () => {
  let sent = 0;
  const stalled = Promise.withResolvers<void>();
  await using upstream = await startUpstream(async ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const piece = `: ${'x'.repeat(65_000)}\n`;
    while (!response.destroyed && sent < 64 * 1024 * 1024) {
      sent += piece.length;
      if (response.write(piece)) continue;
      const isDrained = await Promise.race([
        once(response, 'drain').then(() => true),
        new Promise<false>((resolve) => setTimeout(resolve, 1_000, false)),
      ]);
      if (!isDrained) stalled.resolve();
      if (!isDrained) await once(response, 'drain');
    }
    response.end();
  });
  const response = await ask(upstream.origin);
  await stalled.promise;
  expect(sent).toBeLessThan(32 * 1024 * 1024);
  let received = 0;
  for await (const piece of response.body ?? []) received += piece.length;
  expect(received).toBe(sent);
});

test('a stream that breaks off is STREAM_TRUNCATED after what came of it', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': 1_000 });
    response.write('data: 1\n\n', () => response.destroy());
  });
  const response = await ask(upstream.origin);
  const error = await failureOf(response.text());
  expect(mapTransportError(error, 'testing')?.code).toBe('STREAM_TRUNCATED');
});

test('a name that is not found and a port that is closed are failures of the provider', async () => {
  await using upstream = await startUpstream(({ response }) => void response.end());
  const { origin } = upstream;
  await upstream[Symbol.asyncDispose]();
  for (const address of [origin, 'http://no-such-host.invalid/']) {
    const error = mapTransportError(await failureOf(ask(address)), 'testing');
    expect(error?.code).toBe('PROVIDER_FAILED');
    expect(error?.message).toContain('cannot be reached');
  }
});

test.each([204, 205])('a success of status %d, which has no body, is refused', async (status) => {
  await using upstream = await startUpstream(
    ({ response }) => void response.writeHead(status, { 'content-type': 'text/event-stream' }).end(),
  );
  const error = await providerErrorOf(ask(upstream.origin));
  expect(error).toMatchObject({ code: 'PROVIDER_FAILED', providerStatus: status });
});

test('an answer of status 304, which has no body either, passes as the refusal it is', async () => {
  await using upstream = await startUpstream(({ response }) => void response.writeHead(304).end());
  const response = await ask(upstream.origin);
  expect([response.status, await response.text()]).toEqual([304, '']);
});

test('a process that has put a fetch of its own in place hears of every call', async () => {
  await using upstream = await startUpstream((request) => answerWith(Buffer.from(EVENTS), {}, 9)(request));
  const builtIn = globalThis.fetch;
  const heard: string[] = [];
  globalThis.fetch = (input, init) => {
    heard.push(input instanceof Request ? input.url : input.toString());
    return builtIn(input, init);
  };
  try {
    expect(await (await ask(upstream.origin)).text()).toBe(EVENTS);
  } finally {
    globalThis.fetch = builtIn;
  }
  expect(heard).toEqual([upstream.origin]);
});
