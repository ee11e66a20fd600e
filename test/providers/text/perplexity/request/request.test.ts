import { expect, test } from 'vitest';
import { PERPLEXITY_MODELS } from '../../../../../config/providers/perplexity/models.ts';
import type { Message } from '../../../../../src/core/message.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import type { OutputFormat, ToolChoice } from '../../../../../src/core/text-request.ts';
import { toResponsesRequest } from '../../../../../src/providers/text/openai-compatible/responses/to-responses-request.ts';
import { convertToResponsesFormat } from '../../../../../src/providers/text/perplexity/request/convert-to-responses-format.ts';
import { perplexityDescriptor } from '../../../../../src/providers/text/perplexity/descriptor.ts';
import { PERPLEXITY_RESPONSES } from '../../../../../src/providers/text/perplexity/dialect.ts';
import { connectPerplexity } from '../../../../../src/providers/text/perplexity/provider.ts';
import { createConfig, createRequest } from '../../openai/openai-harness.ts';
import { sendRequest } from '../../openai-compatible/vendor-suite.ts';

const model = (name: string): ModelConfig => {
  const config = PERPLEXITY_MODELS[name];
  if (config === undefined) throw new Error(`no model ${name}`);
  return config;
};

test('the descriptor loads the provider that it describes', async () => {
  expect(perplexityDescriptor).toMatchObject({
    name: 'perplexity',
    credentialVariable: 'PERPLEXITY_API_KEY',
    apiTypes: ['responses_api'],
  });
  expect(await perplexityDescriptor.load()).toBe(connectPerplexity);
});

test('nothing is sent but fields the Agent API knows, streamed and waited for alike', async () => {
  const schema = { type: 'object', properties: { rain: { type: 'boolean' } } };
  const { paths, waiting, streaming } = await sendRequest(
    { connect: connectPerplexity, config: model('sonar') },
    {
      system: 'Be kind.',
      messages: [
        { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
        { role: 'assistant', parts: [{ type: 'text', text: 'Hi' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Rain in Genève?' }] },
      ],
      tools: [{ type: 'built-in', tool: 'web_search' }],
      output: { type: 'schema', name: 'answer', schema, strict: true },
    },
  );
  const said = (role: string, text: string): object => ({
    type: 'message',
    role,
    content: [{ type: 'input_text', text }],
  });
  expect(waiting).toEqual({
    model: 'perplexity/sonar',
    instructions: 'Be kind.',
    input: [said('user', 'Hello'), said('assistant', 'Hi'), said('user', 'Rain in Genève?')],
    max_output_tokens: 500,
    tools: [{ type: 'web_search' }],
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
  });
  expect(streaming).toEqual({ ...waiting, stream: true });
  expect(paths).toEqual(['POST /v1/responses', 'POST /v1/responses']);
});

const bodyOf = (output: OutputFormat): object =>
  toResponsesRequest(createRequest({ output }), model('sonar'), PERPLEXITY_RESPONSES);

test('text needs no format, and JSON without a schema is refused before anything is sent', () => {
  expect(Object.keys(bodyOf({ type: 'text' }))).toEqual(['model', 'input', 'max_output_tokens']);
  expect(() => bodyOf({ type: 'json' })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_CAPABILITY' }));
});

test.each<[ToolChoice, unknown]>([
  [{ type: 'auto' }, undefined],
  [{ type: 'none' }, 'none'],
  [{ type: 'required' }, { type: 'web_search' }],
])('the tool choice %j sends %j', (toolChoice, sent) => {
  const tools = [{ type: 'built-in', tool: 'web_search' }] as const;
  const body = toResponsesRequest(createRequest({ tools, toolChoice }), model('sonar'), PERPLEXITY_RESPONSES);
  expect(body.tool_choice).toEqual(sent);
});

test('a model that reasons by efforts is told the effort and nothing more', () => {
  const config = createConfig('responses_api', {
    provider: 'perplexity',
    reasoning: { type: 'effort', values: ['low', 'high'], default: 'low' },
  });
  const body = (effort: 'high' | null): object =>
    toResponsesRequest(
      createRequest(effort === null ? {} : { reasoning: { type: 'effort', effort } }),
      config,
      PERPLEXITY_RESPONSES,
    );
  expect(body('high')).toEqual({ ...body(null), reasoning: { effort: 'high' } });
});

test('a conversation from elsewhere keeps its calls and images, and leaves the reasoning of others behind', () => {
  const image = { type: 'image', mediaType: 'image/png', detail: 'high' } as const;
  const messages: readonly Message[] = [
    { role: 'system', text: 'Be kind.' },
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'See' },
        { ...image, source: { type: 'url', url: 'https://a.example/a.png' } },
        { ...image, source: { type: 'base64', data: 'iVBORw' } },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'Hm.', opaque: 'gAAA' },
        { type: 'tool-call', callId: 'call_a', name: 'weather', arguments: {}, opaque: null },
      ],
    },
    { role: 'tool', callId: 'call_a', output: 'rain', isError: false },
    { role: 'system', text: 'Be brief.' },
  ];
  expect(convertToResponsesFormat(messages, null)).toEqual({
    instructions: 'Be kind.',
    input: [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'See' },
          { type: 'input_image', image_url: 'https://a.example/a.png' },
          { type: 'input_image', image_url: 'data:image/png;base64,iVBORw' },
        ],
      },
      { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_a', output: 'rain' },
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
    ],
  });
});

test.each<Message>([
  {
    role: 'user',
    parts: [{ type: 'file', source: { type: 'base64', data: 'AA==' }, mediaType: null, filename: null }],
  },
  {
    role: 'user',
    parts: [{ type: 'image', source: { type: 'provider-file', fileId: 'f' }, mediaType: null, detail: null }],
  },
  {
    role: 'user',
    parts: [{ type: 'audio', source: { type: 'base64', data: 'AA==' }, mediaType: null }],
  },
])('what the Agent API cannot carry is refused: %j', (message) => {
  expect(() => convertToResponsesFormat([message])).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_CAPABILITY' }),
  );
});
