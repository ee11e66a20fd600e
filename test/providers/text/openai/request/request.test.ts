import { expect, test } from 'vitest';
import type { ReasoningSupport } from '../../../../../src/core/model-config.ts';
import type { ReasoningSetting, TextRequest } from '../../../../../src/core/text-request.ts';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../../../../../src/providers/text/openai/dialect.ts';
import { toChatRequest } from '../../../../../src/providers/text/openai-compatible/chat/to-chat-request.ts';
import { toResponsesRequest } from '../../../../../src/providers/text/openai-compatible/responses/to-responses-request.ts';
import { sendEventStream, sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { connect, createConfig, createRequest, never } from '../openai-harness.ts';
import { providerErrorOf } from '../../../../support/upstream/provider-error.ts';

const chatBody = (part: Partial<TextRequest>, reasoning: ReasoningSupport = { type: 'none' }) =>
  toChatRequest(createRequest(part), createConfig('chat_completion', { reasoning }), OPENAI_CHAT);
const responsesBody = (part: Partial<TextRequest>, reasoning: ReasoningSupport = { type: 'none' }) =>
  toResponsesRequest(createRequest(part), createConfig('responses_api', { reasoning }), OPENAI_RESPONSES);

const EFFORT: ReasoningSupport = {
  type: 'effort',
  values: ['none', 'low', 'medium', 'high'],
  default: 'medium',
};
const EFFORT_OFF: ReasoningSupport = { ...EFFORT, default: 'none' };
const FUNCTION = {
  type: 'function',
  name: 'weather',
  description: 'The weather.',
  parameters: { type: 'object', properties: {} },
  strict: null,
} as const;

test('the least chat completion has nothing that was not asked for', () => {
  expect(chatBody({})).toEqual({
    model: 'tested-2026-01-01',
    messages: [{ role: 'user', content: 'Hello' }],
    max_completion_tokens: 500,
  });
});

test('the least response has nothing that was not asked for, and is not stored', () => {
  expect(responsesBody({})).toEqual({
    model: 'tested-2026-01-01',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
    max_output_tokens: 500,
    store: false,
  });
});

test('every setting of a chat completion has its field', () => {
  expect(
    chatBody(
      {
        system: 'Be kind.',
        reasoning: { type: 'effort', effort: 'high' },
        temperature: 0,
        topP: 0.5,
        stopSequences: ['END'],
        seed: 7,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        verbosity: 'low',
        tools: [
          { ...FUNCTION, strict: true },
          { type: 'built-in', tool: 'web_search' },
        ],
        toolChoice: { type: 'function', name: 'weather' },
        parallelToolCalls: false,
        output: { type: 'schema', name: 'answer', schema: { type: 'object' }, strict: true },
      },
      EFFORT,
    ),
  ).toEqual({
    model: 'tested-2026-01-01',
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hello' },
    ],
    max_completion_tokens: 500,
    reasoning_effort: 'high',
    temperature: 0,
    top_p: 0.5,
    stop: ['END'],
    seed: 7,
    presence_penalty: 0.1,
    frequency_penalty: 0.2,
    verbosity: 'low',
    tools: [
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'The weather.',
          parameters: { type: 'object', properties: {} },
          strict: true,
        },
      },
    ],
    web_search_options: {},
    tool_choice: { type: 'function', function: { name: 'weather' } },
    parallel_tool_calls: false,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'answer', schema: { type: 'object' }, strict: true },
    },
  });
});

test('every setting of a response has its field', () => {
  expect(
    responsesBody(
      {
        system: 'Be kind.',
        reasoning: { type: 'effort', effort: 'high' },
        temperature: 0,
        topP: 0.5,
        verbosity: 'low',
        tools: [
          FUNCTION,
          { type: 'built-in', tool: 'web_search' },
          { type: 'built-in', tool: 'code_interpreter' },
        ],
        toolChoice: { type: 'required' },
        parallelToolCalls: true,
        output: { type: 'schema', name: 'answer', schema: { type: 'object' }, strict: false },
      },
      EFFORT,
    ),
  ).toEqual({
    model: 'tested-2026-01-01',
    instructions: 'Be kind.',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
    max_output_tokens: 500,
    store: false,
    reasoning: { effort: 'high', summary: 'auto' },
    include: ['reasoning.encrypted_content', 'code_interpreter_call.outputs'],
    temperature: 0,
    top_p: 0.5,
    text: {
      format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: false },
      verbosity: 'low',
    },
    tools: [
      {
        type: 'function',
        name: 'weather',
        description: 'The weather.',
        parameters: { type: 'object', properties: {} },
        strict: false,
      },
      { type: 'web_search' },
      { type: 'code_interpreter', container: { type: 'auto' } },
    ],
    tool_choice: 'required',
    parallel_tool_calls: true,
  });
});

