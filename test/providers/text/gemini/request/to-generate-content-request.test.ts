import { describe, expect, test } from 'vitest';
import type { ReasoningSupport } from '../../../../../src/core/model-config.ts';
import type {
  ReasoningSetting,
  TextRequest,
  Tool,
  ToolChoice,
} from '../../../../../src/core/text-request.ts';
import { toGenerateContentRequest } from '../../../../../src/providers/text/gemini/request/to-generate-content-request.ts';
import { CASES } from '../fixtures/hand-made.ts';
import { bodyOf, connect, createConfig, createRequest, never, startGemini } from '../gemini-harness.ts';

const ANSWER = CASES.find(({ name }) => name === 'text')?.responses ?? [];

const FULL: Partial<TextRequest> = {
  system: 'Be brief.',
  reasoning: { type: 'effort', effort: 'low' },
  temperature: 0.5,
  topP: 0.9,
  topK: 40,
  stopSequences: ['END'],
  seed: 7,
  presencePenalty: 0.1,
  frequencyPenalty: -0.1,
  output: {
    type: 'schema',
    name: 'person',
    strict: true,
    schema: { type: 'object', properties: { n: { type: 'null' } } },
  },
  tools: [
    {
      type: 'function',
      name: 'now',
      description: 'The time',
      parameters: { type: 'object', properties: {} },
      strict: null,
    },
    { type: 'function', name: 'plain', description: null, parameters: { type: 'object' }, strict: null },
  ],
  toolChoice: { type: 'function', name: 'now' },
};

describe('on the wire', () => {
  test.each(['stream', 'generate'] as const)('a full request: %s', async (mode) => {
    await using upstream = await startGemini(ANSWER);
    const config = createConfig({
      reasoning: { type: 'level', values: ['low', 'high'], default: null },
      apiModel: 'gemini-9-flash',
    });
    const provider = connect(upstream.origin, {}, config);
    if (mode === 'generate') await provider.generate(createRequest(FULL), { signal: never() });
    else for await (const _ of provider.stream(createRequest(FULL), { signal: never() }));
    const [request] = upstream.requests;
    expect(request?.method).toBe('POST');
    expect(request?.path).toBe(
      `/v1beta/models/gemini-9-flash:${mode === 'generate' ? 'generateContent' : 'streamGenerateContent?alt=sse'}`,
    );
    expect(request?.headers).toMatchObject({
      'x-goog-api-key': 'key-made-up',
      'content-type': 'application/json',
    });
    expect(bodyOf(upstream)).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
      systemInstruction: { role: 'user', parts: [{ text: 'Be brief.' }] },
      tools: [
        {
          functionDeclarations: [
            {
              name: 'now',
              description: 'The time',
              parametersJsonSchema: { type: 'object', properties: {} },
            },
            { name: 'plain', parametersJsonSchema: { type: 'object' } },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['now'] } },
      generationConfig: {
        maxOutputTokens: 500,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        stopSequences: ['END'],
        seed: 7,
        presencePenalty: 0.1,
        frequencyPenalty: -0.1,
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object', properties: { n: { type: 'null' } } },
        thinkingConfig: { includeThoughts: true, thinkingLevel: 'LOW' },
      },
    });
  });

  test('nothing is sent for what was not given', async () => {
    await using upstream = await startGemini(ANSWER);
    await connect(upstream.origin).generate(createRequest(), { signal: never() });
    expect(bodyOf(upstream)).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
      generationConfig: { maxOutputTokens: 500 },
    });
  });
});

