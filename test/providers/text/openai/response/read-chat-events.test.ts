import { describe, expect, test } from 'vitest';
import { collect } from '../../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../../support/upstream/provider-error.ts';
import { toArray } from '../../../../support/to-array.ts';
import { sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { BAD_ARGUMENTS, CHAT_CASES, CHAT_FAILURES } from '../fixtures/hand-made-chat.ts';
import { connect, createConfig, createRequest, type Framing, never, startStream } from '../openai-harness.ts';

const CONFIG = createConfig('chat_completion');
const LF: Framing = { named: false, lineEnd: '\n', done: true };

describe.each(CHAT_CASES)('a chat completion with $name', ({ chunks, whole, result }) => {
  test.each<[string, Framing, number | undefined]>([
    ['as it is', LF, undefined],
    ['byte by byte', LF, 1],
    ['with CRLF, byte by byte', { ...LF, lineEnd: '\r\n' }, 1],
    ['without [DONE]', { ...LF, done: false }, undefined],
  ])('streamed %s adds up to its result', async (_, framing, split) => {
    await using upstream = await startStream(chunks, framing, split);
    const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
    expect(await collect(stream)).toEqual(result);
  });

  test('waited for gives the same result', async () => {
    await using upstream = await startUpstream((request) => sendJson(request, whole));
    const provider = connect(upstream.origin, CONFIG);
    expect(await provider.generate(createRequest(), { signal: never() })).toEqual(result);
  });

  test('of a model that cannot stream is streamed as one piece', async () => {
    await using upstream = await startUpstream((request) => sendJson(request, whole));
    const provider = connect(upstream.origin, { ...CONFIG, streaming: false });
    expect(await collect(provider.stream(createRequest(), { signal: never() }))).toEqual(result);
    expect(JSON.parse((await upstream.request(0)).body)).not.toHaveProperty('stream');
  });
});

test.each(CHAT_FAILURES)('a stream with $name is $code', async ({ chunks, code, words, done = true }) => {
  await using upstream = await startStream(chunks, { ...LF, done });
  const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
  const error = await providerErrorOf(toArray(stream));
  expect([error.code, error.provider]).toEqual([code, 'openai']);
  if (words !== null) expect(error.vendorMessage).toContain(words);
});

const said = (delta: object, finish_reason: string | null = null, index = 0): object => ({
  choices: [{ index, delta, finish_reason }],
});

test.each([
  ['text', [said({ content: 'Hi' })], { text: 'Hi', finishReason: 'other', rawFinishReason: null }],
  [
    'a call',
    [said({ tool_calls: [{ index: 0, id: 'c', function: { name: 'now', arguments: '{}' } }] })],
    { text: '', finishReason: 'tool-calls', toolCalls: [expect.objectContaining({ name: 'now' })] },
  ],
  [
    'text beside another choice that ends',
    [said({ content: 'Hi' }), said({ content: 'Ho' }, null, 1), said({ content: '!' }), said({}, 'stop', 1)],
    { text: 'Hi!', finishReason: 'other', rawFinishReason: null },
  ],
])('%s without a finish reason is whole once [DONE] has come', async (_, chunks, result) => {
  await using upstream = await startStream(chunks, LF);
  const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
  expect(await collect(stream)).toMatchObject(result);
});

test('an error after the end costs the answer nothing, and usage beside it counts', async () => {
  const last = {
    choices: [{ index: 0, delta: {}, finish_reason: null }],
    usage: { prompt_tokens: 4, completion_tokens: 6, total_tokens: 10 },
    error: { code: 400, message: 'Token limit reached' },
  };
  await using upstream = await startStream([said({ content: 'Hi' }, 'length'), last], LF);
  const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
  expect(await collect(stream)).toMatchObject({
    text: 'Hi',
    finishReason: 'length',
    usage: { inputTokens: 4, outputTokens: 6, totalTokens: 10 },
  });
});

test('reasoning that the total proves to be counted apart is part of the output', async () => {
  const usage = {
    prompt_tokens: 12,
    completion_tokens: 2,
    total_tokens: 334,
    completion_tokens_details: { reasoning_tokens: 320 },
  };
  await using upstream = await startStream([said({ content: 'Hi' }, 'stop'), { choices: [], usage }], LF);
  const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
  expect((await collect(stream)).usage).toMatchObject({
    inputTokens: 12,
    outputTokens: 322,
    reasoningTokens: 320,
    totalTokens: 334,
  });
});

test('arguments that are no JSON fail the turn, and only the log of the server has them', async () => {
  await using upstream = await startStream(BAD_ARGUMENTS, LF);
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

test('reasoning and text of one chunk are two events, reasoning first, and calls are told as they grow', async () => {
  const choice = (delta: object, finish_reason: string | null = null): object => ({
    choices: [{ index: 0, delta, finish_reason }],
  });
  await using upstream = await startStream(
    [
      choice({ content: 'B', reasoning: 'A' }),
      choice({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{' } }] }),
      choice({ tool_calls: [{ index: 0, function: { arguments: '}' } }] }),
      choice({}, 'tool_calls'),
    ],
    LF,
  );
  const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
  expect((await toArray(stream)).slice(0, -1)).toEqual([
    { type: 'reasoning-delta', text: 'A' },
    { type: 'text-delta', text: 'B' },
    { type: 'tool-call-delta', callId: 'c', name: 'f', argumentsDelta: '{' },
    { type: 'tool-call-delta', callId: 'c', name: 'f', argumentsDelta: '}' },
    {
      type: 'tool-call',
      toolCall: { callId: 'c', name: 'f', arguments: {}, builtIn: false, result: null, opaque: null },
    },
  ]);
});

test('a connection lost between the finish reason and the usage costs the usage only', async () => {
  const chunks = [
    { choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  ];
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''), () =>
      setImmediate(() => response.destroy()),
    );
  });
  const stream = connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() });
  expect(await collect(stream)).toMatchObject({ text: 'Hi', finishReason: 'stop', usage: null });
});

test('a waiting answer without choices is no empty success', async () => {
  await using upstream = await startUpstream((request) => sendJson(request, { id: 'chatcmpl-1' }));
  const call = connect(upstream.origin, CONFIG).generate(createRequest(), { signal: never() });
  expect((await providerErrorOf(call)).code).toBe('STREAM_TRUNCATED');
});
