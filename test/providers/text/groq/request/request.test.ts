import { expect, test } from 'vitest';
import { GROQ_MODELS } from '../../../../../config/providers/groq/models.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import type { ReasoningSetting } from '../../../../../src/core/text-request.ts';
import { groqDescriptor } from '../../../../../src/providers/text/groq/descriptor.ts';
import { GROQ_CHAT } from '../../../../../src/providers/text/groq/dialect.ts';
import { connectGroq } from '../../../../../src/providers/text/groq/provider.ts';
import { toChatRequest } from '../../../../../src/providers/text/openai-compatible/chat/to-chat-request.ts';
import { createRequest } from '../../openai/openai-harness.ts';
import { sendRequest } from '../../openai-compatible/vendor-suite.ts';

const model = (name: string): ModelConfig => {
  const config = GROQ_MODELS[name];
  if (config === undefined) throw new Error(`no model ${name}`);
  return config;
};
const FUNCTION = {
  type: 'function',
  name: 'weather',
  description: 'The weather.',
  parameters: { type: 'object', properties: {} },
  strict: null,
} as const;

test('the descriptor loads the provider that it describes', async () => {
  expect(groqDescriptor).toMatchObject({
    name: 'groq',
    credentialVariable: 'GROQ_API_KEY',
    apiTypes: ['chat_completion'],
  });
  expect(await groqDescriptor.load()).toBe(connectGroq);
});

test('every setting is sent, streamed and waited for alike, and nothing that Groq refuses', async () => {
  const { paths, authorization, waiting, streaming } = await sendRequest(
    { connect: connectGroq, config: model('qwen3.8-27b') },
    {
      system: 'Be kind.',
      messages: [
        { role: 'user', parts: [{ type: 'text', text: 'Genève?' }] },
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'Look it up.', opaque: null },
            {
              type: 'tool-call',
              callId: 'call_a',
              name: 'weather',
              arguments: { city: 'Genève' },
              opaque: null,
            },
          ],
        },
        { role: 'tool', callId: 'call_a', output: { rain: true }, isError: false },
      ],
      reasoning: { type: 'effort', effort: 'low' },
      temperature: 0,
      topP: 0.5,
      stopSequences: ['END'],
      seed: 7,
      tools: [FUNCTION],
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
      output: { type: 'json' },
    },
  );
  expect(waiting).toEqual({
    model: 'qwen/qwen3.8-27b',
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Genève?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Genève"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_a', content: '{"rain":true}' },
    ],
    max_completion_tokens: 500,
    reasoning_effort: 'low',
    reasoning_format: 'parsed',
    temperature: 0,
    top_p: 0.5,
    stop: ['END'],
    seed: 7,
    tools: [
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'The weather.',
          parameters: { type: 'object', properties: {} },
        },
      },
    ],
    tool_choice: 'required',
    parallel_tool_calls: false,
    response_format: { type: 'json_object' },
  });
  expect(streaming).toEqual({ ...waiting, stream: true, stream_options: { include_usage: true } });
  expect(paths).toEqual(['POST /v1/chat/completions', 'POST /v1/chat/completions']);
  expect(authorization).toEqual(['Bearer sk-test', 'Bearer sk-test']);
});

const PARSED = { reasoning_format: 'parsed' };

test.each<[string, ReasoningSetting, object]>([
  ['gpt-oss-20b', { type: 'provider-default' }, {}],
  ['gpt-oss-20b', { type: 'on' }, {}],
  ['gpt-oss-20b', { type: 'effort', effort: 'high' }, { reasoning_effort: 'high' }],
  ['qwen3.8-27b', { type: 'provider-default' }, PARSED],
  ['qwen3.8-27b', { type: 'effort', effort: 'medium' }, { ...PARSED, reasoning_effort: 'medium' }],
  ['qwen3.8-27b', { type: 'off' }, { reasoning_effort: 'none' }],
  ['qwen3.6-27b', { type: 'provider-default' }, PARSED],
  ['qwen3.6-27b', { type: 'on' }, { ...PARSED, reasoning_effort: 'default' }],
  ['qwen3.6-27b', { type: 'off' }, { reasoning_effort: 'none' }],
  ['llama-3.3-70b-versatile', { type: 'provider-default' }, {}],
  ['compound', { type: 'provider-default' }, {}],
])('%s with reasoning %j sends %j', (name, reasoning, fields) => {
  const config = model(name);
  const body = toChatRequest(createRequest({ reasoning }), config, GROQ_CHAT);
  expect(body).toEqual({
    model: config.apiModel,
    messages: [{ role: 'user', content: 'Hello' }],
    max_completion_tokens: 500,
    ...fields,
  });
});
