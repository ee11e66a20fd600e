import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../../src/core/errors.ts';
import { toPacificMidnightMs } from '../../../../src/providers/text/gemini/to-pacific-midnight-ms.ts';
import { failureOf, providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { toArray } from '../../../support/to-array.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamServer,
} from '../../../support/upstream/upstream-server.ts';
import { connect, createRequest, drain, never, toFrames } from './gemini-harness.ts';

// Bodies are hand-made from the API's documentation of google.rpc.Status.
const body = (code: number, status: string, message: string, details: readonly object[] = []): object => ({
  error: { code, message, status, details },
});
const detail = (type: string, fields: object): object => ({
  '@type': `type.googleapis.com/google.rpc.${type}`,
  ...fields,
});

const MODES = ['stream', 'generate'] as const;

const call = (upstream: UpstreamServer, mode: (typeof MODES)[number]): Promise<unknown> => {
  const provider = connect(upstream.origin);
  const options = { signal: never() };
  return mode === 'stream'
    ? toArray(provider.stream(createRequest(), options))
    : provider.generate(createRequest(), options);
};

describe.each(MODES)('an error answer to %s', (mode) => {
  test.each<[number, object, ErrorCode]>([
    [400, body(400, 'INVALID_ARGUMENT', 'Unknown field'), 'PROVIDER_REJECTED'],
    [
      400,
      body(400, 'INVALID_ARGUMENT', 'API key not valid.', [
        detail('ErrorInfo', { reason: 'API_KEY_INVALID' }),
      ]),
      'PROVIDER_AUTHENTICATION',
    ],
    [
      400,
      body(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
      'CONTEXT_LENGTH_EXCEEDED',
    ],
    [400, body(400, 'FAILED_PRECONDITION', 'User location is not supported.'), 'PROVIDER_REJECTED'],
    [
      400,
      body(
        400,
        'FAILED_PRECONDITION',
        'User location is not supported for the API use without a billing account.',
      ),
      'PROVIDER_AUTHENTICATION',
    ],
    [402, body(402, 'RESOURCE_EXHAUSTED', 'Your prepay credits are used up.'), 'PROVIDER_AUTHENTICATION'],
    [403, body(403, 'PERMISSION_DENIED', 'No.'), 'PROVIDER_AUTHENTICATION'],
    [404, body(404, 'NOT_FOUND', 'models/x is not found'), 'PROVIDER_REJECTED'],
    [429, body(429, 'RESOURCE_EXHAUSTED', 'Quota'), 'PROVIDER_RATE_LIMITED'],
    [500, body(500, 'INTERNAL', 'Oops'), 'PROVIDER_FAILED'],
    [503, body(503, 'UNAVAILABLE', 'The model is overloaded.'), 'PROVIDER_OVERLOADED'],
    [504, body(504, 'DEADLINE_EXCEEDED', 'Too slow'), 'PROVIDER_TIMEOUT'],
    [429, [body(429, 'RESOURCE_EXHAUSTED', 'In a list')], 'PROVIDER_RATE_LIMITED'],
  ])('with status %i and %j is %s', async (status, answer, code) => {
    await using upstream = await startUpstream((request) => sendJson(request, answer, { status }));
    const [first] = [answer].flat() as { error: { message: string } }[];
    expect(await providerErrorOf(call(upstream, mode))).toMatchObject({
      code,
      provider: 'gemini',
      providerStatus: status,
      retryAfterMs: null,
      vendorMessage: first?.error.message,
    });
    expect(upstream.requests).toHaveLength(1);
  });

  test('that is no JSON keeps its words', async () => {
    await using upstream = await startUpstream(({ response }) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<h1>Bad Gateway</h1>');
    });
    expect(await providerErrorOf(call(upstream, mode))).toMatchObject({
      code: 'PROVIDER_FAILED',
      providerStatus: 502,
      vendorMessage: '<h1>Bad Gateway</h1>',
    });
  });

  test.each([
    ['48s', 48_000],
    ['0.289000123s', 290],
    ['soon', null],
  ])('says in RetryInfo how long to wait: %s', async (retryDelay, retryAfterMs) => {
    const answer = body(429, 'RESOURCE_EXHAUSTED', 'Quota', [
      detail('Help', { links: [] }),
      detail('RetryInfo', { retryDelay }),
    ]);
    await using upstream = await startUpstream((request) => sendJson(request, answer, { status: 429 }));
    expect(await providerErrorOf(call(upstream, mode))).toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      retryAfterMs,
    });
  });

  test('waits for midnight in California where the quota of a day is used up, whatever RetryInfo says', async () => {
    const quotaIds = [
      'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
      'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
    ];
    const answer = body(429, 'RESOURCE_EXHAUSTED', 'Quota', [
      detail('QuotaFailure', { violations: quotaIds.map((quotaId) => ({ quotaId })) }),
      detail('RetryInfo', { retryDelay: '20s' }),
    ]);
    await using upstream = await startUpstream((request) => sendJson(request, answer, { status: 429 }));
    const before = toPacificMidnightMs(Date.now());
    const error = await providerErrorOf(call(upstream, mode));
    const after = toPacificMidnightMs(Date.now());
    expect(error.code).toBe('PROVIDER_RATE_LIMITED');
    // Midnight itself may fall between the two.
    expect([before, after].some((ms) => Math.abs(ms - Number(error.retryAfterMs)) <= 60_000)).toBe(true);
  });

  test('waits as RetryInfo says where only the quota of a minute is used up', async () => {
    const answer = body(429, 'RESOURCE_EXHAUSTED', 'Quota', [
      detail('QuotaFailure', {
        violations: [{ quotaId: 'GenerateContentInputTokensPerModelPerMinute-FreeTier' }, null, {}],
      }),
      detail('RetryInfo', { retryDelay: '20s' }),
    ]);
    await using upstream = await startUpstream((request) => sendJson(request, answer, { status: 429 }));
    expect(await providerErrorOf(call(upstream, mode))).toMatchObject({ retryAfterMs: 20_000 });
  });

  test('gives what its headers say, which the SDK hides', async () => {
    await using upstream = await startUpstream((request) =>
      sendJson(request, body(503, 'UNAVAILABLE', 'Busy'), {
        status: 503,
        headers: { 'retry-after': '7', 'x-request-id': 'req-1' },
      }),
    );
    expect(await providerErrorOf(call(upstream, mode))).toMatchObject({
      code: 'PROVIDER_OVERLOADED',
      retryAfterMs: 7000,
      requestId: 'req-1',
    });
  });

  test('of a call beside it is not taken for its own', async () => {
    const release = Promise.withResolvers<void>();
    await using upstream = await startUpstream(async (request) => {
      const isFirst = upstream.requests[0] === request;
      if (isFirst) await release.promise;
      sendJson(request, body(429, 'RESOURCE_EXHAUSTED', 'Quota'), {
        status: 429,
        headers: { 'retry-after': isFirst ? '1' : '2', 'x-request-id': isFirst ? 'first' : 'second' },
      });
    });
    const provider = connect(upstream.origin);
    const start = (): Promise<unknown> =>
      mode === 'stream'
        ? toArray(provider.stream(createRequest(), { signal: never() }))
        : provider.generate(createRequest(), { signal: never() });
    const first = failureOf(start());
    await upstream.request(0);
    expect(await failureOf(start())).toMatchObject({ requestId: 'second', retryAfterMs: 2000 });
    release.resolve();
    expect(await first).toMatchObject({ requestId: 'first', retryAfterMs: 1000 });
  });

  test('is PROVIDER_FAILED when nobody answers at all', async () => {
    const upstream = await startUpstream(() => undefined);
    await upstream[Symbol.asyncDispose]();
    expect(await providerErrorOf(call(upstream, mode))).toMatchObject({
      code: 'PROVIDER_FAILED',
      providerStatus: null,
    });
  });
});

