import { describe, expect, test } from 'vitest';
import { collect } from '../../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../../support/upstream/provider-error.ts';
import { toArray } from '../../../../support/to-array.ts';
import { sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import {
  BAD_ARGUMENTS,
  RESPONSES_CASES,
  RESPONSES_FAILURES,
  SPARSE_STREAMS,
} from '../fixtures/hand-made-responses.ts';
import { connect, createConfig, createRequest, type Framing, never, startStream } from '../openai-harness.ts';

const CONFIG = createConfig('responses_api');
const LF: Framing = { named: true, lineEnd: '\n', done: false };

describe.each(RESPONSES_CASES)('a response with $name', ({ events, whole, result }) => {
  test.each<[string, Framing, number | undefined]>([
    ['as it is', LF, undefined],
    ['byte by byte', LF, 1],
    ['with CRLF, byte by byte', { ...LF, lineEnd: '\r\n' }, 1],
    ['without event names, with [DONE]', { ...LF, named: false, done: true }, undefined],
  ])('streamed %s adds up to its result', async (_, framing, split) => {
    await using upstream = await startStream(events, framing, split);
    const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
    expect(await collect(stream)).toEqual(result);
  });

  test('waited for gives the same result', async () => {
    await using upstream = await startUpstream((request) => sendJson(request, whole));
    const provider = connect(upstream.origin, CONFIG);
    expect(await provider.generate(createRequest(), { signal: never() })).toEqual(result);
  });
});

test.each(SPARSE_STREAMS)('a stream of $name gives its text once', async ({ events, text }) => {
  await using upstream = await startStream(events, LF);
  const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
  expect((await collect(stream)).text).toBe(text);
});

describe.each([true, false])('with event names: %s', (named) => {
  test.each(RESPONSES_FAILURES)('a stream with $name is $code', async ({ events, code, words }) => {
    await using upstream = await startStream(events, { ...LF, named });
    const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
    const error = await providerErrorOf(toArray(stream));
    expect([error.code, error.provider]).toEqual([code, 'openai']);
    if (words !== null) expect(error.vendorMessage).toContain(words);
  });
});

test('a waiting response that failed is told by its error', async () => {
  const error = { code: 'rate_limit_exceeded', message: 'Slow down.' };
  await using upstream = await startUpstream((request) =>
    sendJson(request, { id: 'resp_1', status: 'failed', output: [], error }),
  );
  const call = connect(upstream.origin, CONFIG).generate(createRequest(), { signal: never() });
  expect(await providerErrorOf(call)).toMatchObject({
    code: 'PROVIDER_RATE_LIMITED',
    vendorMessage: 'Slow down.',
  });
});

test('arguments that are no JSON fail the turn, and only the log of the server has them', async () => {
  await using upstream = await startStream(BAD_ARGUMENTS.events, LF);
  const logged: object[] = [];
  const log = { warn: (fields: object) => void logged.push(fields) };
  const stream = connect(upstream.origin, CONFIG, { log }).stream(createRequest(), { signal: never() });
  const error = await providerErrorOf(toArray(stream));
  expect(error.code).toBe('PROVIDER_FAILED');
  expect(`${error.message} ${error.vendorMessage}`).not.toContain('Genève');
  expect(logged).toEqual([
    { provider: 'openai', callId: 'call_a', tool: 'weather', arguments: '{"city": Genève' },
  ]);
});

test('events come in the order of the stream, reasoning before the answer', async () => {
  const events = RESPONSES_CASES.find(({ name }) =>
    name.startsWith('reasoning that has to come back'),
  )?.events;
  await using upstream = await startStream(events ?? [], LF);
  const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
  expect((await toArray(stream)).map((event) => event.type)).toEqual([
    'reasoning-delta',
    'reasoning-delta',
    'tool-call-delta',
    'tool-call-delta',
    'tool-call',
    'tool-call',
    'finish',
  ]);
});
