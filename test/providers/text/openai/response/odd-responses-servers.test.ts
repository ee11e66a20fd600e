import { describe, expect, it } from 'vitest';
import { collect } from '../../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../../support/upstream/provider-error.ts';
import { toArray } from '../../../../support/to-array.ts';
import { sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { connect, createConfig, createRequest, type Framing, never, startStream } from '../openai-harness.ts';

const CONFIG = createConfig('responses_api');
const LF: Framing = { named: true, lineEnd: '\n', done: false };

const read = async (events: readonly object[]) => {
  await using upstream = await startStream(events, LF);
  const { text, reasoning, toolCalls, finishReason } = await collect(
    connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() }),
  );
  const calls = toolCalls.map(({ callId, name, arguments: given }) => [callId, name, given]);
  return { text, reasoning, calls, finishReason };
};
const failureOf = async (events: readonly object[]) => {
  await using upstream = await startStream(events, LF);
  return await providerErrorOf(
    toArray(connect(upstream.origin, CONFIG).stream(createRequest(), { signal: never() })),
  );
};

const completed = (output: readonly object[] | null = [], more: object = {}): object => ({
  type: 'response.completed',
  response: { status: 'completed', output, ...more },
});
const at = { output_index: 0, content_index: 0 };
const message = (text: string): object => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const functionCall = (fields: object = {}): object => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'find',
  arguments: '{"at":"Paris"}',
  status: 'completed',
  ...fields,
});
const PARIS = { at: 'Paris' };

describe('a text is given once, wherever it stands', () => {
  const delta = (text: string): object => ({ type: 'response.output_text.delta', ...at, delta: text });
  it.each([
    ['in deltas alone', [delta('Hel'), delta('lo'), completed()]],
    ['in deltas, without an output', [delta('Hello'), completed(null)]],
    [
      'in the finished text alone',
      [{ type: 'response.output_text.done', ...at, text: 'Hello' }, completed()],
    ],
    [
      'in the finished part alone',
      [
        { type: 'response.content_part.done', ...at, part: { type: 'output_text', text: 'Hello' } },
        completed(),
      ],
    ],
    [
      'in the finished item alone',
      [{ type: 'response.output_item.done', output_index: 0, item: message('Hello') }, completed()],
    ],
    ['in the response at the end alone', [completed([message('Hello')])]],
    [
      'in all of them',
      [
        { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } },
        delta('Hel'),
        delta('lo'),
        { type: 'response.output_text.done', ...at, text: 'Hello' },
        { type: 'response.content_part.done', ...at, part: { type: 'output_text', text: 'Hello' } },
        { type: 'response.output_item.done', output_index: 0, item: message('Hello') },
        completed([message('Hello')]),
      ],
    ],
    [
      'under numbers that differ',
      [
        { type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: 'Hello' },
        { type: 'response.output_item.done', output_index: 0, item: message('Hello') },
        completed([message('Hello')]),
      ],
    ],
    [
      'as a plain text in the item',
      [
        { type: 'response.output_item.done', output_index: 0, item: { type: 'message', content: 'Hello' } },
        completed(),
      ],
    ],
  ])('%s', async (_what, events) => {
    expect(await read(events)).toMatchObject({ text: 'Hello', finishReason: 'stop', calls: [] });
  });
});

