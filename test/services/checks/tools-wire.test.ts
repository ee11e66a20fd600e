import { expect, test } from 'vitest';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const functionOf = (name: string, more: object = {}): object => ({
  function: { name, parameters: SCHEMA, ...more },
});
const weather = functionOf('weather');

/** One function and one built-in tool, forced, and one at a time where that can be asked for, in the vendor's own words. */
const WIRES: readonly (readonly [line: string, model: string, sent: object])[] = [
  [
    'openai (Responses)',
    'gpt-6.1-terra',
    {
      tools: [
        { type: 'function', name: 'weather', description: 'W.', parameters: SCHEMA, strict: true },
        { type: 'web_search' },
      ],
      tool_choice: { type: 'function', name: 'weather' },
      parallel_tool_calls: false,
    },
  ],
  [
    'anthropic',
    'claude-opus-5',
    {
      tools: [
        { name: 'weather', description: 'W.', input_schema: SCHEMA, strict: true },
        expect.objectContaining({ name: 'web_search', type: expect.stringMatching(/^web_search_/) }),
      ],
      tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
    },
  ],
  [
    'gemini',
    'gemini-3.6-flash',
    {
      tools: expect.arrayContaining([
        {
          functionDeclarations: [{ name: 'weather', description: 'W.', parametersJsonSchema: SCHEMA }],
        },
        { googleSearch: {} },
      ]),
      toolConfig: expect.objectContaining({
        functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] },
      }),
    },
  ],
];

test.each(WIRES)('%s is sent tools in its own words', async (name, model, sent) => {
  await using vendor = await startVendorApp(getLine(name));
  const { body } = await wireOf(vendor, {
    model,
    prompt: 'Hi',
    reasoning: name === 'anthropic' ? { enabled: false } : null,
    tools: [functionOf('weather', { description: 'W.', strict: true }), { builtIn: 'WEB_SEARCH' }],
    toolChoice: { function: 'weather' },
    parallelToolCalls: name === 'gemini' ? null : false,
  });
  expect(body).toMatchObject(sent);
});

test('Chat Completions is sent functions in its own words', async () => {
  await using vendor = await startVendorApp(getLine('openai (Chat Completions)'));
  const { body } = await wireOf(vendor, {
    model: 'gpt-4.1',
    prompt: 'Hi',
    tools: [weather],
    toolChoice: { mode: 'REQUIRED' },
    parallelToolCalls: true,
  });
  expect(body).toMatchObject({
    tools: [{ type: 'function', function: { name: 'weather', parameters: SCHEMA } }],
    tool_choice: 'required',
    parallel_tool_calls: true,
  });
});
