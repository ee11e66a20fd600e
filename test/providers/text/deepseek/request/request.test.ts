import { describe, expect, test } from 'vitest';
import { DEEPSEEK_MODELS } from '../../../../../config/providers/deepseek/models.ts';
import type { AssistantMessage, Message } from '../../../../../src/core/message.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import type { ReasoningSetting, TextRequest } from '../../../../../src/core/text-request.ts';
import { deepseekDescriptor } from '../../../../../src/providers/text/deepseek/descriptor.ts';
import { DEEPSEEK_CHAT } from '../../../../../src/providers/text/deepseek/dialect.ts';
import { connectDeepSeek } from '../../../../../src/providers/text/deepseek/provider.ts';
import { toChatRequest } from '../../../../../src/providers/text/openai-compatible/chat/to-chat-request.ts';
import { createRequest } from '../../openai/openai-harness.ts';
import { sendRequest } from '../../openai-compatible/vendor-suite.ts';

const model = (name: string): ModelConfig => {
  const config = DEEPSEEK_MODELS[name];
  if (config === undefined) throw new Error(`no model ${name}`);
  return config;
};
const FUNCTION = {
  type: 'function',
  name: 'weather',
  description: null,
  parameters: { type: 'object', properties: {} },
  strict: null,
} as const;
const user = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] });
const assistant = (...parts: AssistantMessage['parts']): Message => ({ role: 'assistant', parts });
const HISTORY: readonly Message[] = [
  user('Hello'),
  assistant({ type: 'text', text: 'Hi' }),
  user('Genève?'),
  assistant(
    { type: 'reasoning', text: 'Look it up.', opaque: null },
    { type: 'tool-call', callId: 'call_a', name: 'weather', arguments: {}, opaque: null },
  ),
  { role: 'tool', callId: 'call_a', output: 'rain', isError: false },
];
const CALL = { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{}' } };

test('the descriptor loads the provider that it describes', async () => {
  expect(deepseekDescriptor).toMatchObject({
    name: 'deepseek',
    credentialVariable: 'DEEPSEEK_API_KEY',
    apiTypes: ['chat_completion'],
  });
  expect(await deepseekDescriptor.load()).toBe(connectDeepSeek);
});

test('every setting is sent, streamed and waited for alike, with the reasoning of every earlier turn', async () => {
  const { paths, waiting, streaming } = await sendRequest(
    { connect: connectDeepSeek, config: model('deepseek-v4-pro') },
    {
      system: 'Be kind.',
      messages: HISTORY,
      reasoning: { type: 'effort', effort: 'max' },
      stopSequences: ['END'],
      tools: [FUNCTION],
      toolChoice: { type: 'auto' },
      output: { type: 'json' },
    },
  );
  expect(waiting).toEqual({
    model: 'deepseek-v4-pro',
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi', reasoning_content: '' },
      { role: 'user', content: 'Genève?' },
      { role: 'assistant', content: null, tool_calls: [CALL], reasoning_content: 'Look it up.' },
      { role: 'tool', tool_call_id: 'call_a', content: 'rain' },
    ],
    max_tokens: 500,
    thinking: { type: 'enabled' },
    reasoning_effort: 'max',
    stop: ['END'],
    tools: [
      { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
    ],
    tool_choice: 'auto',
    response_format: { type: 'json_object' },
  });
  expect(streaming).toEqual({ ...waiting, stream: true, stream_options: { include_usage: true } });
  expect(paths).toEqual(['POST /v1/chat/completions', 'POST /v1/chat/completions']);
});

test.each<[ReasoningSetting, object]>([
  [{ type: 'provider-default' }, {}],
  [{ type: 'on' }, { thinking: { type: 'enabled' } }],
  [{ type: 'off' }, { thinking: { type: 'disabled' } }],
  [{ type: 'effort', effort: 'none' }, { thinking: { type: 'disabled' } }],
  [
    { type: 'effort', effort: 'low' },
    { thinking: { type: 'enabled' }, reasoning_effort: 'low' },
  ],
])('reasoning %j sends %j', (reasoning, fields) => {
  const body = toChatRequest(createRequest({ reasoning }), model('deepseek-flash'), DEEPSEEK_CHAT);
  expect(body).toEqual({
    model: 'deepseek-flash',
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 500,
    ...fields,
  });
});

describe('the reasoning of earlier turns', () => {
  const replayed = (part: Partial<TextRequest>): unknown[] =>
    toChatRequest(createRequest(part), model('deepseek-flash'), DEEPSEEK_CHAT).messages.flatMap((message) =>
      message.role === 'assistant' ? [(message as { reasoning_content?: string }).reasoning_content] : [],
    );
  const talk = [
    user('A'),
    assistant({ type: 'reasoning', text: 'Hm.', opaque: null }, { type: 'text', text: 'B' }),
  ];

  test('goes back with tools in the request', () =>
    expect(replayed({ messages: [...talk, user('C')], tools: [FUNCTION] })).toEqual(['Hm.']));
  test('goes back with tools in the history alone, empty where there is none', () =>
    expect(replayed({ messages: HISTORY })).toEqual(['', 'Look it up.']));
  test('stays here without tools', () =>
    expect(replayed({ messages: [...talk, user('C')] })).toEqual([undefined]));
  test('stays here when the model is not to reason', () =>
    expect(replayed({ messages: HISTORY, reasoning: { type: 'off' } })).toEqual([undefined, undefined]));
});