describe('a call is given once, with the arguments that came', () => {
  const added = (fields: object = {}): object => ({
    type: 'response.output_item.added',
    output_index: 0,
    item: functionCall({ arguments: '', status: 'in_progress', ...fields }),
  });
  const argumentsDelta = (delta: string): object => ({
    type: 'response.function_call_arguments.delta',
    output_index: 0,
    delta,
  });
  it.each([
    [
      'in deltas, without a finished item',
      [added(), argumentsDelta('{"at":'), argumentsDelta('"Paris"}'), completed()],
    ],
    [
      'in finished arguments alone',
      [
        added(),
        { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"at":"Paris"}' },
        completed(),
      ],
    ],
    [
      'in the finished item alone',
      [{ type: 'response.output_item.done', output_index: 0, item: functionCall() }, completed()],
    ],
    ['in the response at the end alone', [completed([functionCall()])]],
    [
      'in all of them',
      [
        added(),
        argumentsDelta('{"at":"Paris"}'),
        { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"at":"Paris"}' },
        { type: 'response.output_item.done', output_index: 0, item: functionCall() },
        completed([functionCall()]),
      ],
    ],
    [
      'as an object in the item',
      [
        { type: 'response.output_item.done', output_index: 0, item: functionCall({ arguments: PARIS }) },
        completed(),
      ],
    ],
    ['as an object at the end', [added(), completed([functionCall({ arguments: PARIS })])]],
    [
      'as an object in a delta',
      [
        added(),
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: PARIS },
        completed(),
      ],
    ],
    [
      'in deltas that the finished item leaves out',
      [
        added(),
        argumentsDelta('{"at":"Paris"}'),
        { type: 'response.output_item.done', output_index: 0, item: functionCall({ arguments: '' }) },
        completed(),
      ],
    ],
    [
      'under another number where it is finished',
      [
        added(),
        argumentsDelta('{"at":"Paris"}'),
        { type: 'response.output_item.done', output_index: 3, item: functionCall() },
        completed(),
      ],
    ],
    ['as an object when it begins', [added({ arguments: PARIS }), completed()]],
  ])('%s', async (_what, events) => {
    expect(await read(events)).toMatchObject({
      calls: [['call_1', 'find', PARIS]],
      finishReason: 'tool-calls',
    });
  });

  it('by the ids of items, where nothing is numbered', async () => {
    const begun = (id: string, name: string): object => ({
      type: 'response.output_item.added',
      item: functionCall({ id, call_id: `call_${id}`, name, arguments: '' }),
    });
    const piece = (item_id: string, delta: string): object => ({
      type: 'response.function_call_arguments.delta',
      item_id,
      delta,
    });
    const events = [
      begun('a', 'find'),
      begun('b', 'other'),
      piece('a', '{"at":'),
      piece('b', '{}'),
      piece('a', '"Paris"}'),
    ];
    expect((await read([...events, completed()])).calls).toEqual([
      ['call_a', 'find', PARIS],
      ['call_b', 'other', {}],
    ]);
  });

  it('as text for a tool that takes text', async () => {
    const item = { type: 'custom_tool_call', id: 'ct_1', call_id: 'call_9', name: 'run', input: 'ls -l' };
    expect(await read([completed([item])])).toMatchObject({ calls: [['call_9', 'run', 'ls -l']] });
  });

  it('each with an id of its own', async () => {
    for (const ids of [
      { call_id: 'same', id: 'same' },
      { call_id: undefined, id: undefined },
      { call_id: '', id: '' },
    ]) {
      const { calls } = await read([completed([functionCall(ids), functionCall({ ...ids, name: 'other' })])]);
      expect(calls.map(([, name]) => name)).toEqual(['find', 'other']);
      expect(new Set(calls.map(([id]) => id)).size).toBe(2);
    }
  });

  it('or the turn has failed, where it has no name or arguments that are none', async () => {
    for (const item of [
      functionCall({ name: '' }),
      functionCall({ name: undefined }),
      functionCall({ arguments: '{"at' }),
    ])
      expect((await failureOf([completed([item])])).code).toBe('PROVIDER_FAILED');
  });
});

it.each([
  [{ reason: 'max_output_tokens' }, 'length'],
  [{ reason: 'content_filter' }, 'content-filter'],
  [null, 'other'],
])('a response that is completed as incomplete, for %j, ends so', async (incomplete_details, reason) => {
  const events = [completed([message('Hello')], { status: 'incomplete', incomplete_details })];
  expect(await read(events)).toMatchObject({ text: 'Hello', finishReason: reason });
});

describe('reasoning is given once', () => {
  const item = (fields: object): object => ({ type: 'reasoning', id: 'rs_1', ...fields });
  it.each([
    ['as a summary', item({ summary: [{ type: 'summary_text', text: 'Hm' }] })],
    ['as text', item({ content: [{ type: 'reasoning_text', text: 'Hm' }] })],
    [
      'as both, the text first',
      item({ content: [{ type: 'reasoning_text', text: 'Hm' }], summary: [{ text: 'short' }] }),
    ],
  ])('%s', async (_what, reasoning) => {
    const events = [
      { type: 'response.output_item.done', output_index: 0, item: reasoning },
      { type: 'response.output_item.done', output_index: 1, item: message('Hello') },
      completed([reasoning, message('Hello')]),
    ];
    expect(await read(events)).toMatchObject({ reasoning: 'Hm', text: 'Hello' });
    expect(await read([completed([reasoning, message('Hello')])])).toMatchObject({
      reasoning: 'Hm',
      text: 'Hello',
    });
  });
});

describe('a failure is told as one', () => {
  it.each([
    [[{ type: 'error', code: 'rate_limit_exceeded', message: 'slow down' }], 'PROVIDER_RATE_LIMITED'],
    [
      [{ type: 'error', error: { code: 'context_length_exceeded', message: 'too long' } }],
      'CONTEXT_LENGTH_EXCEEDED',
    ],
    [
      [
        {
          type: 'response.failed',
          response: { status: 'failed', error: { code: 'server_error', message: 'x' } },
        },
      ],
      'PROVIDER_FAILED',
    ],
    [[completed([], { status: 'failed', error: { code: 'server_error', message: 'x' } })], 'PROVIDER_FAILED'],
  ])('%j', async (events, code) => {
    expect((await failureOf(events)).code).toBe(code);
  });

  it('in a whole answer, too', async () => {
    for (const body of [
      { status: 'failed', error: { code: 'server_error', message: 'x' }, output: [] },
      { status: 'cancelled', output: [] },
      { error: { code: 'server_error', message: 'x' } },
    ]) {
      await using upstream = await startUpstream((incoming) => sendJson(incoming, body));
      const answer = connect(upstream.origin, CONFIG).generate(createRequest(), { signal: never() });
      expect((await providerErrorOf(answer)).code).toBe('PROVIDER_FAILED');
    }
  });
});
