import { afterEach, expect, test, vi } from 'vitest';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { sendEventStream, sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';
import {
  anthropicConfig,
  connectTo,
  drain,
  never,
  readFixture,
  requestOf,
  serveFixture,
  toFrames,
  toWholeMessage,
} from './anthropic-harness.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const HOUR_MS = 3_600_000;
const textFrames = toFrames(readFixture('text')[0] ?? []);

test('a stream and a waiting call send the same body but for the stream field', async () => {
  await using served = await serveFixture('text');
  await drain(served.provider.stream(requestOf(), { signal: never }));
  await using waiting = await serveFixture('text');
  await waiting.provider.generate(requestOf(), { signal: never });
  const [streamed] = served.bodies();
  const [whole] = waiting.bodies();
  expect(streamed).toEqual({ ...whole, stream: true });
  expect(served.upstream.requests[0]).toMatchObject({ method: 'POST', path: '/v1/messages' });
});

test('no ANTHROPIC_ variable reaches the vendor', async () => {
  vi.stubEnv('ANTHROPIC_API_KEY', 'sk-from-env');
  vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'token-from-env');
  vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1');
  vi.stubEnv(
    'ANTHROPIC_CUSTOM_HEADERS',
    'Authorization: Bearer leaked\nX-Api-Key: leaked\nanthropic-version: 2023-06-01\nAnthropic-Beta: leaked\nX-Other: leaked',
  );
  vi.stubEnv('ANTHROPIC_LOG', 'debug');
  await using served = await serveFixture('text');
  await drain(served.provider.stream(requestOf(), { signal: never }));
  const headers = served.upstream.requests[0]?.headers ?? {};
  expect(headers).toMatchObject({
    authorization: 'Bearer sk-made-up',
    'anthropic-version': '2026-10-21',
  });
  expect(JSON.stringify(headers)).not.toMatch(/leaked|from-env/);
});

test('without a base address the vendor itself is called, whatever the environment says', async () => {
  vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1');
  const called: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    called.push(input instanceof Request ? input.url : input.toString());
    return Promise.reject(new TypeError('fetch failed'));
  });
  const { provider } = connectTo(null);
  await expect(provider.generate(requestOf(), { signal: never })).rejects.toMatchObject({
    code: 'PROVIDER_FAILED',
  });
  expect(called).toEqual(['https://api.anthropic.com/v1/messages']);
});

test('nothing is printed, for deprecated models and broken streams neither', async () => {
  vi.stubEnv('ANTHROPIC_LOG', 'debug');
  const printed = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation(() => undefined),
  );
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, 'event: message_start\ndata: {"type":broken}\n\n'),
  );
  const budget = { type: 'budget', min: 1024, max: null, canDisable: true, dynamic: false } as const;
  for (const apiModel of ['claude-sonnet-4-5', 'claude-opus-4-6']) {
    const { provider } = connectTo(upstream.origin, {
      config: anthropicConfig({ apiModel, reasoning: budget }),
    });
    const request = requestOf({ reasoning: { type: 'budget', tokens: 1024 } });
    const { error } = await drain(provider.stream(request, { signal: never }));
    expect(error).toMatchObject({ code: 'PROVIDER_FAILED' });
  }
  for (const print of printed) expect(print).not.toHaveBeenCalled();
});

test('a waiting call with a large output limit, which the SDK by itself refuses to make, is sent', async () => {
  await using served = await serveFixture('text');
  const { text } = await served.provider.generate(requestOf({ maxOutputTokens: 128_000 }), { signal: never });
  expect(text).toBe('Grüße, Welt 👋!');
});