const SUMMARY = { reasoning: { summary: 'auto' }, include: ['reasoning.encrypted_content'] };

test.each<[string, ReasoningSetting, ReasoningSupport, object, object]>([
  ['a model that cannot reason', { type: 'provider-default' }, { type: 'none' }, {}, {}],
  ['the usual', { type: 'provider-default' }, EFFORT, SUMMARY, {}],
  ['the usual of a model that does not reason by itself', { type: 'provider-default' }, EFFORT_OFF, {}, {}],
  ['on', { type: 'on' }, EFFORT, SUMMARY, {}],
  ['off', { type: 'off' }, EFFORT, { reasoning: { effort: 'none' } }, { reasoning_effort: 'none' }],
  [
    'an effort',
    { type: 'effort', effort: 'low' },
    EFFORT,
    { ...SUMMARY, reasoning: { effort: 'low', summary: 'auto' } },
    { reasoning_effort: 'low' },
  ],
  [
    'the effort none',
    { type: 'effort', effort: 'none' },
    EFFORT,
    { reasoning: { effort: 'none' } },
    { reasoning_effort: 'none' },
  ],
])('reasoning asked for as %s', (_, reasoning, support, responses, chat) => {
  expect(responsesBody({ reasoning }, support)).toEqual({ ...responsesBody({}), ...responses });
  expect(chatBody({ reasoning }, support)).toEqual({ ...chatBody({}), ...chat });
});

test('JSON without a schema has its format on both APIs', () => {
  expect(chatBody({ output: { type: 'json' } }).response_format).toEqual({ type: 'json_object' });
  expect(responsesBody({ output: { type: 'json' } }).text).toEqual({ format: { type: 'json_object' } });
});

test('a choice of tools without tools is not sent', () => {
  const none = { toolChoice: { type: 'auto' }, parallelToolCalls: true } as const;
  expect(chatBody(none)).toEqual(chatBody({}));
  expect(responsesBody(none)).toEqual(responsesBody({}));
});

test('a tool choice by name is flat in a response', () => {
  const body = responsesBody({ tools: [FUNCTION], toolChoice: { type: 'function', name: 'weather' } });
  expect(body.tool_choice).toEqual({ type: 'function', name: 'weather' });
});

test.each(['code_interpreter', 'url_context'] as const)(
  'the built-in tool %s is refused where the API lacks it',
  (tool) => {
    const refuse = tool === 'url_context' ? responsesBody : chatBody;
    expect(() => refuse({ tools: [{ type: 'built-in', tool }] })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_CAPABILITY' }),
    );
  },
);

test.each([
  [
    'chat_completion',
    '/chat/completions',
    { stream: true, stream_options: { include_usage: true, include_obfuscation: false } },
  ],
  ['responses_api', '/responses', { stream: true, stream_options: { include_obfuscation: false } }],
] as const)(
  'a model of the api type %s is reached at its path, streamed or not',
  async (apiType, path, streamed) => {
    await using upstream = await startUpstream((request) =>
      request.body.includes('"stream":true')
        ? sendEventStream(request, '')
        : sendJson(request, { id: 'x', status: 'in_progress' }),
    );
    const provider = connect(`${upstream.origin}/v1`, createConfig(apiType));
    await providerErrorOf(provider.generate(createRequest(), { signal: never() }));
    await providerErrorOf(
      provider.stream(createRequest(), { signal: never() })[Symbol.asyncIterator]().next(),
    );
    expect(upstream.requests.map((request) => [request.method, request.path])).toEqual([
      ['POST', `/v1${path}`],
      ['POST', `/v1${path}`],
    ]);
    const [waiting, streaming] = upstream.requests.map((request) => JSON.parse(request.body) as object);
    expect(streaming).toEqual({ ...waiting, ...streamed });
  },
);
