import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { GenerateContentParameters } from '@google/genai/web';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import { expect, test } from 'vitest';
import type { TextRequest } from '../../src/core/text-request.ts';
import { toMessagesRequest } from '../../src/providers/text/anthropic/request/to-messages-request.ts';
import { DEEPSEEK_CHAT } from '../../src/providers/text/deepseek/dialect.ts';
import { toGenerateContentRequest } from '../../src/providers/text/gemini/request/to-generate-content-request.ts';
import { GROQ_CHAT } from '../../src/providers/text/groq/dialect.ts';
import { toChatRequest } from '../../src/providers/text/openai-compatible/chat/to-chat-request.ts';
import { toResponsesRequest } from '../../src/providers/text/openai-compatible/responses/to-responses-request.ts';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../../src/providers/text/openai/dialect.ts';
import { XAI_RESPONSES } from '../../src/providers/text/xai/dialect.ts';
import { createConfig, createRequest } from '../providers/text/openai/openai-harness.ts';

// Each expected body is written out and held against the SDK's type by the compiler, with nothing cast in between: a
// field the SDK does not know, or knows otherwise, does not compile. Builders cast; this is where that is made good.

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };
const TOOL = {
  type: 'function',
  name: 'weather',
  description: 'The weather.',
  parameters: SCHEMA,
  strict: true,
} as const;

const REQUEST: Partial<TextRequest> = {
  system: 'Be kind.',
  messages: [
    { role: 'user', parts: [{ type: 'text', text: 'Genève?' }] },
    {
      role: 'assistant',
      parts: [
        { type: 'text', text: 'One moment.' },
        { type: 'tool-call', callId: 'call_a', name: 'weather', arguments: { city: 'Genève' }, opaque: null },
      ],
    },
    { role: 'tool', callId: 'call_a', output: 'rain', isError: false },
  ],
  tools: [TOOL],
  toolChoice: { type: 'function', name: 'weather' },
  parallelToolCalls: false,
  output: { type: 'schema', name: 'answer', schema: SCHEMA, strict: true },
};

const EFFORT = {
  reasoning: { type: 'effort', values: ['low', 'high'], default: 'low' },
} as const;
const HIGH = { type: 'effort', effort: 'high' } as const;

const CHAT = {
  model: 'tested-2026-01-01',
  messages: [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Genève?' },
    {
      role: 'assistant',
      content: 'One moment.',
      tool_calls: [
        { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Genève"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_a', content: 'rain' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'weather', description: 'The weather.', parameters: SCHEMA, strict: true },
    },
  ],
  tool_choice: { type: 'function', function: { name: 'weather' } },
  parallel_tool_calls: false,
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'answer', schema: SCHEMA, strict: true },
  },
} satisfies ChatCompletionCreateParamsNonStreaming;

test('a chat completion is what the SDK says one is', () => {
  const config = createConfig('chat_completion', EFFORT);
  const settings = {
    temperature: 0,
    topP: 0.5,
    stopSequences: ['END'],
    seed: 7,
    presencePenalty: 0.1,
    frequencyPenalty: 0.2,
    verbosity: 'low',
  } as const;
  const expected = {
    ...CHAT,
    max_completion_tokens: 500,
    reasoning_effort: 'high',
    temperature: 0,
    top_p: 0.5,
    stop: ['END'],
    seed: 7, // oxlint-disable-line typescript/no-deprecated -- the only field there is for it
    presence_penalty: 0.1,
    frequency_penalty: 0.2,
    verbosity: 'low',
  } satisfies ChatCompletionCreateParamsNonStreaming;
  expect(
    toChatRequest(createRequest({ ...REQUEST, ...settings, reasoning: HIGH }), config, OPENAI_CHAT),
  ).toEqual(expected);
});

test('what Groq and DeepSeek are sent beside it is all that the SDK does not know', () => {
  const config = createConfig('chat_completion', EFFORT);
  const request = createRequest({ ...REQUEST, reasoning: HIGH });
  const groq = {
    ...CHAT,
    max_completion_tokens: 500,
    reasoning_effort: 'high',
    reasoning_format: 'parsed',
  } satisfies ChatCompletionCreateParamsNonStreaming & { readonly reasoning_format: 'parsed' };
  expect(toChatRequest(request, { ...config, reasoningTags: true }, GROQ_CHAT)).toEqual(groq);

  const deepseek = {
    model: 'tested-2026-01-01',
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 500, // oxlint-disable-line typescript/no-deprecated -- DeepSeek knows no other
    thinking: { type: 'enabled' },
    reasoning_effort: 'high',
  } satisfies ChatCompletionCreateParamsNonStreaming & { readonly thinking: { readonly type: 'enabled' } };
  expect(toChatRequest(createRequest({ reasoning: HIGH }), config, DEEPSEEK_CHAT)).toEqual(deepseek);
});

