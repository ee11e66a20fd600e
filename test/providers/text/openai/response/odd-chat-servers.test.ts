import { describe, expect, it } from 'vitest';
import { providerErrorOf } from '../../../../support/upstream/provider-error.ts';
import { collect } from '../../../../../src/core/stream-event.ts';
import { toArray } from '../../../../support/to-array.ts';
import { sendEventStream, sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { connect, createConfig, createRequest, never } from '../openai-harness.ts';
import { call, choice, end, failureOf, fragment, LF, read, readWhole } from '../chat-server-harness.ts';

const paris = '{"city":"Paris"}';

describe('a word for the end', () => {
  const text = choice({ content: 'Hello' });
  it.each([
    ['eos', 'stop'],
    ['eos_token', 'stop'],
    ['end_turn', 'stop'],
    ['FINISH_REASON_STOP', 'stop'],
    ['Stop', 'stop'],
    ['COMPLETE', 'stop'],
    [{ type: 'stop', matched: 128_009 }, 'stop'],
    ['max_tokens', 'length'],
    ['MAX_TOKENS', 'length'],
    ['model_length', 'length'],
    [{ type: 'length', length: 16 }, 'length'],
    ['SAFETY', 'content-filter'],
    ['content_filter: RECITATION', 'content-filter'],
    ['sensitive', 'content-filter'],
    ['refusal', 'content-filter'],
    ['a word of tomorrow', 'other'],
    ['end_of_turn', 'stop'],
    ['stop_str', 'stop'],
    ['<|im_end|>', 'stop'],
    ['endoftext', 'stop'],
    ['maxTokens', 'length'],
    ['max_tokens_reached', 'length'],
    ['truncated', 'length'],
    ['contentFilter', 'content-filter'],
    ['content_moderation', 'content-filter'],
    ['safety_violation', 'content-filter'],
    ['tool_calls', 'stop'],
    ['tool_use', 'stop'],
  ])('%j after text means %s', async (word, reason) => {
    expect(await read([text, end(word)])).toMatchObject({ text: 'Hello', finishReason: reason });
  });

  it.each(['tool_call', 'tool_use', 'function_call', 'stop', 'eos', 'end_turn', 'what?'])(
    '%j after calls means calls',
    async (word) => {
      const { finishReason, toolCalls } = await read([
        fragment(call({ index: 0, id: 'a', name: 'get_time', args: paris })),
        end(word),
      ]);
      expect([finishReason, toolCalls.length]).toEqual(['tool-calls', 1]);
    },
  );

  it('may be missing in a whole answer, but not in a stream', async () => {
    const message = { role: 'assistant', content: 'Hello' };
    for (const body of [
      { choices: [{ index: 0, message }] },
      { choices: [{ message, finish_reason: null }] },
      { choices: [{ index: 0, message, finish_reason: '' }] },
    ])
      expect(await readWhole(body)).toMatchObject({ text: 'Hello', finishReason: 'other' });
    expect((await failureOf([text], { ...LF, done: false })).code).toBe('STREAM_TRUNCATED');
  });

  it.each([
    'error',
    'network_error',
    'abort',
    'function_call_filter: UNEXPECTED_TOOL_CALL',
    'MALFORMED_FUNCTION_CALL',
    'insufficient_system_resource',
    'client_disconnect',
  ])('%j is a failure', async (word) => {
    for (const chunks of [
      [end(word)],
      [text, end(word)],
      [text, end('stop', { native_finish_reason: word })],
    ])
      expect(['PROVIDER_FAILED', 'PROVIDER_OVERLOADED']).toContain((await failureOf(chunks)).code);
  });
});

describe('an error inside a success', () => {
  const text = choice({ content: 'Hel' });
  it.each([
    [
      [text, choice({}, { error: { code: 502, message: 'upstream died' }, finish_reason: 'error' })],
      'PROVIDER_FAILED',
    ],
    [[text, { error: { message: 'gone', type: 'server_error' } }], 'PROVIDER_FAILED'],
    [
      [{ object: 'error', message: 'This model is overloaded', type: 'overloaded_error', code: 503 }],
      'PROVIDER_OVERLOADED',
    ],
    [
      [text, { choices: null, error: { code: 'context_length_exceeded', message: 'too long' } }],
      'CONTEXT_LENGTH_EXCEEDED',
    ],
    [[{ detail: "This model's maximum context length is 4096 tokens" }], 'CONTEXT_LENGTH_EXCEEDED'],
    [[{ error: 'rate limit reached', code: 429 }], 'PROVIDER_RATE_LIMITED'],
    [[text, { x_groq: { error: 'over_capacity' } }], 'PROVIDER_FAILED'],
  ])('is the failure that it tells: %j', async (chunks, code) => {
    const failure = await failureOf(chunks);
    expect(failure.code).toBe(code);
  });

  it('is nothing once the answer is complete', async () => {
    expect(await read([text, end('stop'), { error: { message: 'late' } }])).toMatchObject({
      text: 'Hel',
      finishReason: 'stop',
    });
  });

  it('is one in a whole answer, too', async () => {
    for (const body of [
      { choices: [{ index: 0, error: { code: 429, message: 'slow down' }, message: { content: '' } }] },
      { error: { code: 429, message: 'slow down' } },
      { choices: [{ index: 0, message: { content: '' }, finish_reason: 'error' }] },
    ])
      expect(['PROVIDER_RATE_LIMITED', 'PROVIDER_FAILED']).toContain(
        (await providerErrorOf(readWhole(body))).code,
      );
  });
});

describe('choices', () => {
  const at = (index: unknown, content: string, more: object = {}): object => ({
    choices: [{ index, delta: { content }, ...more }],
  });
  const stop = { finish_reason: 'stop' };

  it.each([
    ['that count chunks', [at(0, 'He'), at(1, 'l'), at(2, 'lo'), at(3, '', stop)]],
    ['that count chunks, in two of them', [at(0, 'Hello'), at(1, '', stop)]],
    ['without an index', [at(undefined, 'Hel'), at(null, 'lo'), at(undefined, '', stop)]],
    ['that begin at 1', [at(1, 'Hel'), at(1, 'lo'), at(1, '', stop)]],
    [
      'of a second answer',
      [at(0, 'Hel'), at(1, 'other'), at(0, 'lo'), at(1, ' text'), at(0, '', stop), at(1, '', stop)],
    ],
    [
      'of a second answer in the same chunks',
      [
        {
          choices: [
            { index: 0, delta: { content: 'Hello' } },
            { index: 1, delta: { content: 'other' } },
          ],
        },
        {
          choices: [
            { index: 0, delta: {}, ...stop },
            { index: 1, delta: {}, ...stop },
          ],
        },
      ],
    ],
    [
      'with null among them',
      [{ choices: [null, { index: 0, delta: { content: 'Hello' } }] }, at(0, '', stop)],
    ],
    [
      'with a message in place of a delta',
      [{ choices: [{ index: 0, message: { content: 'Hello' }, ...stop }] }],
    ],
    [
      'with a message beside an empty delta',
      [
        choice({ role: 'assistant', content: '' }),
        { choices: [{ index: 0, delta: {}, message: { content: 'Hello' }, ...stop }] },
      ],
    ],
    [
      'with pieces of a message beside empty deltas',
      [
        { choices: [{ index: 0, delta: {}, message: { content: 'Hel' } }] },
        { choices: [{ index: 0, delta: {}, message: { content: 'lo' }, ...stop }] },
      ],
    ],
    [
      'with the text alone',
      [{ choices: [{ index: 0, text: 'Hel' }] }, { choices: [{ index: 0, text: 'lo', ...stop }] }],
    ],
    ['with text for a delta', [{ choices: [{ delta: 'Hel' }] }, { choices: [{ delta: 'lo', ...stop }] }]],
    [
      'with a message that says it all again',
      [at(0, 'Hello'), { choices: [{ index: 0, message: { content: 'Hello' }, ...stop }] }],
    ],
  ])('%s give one text', async (_what, chunks) => {
    expect(await read(chunks)).toMatchObject({ text: 'Hello', finishReason: 'stop' });
  });
});

describe('what else a server says', () => {
  it.each([
    [[{ type: 'reasoning.text', text: 'Hm' }], 'Hm'],
    [
      [
        { type: 'reasoning.summary', summary: 'In short' },
        { type: 'reasoning.encrypted', data: 'x' },
      ],
      'In short',
    ],
    [[null, { text: 'a' }, { text: 'b' }], 'ab'],
  ])('is reasoning in details: %j', async (reasoning_details, reasoning) => {
    expect(
      await read([choice({ reasoning_details }), choice({ content: 'Hello' }), end('stop')]),
    ).toMatchObject({
      reasoning,
      text: 'Hello',
    });
  });

  it.each([
    [
      { citations: ['https://a.test', 'https://a.test', 'https://b.test'] },
      ['https://a.test', 'https://b.test'],
    ],
    [
      { ...choice({ annotations: [null, { type: 'url_citation', url: 'https://a.test' }] }) },
      ['https://a.test'],
    ],
    [
      {
        ...choice({
          annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A' } }],
        }),
      },
      ['https://a.test'],
    ],
  ])('is cited: %j', async (chunk, urls) => {
    const { citations } = await read([choice({ content: 'Hello' }), chunk, chunk, end('stop')]);
    expect([...new Set(citations.map(({ url }) => url))]).toEqual(urls);
  });
});

describe('content that is no plain text', () => {
  it.each([
    [{ type: 'text', text: 'Hello' }, null],
    [[{ type: 'Text', text: { value: 'Hello', annotations: [] } }], null],
    [[[{ type: 'text', content: 'Hello' }]], null],
    [
      [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] },
        { type: 'text', text: 'Hello' },
      ],
      'Hm',
    ],
    [[{ type: 'reasoning_content', reasoning_content: { text: 'Hm', signature: 's' } }, 'Hello'], 'Hm'],
    [[null, { type: 'redacted_thinking', data: 'x' }, { type: 'output_text', text: 'Hello' }], null],
  ])('is read by what its parts are: %j', async (content, reasoning) => {
    const told = { text: 'Hello', reasoning };
    expect(await read([choice({ content }), end('stop')])).toMatchObject(told);
    const body = { choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }] };
    expect(await readWhole(body)).toMatchObject(told);
  });

  it.each([{ thinking: 'Hm' }, { reasoning_text: 'Hm' }, { reasoning: { content: 'Hm' } }])(
    'has reasoning under other names beside it: %j',
    async (fields) => {
      expect(await read([choice({ ...fields, content: 'Hello' }), end('stop')])).toMatchObject({
        text: 'Hello',
        reasoning: 'Hm',
      });
    },
  );
});