describe('reasoning', () => {
  const level: ReasoningSupport = { type: 'level', values: ['minimal', 'high'], default: null };
  const budget: ReasoningSupport = { type: 'budget', min: 0, max: 1000, canDisable: true, dynamic: true };
  const always: ReasoningSupport = { type: 'budget', min: 128, max: 1000, canDisable: false, dynamic: true };
  test.each<[string, ReasoningSupport, ReasoningSetting, object | undefined]>([
    ['none', { type: 'none' }, { type: 'provider-default' }, undefined],
    ['level', level, { type: 'provider-default' }, { includeThoughts: true }],
    [
      'level',
      level,
      { type: 'effort', effort: 'minimal' },
      { includeThoughts: true, thinkingLevel: 'MINIMAL' },
    ],
    ['level', level, { type: 'effort', effort: 'high' }, { includeThoughts: true, thinkingLevel: 'HIGH' }],
    ['level', level, { type: 'on' }, { includeThoughts: true }],
    ['budget', budget, { type: 'provider-default' }, undefined],
    ['budget that is always on', always, { type: 'provider-default' }, { includeThoughts: true }],
    ['budget', budget, { type: 'off' }, { thinkingBudget: 0 }],
    ['budget', budget, { type: 'on' }, { includeThoughts: true, thinkingBudget: -1 }],
    ['budget', budget, { type: 'budget', tokens: 512 }, { includeThoughts: true, thinkingBudget: 512 }],
    ['budget', budget, { type: 'budget', tokens: 0 }, { includeThoughts: false, thinkingBudget: 0 }],
  ])('a model with %s under %o %o', (_, reasoning, setting, expected) => {
    const { config } = toGenerateContentRequest(
      createRequest({ reasoning: setting }),
      createConfig({ reasoning }),
    );
    expect(config.thinkingConfig).toEqual(expected);
  });
});

describe('tools', () => {
  const now: Tool = {
    type: 'function',
    name: 'now',
    description: null,
    parameters: { type: 'object' },
    strict: null,
  };
  const search: Tool = { type: 'built-in', tool: 'web_search' };
  const configOf = (tools: readonly Tool[], toolChoice: ToolChoice | null = null) => {
    const { config } = toGenerateContentRequest(createRequest({ tools, toolChoice }), createConfig());
    return { tools: config.tools, toolConfig: config.toolConfig };
  };

  test('built-in tools are each a tool of its own, without any choice', () => {
    const tools: Tool[] = [
      search,
      { type: 'built-in', tool: 'code_interpreter' },
      { type: 'built-in', tool: 'url_context' },
    ];
    expect(configOf(tools, { type: 'auto' })).toEqual({
      tools: [{ googleSearch: {} }, { codeExecution: {} }, { urlContext: {} }],
      toolConfig: undefined,
    });
  });

  test.each<[ToolChoice | null, object | undefined]>([
    [null, undefined],
    [{ type: 'auto' }, { functionCallingConfig: { mode: 'AUTO' } }],
    [{ type: 'none' }, { functionCallingConfig: { mode: 'NONE' } }],
    [{ type: 'required' }, { functionCallingConfig: { mode: 'ANY' } }],
    [
      { type: 'function', name: 'now' },
      { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['now'] } },
    ],
  ])('the choice %o', (choice, toolConfig) => {
    expect(configOf([now], choice).toolConfig).toEqual(toolConfig);
  });

  test('strict functions are held to their schemas', () => {
    const expected = { functionCallingConfig: { mode: 'VALIDATED' } };
    expect(configOf([{ ...now, strict: true }]).toolConfig).toEqual(expected);
    expect(configOf([{ ...now, strict: true }], { type: 'auto' }).toolConfig).toEqual(expected);
  });

  test('functions beside built-in tools ask for the parts of those tools', () => {
    expect(configOf([search, now])).toEqual({
      tools: [
        { functionDeclarations: [{ name: 'now', parametersJsonSchema: { type: 'object' } }] },
        { googleSearch: {} },
      ],
      toolConfig: { includeServerSideToolInvocations: true, functionCallingConfig: { mode: 'VALIDATED' } },
    });
  });
});

test('JSON without a schema asks for the media type alone', () => {
  const { config } = toGenerateContentRequest(createRequest({ output: { type: 'json' } }), createConfig());
  expect(config.responseMimeType).toBe('application/json');
  expect(config).not.toHaveProperty('responseJsonSchema');
});

test('an effort that the API has no level for is refused, not lowered', () => {
  const reasoning: ReasoningSupport = { type: 'level', values: ['low', 'high'], default: null };
  const asked = createRequest({ reasoning: { type: 'effort', effort: 'max' } });
  expect(() => toGenerateContentRequest(asked, createConfig({ reasoning }))).toThrow(
    "The provider's API does not take the reasoning effort max. Use minimal or low or medium or high or xhigh.",
  );
});