const RESPONSE = {
  model: 'tested-2026-01-01',
  instructions: 'Be kind.',
  max_output_tokens: 500,
  store: false,
  include: ['reasoning.encrypted_content'],
  text: { format: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: true } },
  tools: [
    { type: 'function', name: 'weather', description: 'The weather.', parameters: SCHEMA, strict: true },
  ],
  tool_choice: { type: 'function', name: 'weather' },
  parallel_tool_calls: false,
} satisfies ResponseCreateParamsNonStreaming;

/** An earlier answer: the SDK's type wants an id and a status, the API takes its text alone. */
type EarlierAnswer = {
  readonly role: 'assistant';
  readonly content: readonly { type: 'output_text'; text: string }[];
};
type Items = Extract<NonNullable<ResponseCreateParamsNonStreaming['input']>, unknown[]>;

const INPUT = [
  { role: 'user', content: [{ type: 'input_text', text: 'Genève?' }] },
  { role: 'assistant', content: [{ type: 'output_text', text: 'One moment.' }] },
  { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Genève"}' },
  { type: 'function_call_output', call_id: 'call_a', output: 'rain' },
] satisfies (Items[number] | EarlierAnswer)[];

test('a response is what the SDK says one is, at OpenAI and at xAI', () => {
  const config = createConfig('responses_api', EFFORT);
  const request = createRequest({ ...REQUEST, reasoning: HIGH });
  const openai = {
    ...RESPONSE,
    reasoning: { effort: 'high', summary: 'auto' },
  } satisfies ResponseCreateParamsNonStreaming;
  expect(toResponsesRequest(request, config, OPENAI_RESPONSES)).toEqual({ ...openai, input: INPUT });
  const xai = { ...RESPONSE, reasoning: { effort: 'high' } } satisfies ResponseCreateParamsNonStreaming;
  expect(toResponsesRequest(request, config, XAI_RESPONSES)).toEqual({ ...xai, input: INPUT });
});

test('a message request is what the SDK says one is', () => {
  const config = createConfig('messages', {
    reasoning: { type: 'adaptive', values: ['low', 'high'], default: null, canDisable: true },
  });
  const expected = {
    model: 'tested-2026-01-01',
    max_tokens: 500,
    system: 'Be kind.',
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Genève?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'One moment.' },
          { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Genève' } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_a', content: 'rain' }] },
    ],
    thinking: { type: 'adaptive', display: 'summarized' },
    output_config: { effort: 'high', format: { type: 'json_schema', schema: SCHEMA } },
    stop_sequences: ['END'],
    tools: [
      {
        name: 'weather',
        description: 'The weather.',
        input_schema: { type: 'object', properties: SCHEMA.properties },
        strict: true,
      },
    ],
    tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
  } satisfies MessageCreateParamsNonStreaming;
  const request = createRequest({ ...REQUEST, reasoning: HIGH, stopSequences: ['END'] });
  expect(toMessagesRequest(request, config)).toEqual(expected);
});

test('a request of generateContent is what the SDK says one is', () => {
  const config = createConfig('generate_content', {
    apiModel: 'gemini-9-flash',
    reasoning: { type: 'budget', min: 0, max: 1_000, canDisable: true, dynamic: true },
  });
  const expected = {
    model: 'gemini-9-flash',
    contents: [
      { role: 'user', parts: [{ text: 'Genève?' }] },
      {
        role: 'model',
        parts: [
          { text: 'One moment.' },
          { functionCall: { id: 'call_a', name: 'weather', args: { city: 'Genève' } } },
        ],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'call_a', name: 'weather', response: { output: 'rain' } } }],
      },
    ],
    config: {
      automaticContinuation: false,
      systemInstruction: 'Be kind.',
      maxOutputTokens: 500,
      temperature: 0,
      topP: 0.5,
      topK: 5,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      stopSequences: ['END'],
      responseMimeType: 'application/json',
      responseJsonSchema: SCHEMA,
      thinkingConfig: { includeThoughts: true, thinkingBudget: 500 },
      tools: [
        {
          functionDeclarations: [
            { name: 'weather', description: 'The weather.', parametersJsonSchema: SCHEMA },
          ],
        },
      ],
    },
  } satisfies GenerateContentParameters;
  const request = createRequest({
    ...REQUEST,
    reasoning: { type: 'budget', tokens: 500 },
    temperature: 0,
    topP: 0.5,
    topK: 5,
    seed: 7,
    presencePenalty: 0.1,
    frequencyPenalty: 0.2,
    stopSequences: ['END'],
  });
  const { config: sent, ...rest } = toGenerateContentRequest(request, config);
  const { toolConfig, ...fields } = sent;
  expect({ ...rest, config: fields }).toEqual(expected);
  expect(toolConfig).toEqual({
    functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] },
  });
});
