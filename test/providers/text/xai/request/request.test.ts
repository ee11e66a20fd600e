import { expect, test } from 'vitest';
import { XAI_MODELS } from '../../../../../config/providers/xai/models.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import type { ReasoningSetting } from '../../../../../src/core/text-request.ts';
import { toResponsesRequest } from '../../../../../src/providers/text/openai-compatible/responses/to-responses-request.ts';
import { xaiDescriptor } from '../../../../../src/providers/text/xai/descriptor.ts';
import { XAI_RESPONSES } from '../../../../../src/providers/text/xai/dialect.ts';
import { connectXAI } from '../../../../../src/providers/text/xai/provider.ts';
import { createRequest } from '../../openai/openai-harness.ts';
import { sendRequest } from '../../openai-compatible/vendor-suite.ts';

const model = (name: string): ModelConfig => {
  const config = XAI_MODELS[name];
  if (config === undefined) throw new Error(`no model ${name}`);
  return config;
};
const REASONING = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: '4WwE' };

test('the descriptor loads the provider that it describes', async () => {
  expect(xaiDescriptor).toMatchObject({
    name: 'xai',
    credentialVariable: 'XAI_API_KEY',
    apiTypes: ['responses_api'],
  });
  expect(await xaiDescriptor.load()).toBe(connectXAI);
});

test('every setting is sent, streamed and waited for alike, and nothing is kept at xAI', async () => {
  const { paths, waiting, streaming } = await sendRequest(
    { connect: connectXAI, config: model('grok-4.7') },
    {
      system: 'Be kind.',
      messages: [
        { role: 'user', parts: [{ type: 'text', text: 'Genève?' }] },
        {
          role: 'assistant',
          parts: [
            {
              type: 'tool-call',
              callId: 'call_a',
              name: 'weather',
              arguments: {},
              opaque: JSON.stringify([REASONING]),
            },
          ],
        },
        { role: 'tool', callId: 'call_a', output: 'rain', isError: false },
      ],
      reasoning: { type: 'effort', effort: 'low' },
      temperature: 0,
      topP: 0.5,
      tools: [
        {
          type: 'function',
          name: 'weather',
          description: 'The weather.',
          parameters: { type: 'object', properties: {} },
          strict: null,
        },
        { type: 'built-in', tool: 'web_search' },
        { type: 'built-in', tool: 'code_interpreter' },
      ],
      toolChoice: { type: 'function', name: 'weather' },
      parallelToolCalls: false,
      output: { type: 'schema', name: 'answer', schema: { type: 'object' }, strict: true },
    },
  );
  expect(waiting).toEqual({
    model: 'grok-4.7',
    instructions: 'Be kind.',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Genève?' }] },
      REASONING,
      { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_a', output: 'rain' },
    ],
    max_output_tokens: 500,
    store: false,
    reasoning: { effort: 'low' },
    include: ['reasoning.encrypted_content', 'code_interpreter_call.outputs'],
    temperature: 0,
    top_p: 0.5,
    text: { format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: true } },
    tools: [
      {
        type: 'function',
        name: 'weather',
        description: 'The weather.',
        parameters: { type: 'object', properties: {} },
        strict: false,
      },
      { type: 'web_search' },
      { type: 'code_interpreter' },
    ],
    tool_choice: { type: 'function', name: 'weather' },
    parallel_tool_calls: false,
  });
  expect(streaming).toEqual({ ...waiting, stream: true });
  expect(paths).toEqual(['POST /v1/responses', 'POST /v1/responses']);
});

const ENCRYPTED = { include: ['reasoning.encrypted_content'] };

test.each<[string, ReasoningSetting, object]>([
  ['grok-4.7', { type: 'provider-default' }, ENCRYPTED],
  ['grok-4.7', { type: 'effort', effort: 'xhigh' }, { ...ENCRYPTED, reasoning: { effort: 'xhigh' } }],
  ['grok-4.3', { type: 'off' }, { reasoning: { effort: 'none' } }],
  ['grok-4.20-reasoning', { type: 'provider-default' }, ENCRYPTED],
  ['grok-4.20-reasoning', { type: 'on' }, ENCRYPTED],
  ['grok-4.20-non-reasoning', { type: 'provider-default' }, {}],
  ['grok-4.20-non-reasoning', { type: 'off' }, {}],
])('%s with reasoning %j sends %j', (name, reasoning, fields) => {
  const config = model(name);
  const body = toResponsesRequest(createRequest({ reasoning }), config, XAI_RESPONSES);
  expect(body).toEqual({
    model: config.apiModel,
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
    max_output_tokens: 500,
    store: false,
    ...fields,
  });
});