it('usage by the names of the other API is read', async () => {
  const body = {
    choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }],
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  };
  expect((await readWhole(body)).usage).toMatchObject({ inputTokens: 3, outputTokens: 2, totalTokens: 5 });
});

it('usage in a choice is that of the chunk', async () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
  const body = { choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop', usage }] };
  expect((await readWhole(body)).usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
});

describe('what is no call', () => {
  it.each([
    { tool_calls: [{ index: 0, function: { name: '', arguments: '' } }] },
    { tool_calls: [{ index: 0, id: null, function: null }] },
    { tool_calls: {} },
    { function_call: { name: '', arguments: '' }, tool_calls: [] },
  ])('leaves the text an answer: %j', async (fields) => {
    const told = { text: 'Hello', finishReason: 'stop', toolCalls: [] };
    expect(await read([choice({ content: 'Hello', ...fields }), end('stop')])).toMatchObject(told);
    const body = { choices: [{ message: { content: 'Hello', ...fields }, finish_reason: 'stop' }] };
    expect(await readWhole(body)).toMatchObject(told);
  });
});

it.each([
  { object: 'error', message: 'gone', code: 400 },
  { detail: 'gone' },
  { base_resp: { status_code: 1004, status_msg: 'gone' } },
  { choices: null, msg: 'gone', success: false },
])('a whole answer that is an error by other names is one: %j', async (body) => {
  await using upstream = await startUpstream((incoming) => sendJson(incoming, body));
  const failure = await providerErrorOf(
    connect(upstream.origin, createConfig('chat_completion')).generate(createRequest(), { signal: never() }),
  );
  expect(failure.vendorMessage).toBe('gone');
});

it.each(['error: gone', '[ERROR] gone', 'Error'])('data of the words %j is a failure', async (words) => {
  await using upstream = await startUpstream((incoming) =>
    sendEventStream(incoming, `data: ${JSON.stringify(choice({ content: 'Hel' }))}\n\ndata: ${words}\n\n`),
  );
  const provider = connect(upstream.origin, createConfig('chat_completion'));
  expect((await providerErrorOf(toArray(provider.stream(createRequest(), { signal: never() })))).code).toBe(
    'PROVIDER_FAILED',
  );
});

it('chunks by the line are a stream, whatever type they come under', async () => {
  const lines = [choice({ content: 'Hel' }), choice({ content: 'lo' }), end('stop')]
    .map((chunk) => `${JSON.stringify(chunk)}\n`)
    .join('');
  for (const type of ['application/x-ndjson', 'application/json', 'text/plain', 'text/event-stream']) {
    await using upstream = await startUpstream(({ response }) => {
      response.writeHead(200, { 'content-type': type }).end(lines);
    });
    const provider = connect(upstream.origin, createConfig('chat_completion'));
    expect(await collect(provider.stream(createRequest(), { signal: never() }))).toMatchObject({
      text: 'Hello',
      finishReason: 'stop',
    });
  }
});

it('the message of a refusal is told, not the name of its status', async () => {
  const body = { statusCode: 400, error: 'Bad Request', message: 'max_tokens is too large' };
  await using upstream = await startUpstream((incoming) => sendJson(incoming, body, { status: 400 }));
  const failure = await providerErrorOf(
    connect(upstream.origin, createConfig('chat_completion')).generate(createRequest(), { signal: never() }),
  );
  expect(failure).toMatchObject({ code: 'PROVIDER_REJECTED', vendorMessage: 'max_tokens is too large' });
});