test.each([
  [400, 'invalid_request_error', 'messages: bad', 'PROVIDER_REJECTED'],
  [
    400,
    'invalid_request_error',
    'prompt is too long: 200082 tokens > 200000 maximum',
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  [
    400,
    'invalid_request_error',
    'input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000',
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  [400, 'invalid_request_error', 'Output blocked by content filtering policy', 'CONTENT_FILTERED'],
  [400, 'invalid_request_error', 'Your credit balance is too low.', 'PROVIDER_AUTHENTICATION'],
  [
    400,
    'invalid_request_error',
    'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
    'PROVIDER_AUTHENTICATION',
  ],
  [
    400,
    'invalid_request_error',
    'You have reached your specified workspace API usage limits.',
    'PROVIDER_AUTHENTICATION',
  ],
  [401, 'authentication_error', 'invalid x-api-key', 'PROVIDER_AUTHENTICATION'],
  [402, 'billing_error', 'no credit', 'PROVIDER_AUTHENTICATION'],
  [403, 'permission_error', 'not yours', 'PROVIDER_AUTHENTICATION'],
  [404, 'not_found_error', 'model: none', 'PROVIDER_REJECTED'],
  [413, 'request_too_large', 'too many bytes', 'PROVIDER_REJECTED'],
  [429, 'rate_limit_error', 'slow down', 'PROVIDER_RATE_LIMITED'],
  [
    429,
    'rate_limit_error',
    "This request would exceed your account's monthly spend limit. Please try again later.",
    'PROVIDER_AUTHENTICATION',
  ],
  [500, 'api_error', 'oops', 'PROVIDER_FAILED'],
  [504, 'timeout_error', 'too slow', 'PROVIDER_TIMEOUT'],
  [529, 'overloaded_error', 'Overloaded', 'PROVIDER_OVERLOADED'],
] as const)(
  'status %i %s "%s" is %s, in a stream and in a waiting call',
  async (status, type, message, code) => {
    await using upstream = await startUpstream((request) =>
      sendJson(
        request,
        { type: 'error', error: { type, message }, request_id: 'req_body' },
        { status, headers: { 'retry-after': '7', 'request-id': 'req_header' } },
      ),
    );
    const { provider } = connectTo(upstream.origin);
    const expected = {
      code,
      provider: 'anthropic',
      providerStatus: status,
      retryAfterMs: 7000,
      requestId: 'req_header',
      vendorMessage: message,
    };
    const streaming = drain(provider.stream(requestOf(), { signal: never }));
    expect((await streaming).error).toMatchObject(expected);
    expect(await providerErrorOf(provider.generate(requestOf(), { signal: never }))).toMatchObject(expected);
    expect(upstream.requests).toHaveLength(2);
  },
);

test('an error whose body is no JSON keeps its words', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(502, { 'content-type': 'text/html' });
    response.end('<html>Bad gateway</html>');
  });
  const error = await providerErrorOf(
    connectTo(upstream.origin).provider.generate(requestOf(), { signal: never }),
  );
  expect(error).toMatchObject({ code: 'PROVIDER_FAILED', providerStatus: 502 });
  expect(error.vendorMessage).toContain('Bad gateway');
});

test('nobody listening is a failure of the provider', async () => {
  const upstream = await startUpstream(() => undefined);
  await upstream[Symbol.asyncDispose]();
  const { provider } = connectTo(upstream.origin);
  await expect(provider.generate(requestOf(), { signal: never })).rejects.toMatchObject({
    code: 'PROVIDER_FAILED',
  });
});

test('frames without event names, which the SDK drops, are read by the types in their data', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, textFrames.replaceAll(/^event: .*\n/gm, '')),
  );
  const { events, error } = await drain(
    connectTo(upstream.origin).provider.stream(requestOf(), { signal: never }),
  );
  expect(error).toBeUndefined();
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  expect(events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('')).toBe(
    'Grüße, Welt 👋!',
  );
});

test('a stop reason is the end of a stream that ends cleanly without message_stop, as gateways write it', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, textFrames.slice(0, textFrames.indexOf('event: message_stop'))),
  );
  const { events, error } = await drain(
    connectTo(upstream.origin).provider.stream(requestOf(), { signal: never }),
  );
  expect(events).toContainEqual({ type: 'text-delta', text: 'Welt 👋!' });
  expect(error).toBeUndefined();
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
});

test('a paused turn whose continuation fails is that failure, its text kept', async () => {
  const [paused] = readFixture('pause');
  await using upstream = await startUpstream((request) =>
    upstream.requests.length === 1
      ? sendEventStream(request, toFrames(paused ?? []))
      : sendJson(
          request,
          { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
          { status: 529 },
        ),
  );
  const { events, error } = await drain(
    connectTo(upstream.origin).provider.stream(requestOf(), { signal: never }),
  );
  expect(events).toContainEqual({ type: 'text-delta', text: 'Searching 👋. ' });
  expect(error).toMatchObject({ code: 'PROVIDER_OVERLOADED', providerStatus: 529 });
});

test('a stream that goes silent is stalled', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, textFrames.slice(0, 900), { end: false }),
  );
  const { provider } = connectTo(upstream.origin, { idleTimeoutMs: 1_000 });
  const { error } = await drain(provider.stream(requestOf(), { signal: never }));
  expect(error).toMatchObject({ code: 'STREAM_STALLED' });
  await (await upstream.request(0)).closed;
});