const TEXT = { candidates: [{ content: { role: 'model', parts: [{ text: 'Half of' }] }, index: 0 }] };

test('an error inside a stream is typed by its code, the text before it kept', async () => {
  const failure = body(503, 'UNAVAILABLE', 'The model is overloaded.', [
    detail('RetryInfo', { retryDelay: '3s' }),
  ]);
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, toFrames([TEXT, failure])),
  );
  const { events, error } = await drain(
    connect(upstream.origin).stream(createRequest(), { signal: never() }),
  );
  expect(events).toEqual([{ type: 'text-delta', text: 'Half of' }]);
  expect(error).toMatchObject({
    code: 'PROVIDER_OVERLOADED',
    providerStatus: 503,
    retryAfterMs: 3000,
    vendorMessage: 'The model is overloaded.',
  });
});

test('a stream that stops inside an event is truncated', async () => {
  const frames = toFrames([TEXT, TEXT]);
  await using upstream = await startUpstream((request) => sendEventStream(request, frames.slice(0, -20)));
  const { error } = await drain(connect(upstream.origin).stream(createRequest(), { signal: never() }));
  expect(error).toMatchObject({ code: 'STREAM_TRUNCATED' });
});

test('a stream that ends after the last event but before its blank line is whole', async () => {
  const frames = toFrames([TEXT, { candidates: [{ finishReason: 'STOP' }] }], '\n');
  await using upstream = await startUpstream((request) => sendEventStream(request, frames.slice(0, -1)));
  const { events, error } = await drain(
    connect(upstream.origin).stream(createRequest(), { signal: never() }),
  );
  expect(error).toBeUndefined();
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
});

test('a connection lost after the finish reason has not cost the answer', async () => {
  await using upstream = await startUpstream(async (request) => {
    const frames = toFrames([TEXT, { candidates: [{ finishReason: 'STOP' }] }]);
    await sendEventStream(request, frames, { end: false });
    request.response.write(':', () => request.response.destroy());
  });
  const { events, error } = await drain(
    connect(upstream.origin).stream(createRequest(), { signal: never() }),
  );
  expect(error).toBeUndefined();
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
});

test('an error in a success of a waiting call is typed', async () => {
  await using upstream = await startUpstream((request) =>
    sendJson(request, body(503, 'UNAVAILABLE', 'Busy')),
  );
  expect(await providerErrorOf(call(upstream, 'generate'))).toMatchObject({ code: 'PROVIDER_OVERLOADED' });
});

test('JSON in answer to a stream is an error, not an empty answer', async () => {
  await using upstream = await startUpstream((request) => sendJson(request, { candidates: [] }));
  expect(await providerErrorOf(call(upstream, 'stream'))).toMatchObject({ code: 'PROVIDER_FAILED' });
});

test('a conversation without a turn is refused before anything is sent', async () => {
  await using upstream = await startUpstream((request) => sendJson(request, {}));
  const provider = connect(upstream.origin);
  const request = createRequest({ messages: [{ role: 'system', text: 'Be kind.' }] });
  expect(await providerErrorOf(provider.generate(request, { signal: never() }))).toMatchObject({
    code: 'PROVIDER_REJECTED',
    vendorMessage: 'contents are required',
  });
  expect(upstream.requests).toHaveLength(0);
});
