import { describe, expect, test } from 'vitest';
import type { ReasoningSupport } from '../../../../../src/core/model-config.ts';
import type { ReasoningSetting, TextRequest } from '../../../../../src/core/text-request.ts';
import { toMessagesRequest } from '../../../../../src/providers/text/anthropic/request/to-messages-request.ts';
import { anthropicConfig, requestOf } from '../anthropic-harness.ts';

const bodyOf = (changes: Partial<TextRequest> = {}) =>
  toMessagesRequest(requestOf(changes), anthropicConfig());

const weather = {
  type: 'function',
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: true,
} as const;

test('nothing is sent for what was not given', () => {
  expect(bodyOf()).toEqual({
    model: 'claude-made-1',
    max_tokens: 4096,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  });
});

test('the system text, the limit and stop sequences have their own fields', () => {
  expect(bodyOf({ system: 'Be brief.', maxOutputTokens: 7, stopSequences: ['END'] })).toMatchObject({
    system: 'Be brief.',
    max_tokens: 7,
    stop_sequences: ['END'],
  });
});

test('an empty list of stop sequences is not sent', () => {
  expect(bodyOf({ stopSequences: [] })).not.toHaveProperty('stop_sequences');
});

describe('reasoning', () => {
  const adaptive = { type: 'adaptive', display: 'summarized' };
  const canDisable: ReasoningSupport = {
    type: 'adaptive',
    values: ['low', 'high'],
    default: null,
    canDisable: true,
  };
  const always: ReasoningSupport = { ...canDisable, canDisable: false };
  const budget: ReasoningSupport = {
    type: 'budget',
    min: 1024,
    max: 64_000,
    canDisable: true,
    dynamic: false,
  };

  test.each<[string, ReasoningSupport, ReasoningSetting, object]>([
    ['nothing for a model left to itself', canDisable, { type: 'provider-default' }, {}],
    ['its text where it always reasons', always, { type: 'provider-default' }, { thinking: adaptive }],
    [
      'its text where it has no setting',
      { type: 'always' },
      { type: 'provider-default' },
      { thinking: adaptive },
    ],
    ['nothing for a model with a budget left to itself', budget, { type: 'provider-default' }, {}],
    ['nothing for a model without reasoning', { type: 'none' }, { type: 'provider-default' }, {}],
    ['disabled when it is off', canDisable, { type: 'off' }, { thinking: { type: 'disabled' } }],
    ['adaptive when it is on', canDisable, { type: 'on' }, { thinking: adaptive }],
    [
      'adaptive and the effort',
      always,
      { type: 'effort', effort: 'high' },
      { thinking: adaptive, output_config: { effort: 'high' } },
    ],
    [
      'disabled for the effort none',
      canDisable,
      { type: 'effort', effort: 'none' },
      { thinking: { type: 'disabled' } },
    ],
    [
      'the effort alone where reasoning is not adaptive',
      { type: 'effort', values: ['low', 'high'], default: null },
      { type: 'effort', effort: 'low' },
      { output_config: { effort: 'low' } },
    ],
    [
      'the budget',
      budget,
      { type: 'budget', tokens: 2048 },
      { thinking: { type: 'enabled', budget_tokens: 2048, display: 'summarized' } },
    ],
  ])('sends %s', (_, support, reasoning, expected) => {
    const body = toMessagesRequest(
      requestOf({ reasoning, maxOutputTokens: 8000 }),
      anthropicConfig({ reasoning: support }),
    );
    const { model: _model, max_tokens: _limit, messages: _messages, ...rest } = body;
    expect(rest).toEqual(expected);
  });
});

test('an effort below the least of the API is refused, not raised', () => {
  const request = requestOf({ reasoning: { type: 'effort', effort: 'minimal' } });
  expect(() => toMessagesRequest(request, anthropicConfig())).toThrow(
    "The provider's API does not take the reasoning effort minimal. Its least effort is low.",
  );
});

describe('tools', () => {
  test('a function keeps its schema, and strict is sent only when given', () => {
    expect(
      bodyOf({
        tools: [weather, { ...weather, name: 'now', description: null, parameters: {}, strict: null }],
      }),
    ).toMatchObject({
      tools: [
        {
          name: 'weather',
          description: 'Tells the weather.',
          input_schema: weather.parameters,
          strict: true,
        },
        { name: 'now', input_schema: { type: 'object' } },
      ],
    });
  });

  test('built-in tools are sent by their newest ids', () => {
    const { tools } = bodyOf({
      tools: [
        { type: 'built-in', tool: 'web_search' },
        { type: 'built-in', tool: 'code_interpreter' },
        { type: 'built-in', tool: 'url_context' },
      ],
    });
    expect(tools).toEqual([
      { type: 'web_search_20260318', name: 'web_search', allowed_callers: ['direct'] },
      { type: 'code_execution_20260521', name: 'code_execution' },
      { type: 'web_fetch_20260318', name: 'web_fetch', allowed_callers: ['direct'] },
    ]);
  });

  test.each<[Partial<TextRequest>, unknown]>([
    [{}, undefined],
    [{ parallelToolCalls: true }, undefined],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ toolChoice: { type: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { type: 'none' }, parallelToolCalls: false }, { type: 'none' }],
    [{ toolChoice: { type: 'required' } }, { type: 'any' }],
    [
      { toolChoice: { type: 'required' }, parallelToolCalls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ toolChoice: { type: 'function', name: 'weather' } }, { type: 'tool', name: 'weather' }],
  ])('the choice %j is sent as %j', (changes, expected) => {
    expect(bodyOf({ tools: [weather], ...changes }).tool_choice).toEqual(expected);
  });
});

describe('output', () => {
  test('a schema is the output format, beside an effort', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false };
    expect(
      bodyOf({
        output: { type: 'schema', name: 'answer', schema, strict: true },
        reasoning: { type: 'effort', effort: 'max' },
      }).output_config,
    ).toEqual({ effort: 'max', format: { type: 'json_schema', schema } });
  });

  test('JSON without a schema is refused before any request', () => {
    expect(() => bodyOf({ output: { type: 'json' } })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_CAPABILITY' }),
    );
  });
});

test('the state of a turn goes back through a message, each block in its place', () => {
  const planned = { type: 'thinking', thinking: 'Plan.', signature: 'p' };
  const chosen = { type: 'thinking', thinking: 'Rome.', signature: 'r' };
  const body = bodyOf({
    messages: [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: null, opaque: JSON.stringify([planned, chosen]) },
          { type: 'text', text: 'Let me look.' },
          {
            type: 'tool-call',
            callId: 'a',
            name: 'weather',
            arguments: {},
            opaque: JSON.stringify([chosen]),
          },
        ],
      },
    ],
  });
  expect(body.messages[0]?.content).toEqual([
    planned,
    { type: 'text', text: 'Let me look.' },
    chosen,
    { type: 'tool_use', id: 'a', name: 'weather', input: {} },
  ]);
});