test('a connection serves one stream after another, its end awaited', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, textFrames, { end: false }),
  );
  const { provider } = connectTo(upstream.origin);
  for (let turn = 0; turn < 5; turn += 1)
    for await (const event of provider.stream(requestOf(), { signal: never }))
      if (event.type === 'finish') upstream.requests.at(-1)?.response.end();
  // The first request of a process may use another dispatcher than those after it.
  expect(upstream.connections()).toBeLessThanOrEqual(2);
});

test('a paused response is let go of before the turn is gone on with', async () => {
  const [paused, rest] = readFixture('pause');
  await using upstream = await startUpstream(async (request) => {
    const first = await upstream.request(0);
    if (request === first) return sendEventStream(request, toFrames(paused ?? []), { end: false });
    await first.closed;
    return sendEventStream(request, toFrames(rest ?? []));
  });
  const { events } = await drain(connectTo(upstream.origin).provider.stream(requestOf(), { signal: never }));
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
});

test('cancelling before the headers closes the socket', async () => {
  await using upstream = await startUpstream(() => undefined);
  const { provider } = connectTo(upstream.origin, { idleTimeoutMs: HOUR_MS });
  const controller = new AbortController();
  const streaming = drain(provider.stream(requestOf(), { signal: controller.signal }));
  const request = await upstream.request(0);
  controller.abort();
  expect((await streaming).error).toMatchObject({ code: 'GENERATION_CANCELLED', provider: 'anthropic' });
  await request.closed;
});

test('cancelling while the model is silent closes the socket', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, textFrames.slice(0, textFrames.indexOf('event: content_block_stop')), {
      end: false,
    }),
  );
  const { provider } = connectTo(upstream.origin, { idleTimeoutMs: HOUR_MS });
  const controller = new AbortController();
  const events = provider.stream(requestOf(), { signal: controller.signal })[Symbol.asyncIterator]();
  let text = '';
  while (!text.endsWith('!')) {
    const { value } = await events.next();
    if (value?.type === 'text-delta') text += value.text;
  }
  const pending = events.next();
  controller.abort();
  await expect(pending).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
  await (await upstream.request(0)).closed;
});

test('a consumer that stops early closes the socket', async () => {
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, textFrames.slice(0, textFrames.indexOf('event: content_block_stop')), {
      end: false,
    }),
  );
  const { provider } = connectTo(upstream.origin, { idleTimeoutMs: HOUR_MS });
  for await (const event of provider.stream(requestOf(), { signal: never }))
    if (event.type === 'text-delta') break;
  await (await upstream.request(0)).closed;
});

test('cancelling a waiting call closes the socket', async () => {
  await using upstream = await startUpstream(() => undefined);
  const { provider } = connectTo(upstream.origin, { idleTimeoutMs: HOUR_MS });
  const controller = new AbortController();
  const generating = provider.generate(requestOf(), { signal: controller.signal });
  generating.catch(() => undefined);
  const request = await upstream.request(0);
  controller.abort();
  await expect(generating).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
  await request.closed;
});

test('cancelling while a waiting answer is half sent closes the socket', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"id":"msg_made",');
  });
  const { provider } = connectTo(upstream.origin, { idleTimeoutMs: HOUR_MS });
  const controller = new AbortController();
  const generating = provider.generate(requestOf(), { signal: controller.signal });
  generating.catch(() => undefined);
  const request = await upstream.request(0);
  setImmediate(() => controller.abort());
  await expect(generating).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
  await request.closed;
});

test('a request the API cannot express makes no call', async () => {
  await using upstream = await startUpstream((request) =>
    sendJson(request, toWholeMessage(readFixture('text')[0] ?? [])),
  );
  const { provider } = connectTo(upstream.origin);
  const request = requestOf({ output: { type: 'json' } });
  await expect(provider.generate(request, { signal: never })).rejects.toMatchObject({
    code: 'UNSUPPORTED_CAPABILITY',
  });
  expect((await drain(provider.stream(request, { signal: never }))).error).toMatchObject({
    code: 'UNSUPPORTED_CAPABILITY',
  });
  expect(upstream.requests).toEqual([]);
});

test('a whole answer that is no message is a failure of the provider', async () => {
  await using upstream = await startUpstream((request) => sendJson(request, { id: 'x', type: 'completion' }));
  const { provider } = connectTo(upstream.origin);
  await expect(provider.generate(requestOf(), { signal: never })).rejects.toMatchObject({
    code: 'PROVIDER_FAILED',
  });
});
