import { describe, expect, it, test } from 'vitest';
import { request } from '../../support/app/app.ts';
import { requestsOf, submitBatch } from '../../support/app/batch-requests.ts';
import { describeProblem, type Input, refusalOf, startToys } from './preview-harness.ts';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

const VENDORS = [
  ['openai (Responses)', 'gpt-6.1-terra'],
  ['openai (Chat Completions)', 'gpt-4.1'],
  ['anthropic', 'claude-opus-5'],
  ['gemini', 'gemini-3.6-flash'],
] as const;

const user = (...texts: readonly string[]): object => ({ user: texts.map((text) => ({ text })) });
const calls = (...callIds: readonly string[]): object => ({
  assistant: { toolCalls: callIds.map((callId) => ({ callId, name: 'find', arguments: { at: callId } })) },
});
const result = (callId: string, output: unknown = 1): object => ({ tool: { callId, output } });
const ask = (...messages: readonly object[]): Input => ({ model: 'toy', messages });

const HINT =
  'allowed null; Right after a message with tool calls, give one tool message for each of them; then what else was said.';

describe('calls and results that do not stand together', () => {
  const noResult = (callId: string, message: number, call: number): string =>
    `INVALID_REQUEST input.messages.${message}.assistant.toolCalls.${call}.callId: The tool call "${callId}" has no result right after it.\n  ${HINT}`;
  const outOfPlace = (callId: string, message: number): string =>
    `INVALID_REQUEST input.messages.${message}.tool.callId: This result of the tool call "${callId}" does not stand right after the message with the call, or is a second one.\n  ${HINT}`;

  const CASES: readonly (readonly [string, Input, readonly string[]])[] = [
    ['a call without a result', ask(user('a'), calls('x'), user('b')), [noResult('x', 1, 0)]],
    ['a call at the end', ask(user('a'), calls('x')), [noResult('x', 1, 0)]],
    ['one call of two', ask(user('a'), calls('x', 'y'), result('x'), user('b')), [noResult('y', 1, 1)]],
    [
      'what the user said in between',
      ask(user('a'), calls('x', 'y'), result('x'), user('hm'), result('y')),
      [noResult('y', 1, 1), outOfPlace('y', 4)],
    ],
    [
      'what the model said in between',
      ask(user('a'), calls('x'), { assistant: { text: 'hm' } }, result('x')),
      [noResult('x', 1, 0), outOfPlace('x', 3)],
    ],
    [
      'instructions in between',
      ask(user('a'), calls('x'), { system: 'hm' }, result('x')),
      [noResult('x', 1, 0), outOfPlace('x', 3)],
    ],
    ['two results of one call', ask(user('a'), calls('x'), result('x'), result('x')), [outOfPlace('x', 3)]],
    [
      'a result of an earlier turn',
      ask(user('a'), calls('x'), result('x'), calls('y'), result('x'), result('y')),
      [outOfPlace('x', 4)],
    ],
    [
      'a call of the same id twice, one result',
      ask(user('a'), calls('x', 'x'), result('x')),
      [noResult('x', 1, 0)],
    ],
  ];

  it.each(CASES)('are refused where they are: %s', async (_what, input, problems) => {
    await using toys = await startToys({ toy: { functionCalling: true } });
    expect((await refusalOf(toys, input)).map(describeProblem)).toEqual(problems);
    const { errors } = await submitBatch(toys.app, requestsOf(['a'], { ...input, prompt: null }));
    expect(errors?.[0]?.extensions?.['code']).toBe('INVALID_REQUEST');
  });

  it.each([
    ['in another order', [user('a'), calls('x', 'y'), result('y'), result('x'), user('b')]],
    ['of ids that come again', [user('a'), calls('0'), result('0'), calls('0'), result('0')]],
    ['of one id, twice in one turn', [user('a'), calls('0', '0'), result('0', 'one'), result('0', 'two')]],
    [
      'of a tool that the provider ran',
      [
        user('a'),
        { assistant: { text: 'b', toolCalls: [{ callId: 'w', name: 'web_search', arguments: {} }] } },
        user('c'),
      ],
    ],
  ])('are not those %s', async (_what, messages) => {
    await using toys = await startToys({ toy: { functionCalling: true } });
    const { data } = await request(
      toys.app,
      'query ($input: GenerateInput!) { previewGeneration(input: $input) { problems { message } } }',
      { input: ask(...messages) },
    );
    expect(data.previewGeneration.problems).toEqual([]);
  });
});

describe.each(VENDORS)('what %s is sent of a conversation', (line, model) => {
  const bodyOf = async (input: Input) => {
    await using vendor = await startVendorApp(getLine(line));
    const { body, warnings } = await wireOf(vendor, { model, ...input });
    return { body, text: JSON.stringify(body), warnings };
  };

  it.each([
    ['the prompt', { prompt: 'cut \ud83d here' }, ['prompt']],
    ['instructions', { system: '\ude00', prompt: 'a' }, ['system']],
    [
      'a user message',
      { messages: [user('a'), { assistant: { text: 'b' } }, user('c', 'd\ud83d')] },
      ['messages', '2', 'user'],
    ],
    [
      'a result, in a name',
      { messages: [user('a'), calls('x'), result('x', { list: ['ok', { '\udfff': '👀' }] })] },
      ['messages', '2', 'tool'],
    ],
    [
      'arguments',
      {
        messages: [
          user('a'),
          { assistant: { toolCalls: [{ callId: 'x', name: 'find', arguments: { at: '\ud800\ud800' } }] } },
          result('x'),
        ],
      },
      ['messages', '1', 'assistant'],
    ],
    [
      'a description of a tool',
      {
        prompt: 'a',
        tools: [{ function: { name: 'f', description: 'a\udc00b', parameters: { type: 'object' } } }],
      },
      ['tools'],
    ],
    ['options', { prompt: 'a', providerOptions: { metadata: { a: '\udbff' } } }, ['providerOptions']],
  ])('has no half of a character: %s', async (_what, input, path) => {
    const { text, warnings } = await bodyOf(input);
    expect(text.isWellFormed()).toBe(true);
    expect(text).not.toMatch(/\\ud[89a-f]/i);
    expect(text).toContain('\ufffd');
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'PARAMETER_COERCED', path: ['input', ...path], to: '\ufffd' }),
    ]);
  });

  it.each([
    ['beside another text', [user('', 'Hi')]],
    ['between turns', [user('Hi'), { assistant: { text: '' } }, user('there')]],
    [
      'beside calls',
      [
        user('Hi'),
        { assistant: { text: '', toolCalls: [{ callId: 'x', name: 'f', arguments: {} }] } },
        result('x'),
      ],
    ],
  ])('has no empty text: %s', async (_what, messages) => {
    const { text } = await bodyOf({ messages });
    expect(text).not.toContain('"text":""');
    expect(text).not.toContain('"content":""');
  });

  it.each(['functions.get_weather:0', 'call|1', 'x'.repeat(200), 'é 7'])(
    'has ids of calls that it takes, another vendor’s id replaced alike in call and result: %s',
    async (callId) => {
      const { body, text } = await bodyOf({
        messages: [user('a'), calls(callId), result(callId), calls(callId), result(callId)],
      });
      const ids = idsIn(body);
      expect(ids).toHaveLength(4);
      expect([ids[1], ids[3]]).toEqual([ids[0], ids[2]]);
      expect(ids[0]).not.toBe(ids[2]);
      if (line !== 'gemini') {
        expect(ids.every((id) => /^[\w-]{1,64}$/.test(id))).toBe(true);
        expect(text).not.toContain(`"${callId}":`);
      }
    },
  );
});

/** The ids of calls and results in a body, in their order. */
const idsIn = (body: unknown): readonly string[] => {
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { type, id, tool_call_id, tool_use_id, call_id, functionCall, functionResponse } =
      value as Readonly<Record<string, unknown>>;
    const nested = (functionCall ?? functionResponse) as { readonly id?: unknown } | undefined;
    const own =
      tool_call_id ??
      tool_use_id ??
      call_id ??
      nested?.id ??
      (type === 'function' || type === 'tool_use' ? id : null);
    if (typeof own === 'string') found.push(own);
    else Object.values(value).forEach(look);
  };
  look(
    (body as { messages?: unknown }).messages ??
      (body as { input?: unknown }).input ??
      (body as { contents?: unknown }).contents,
  );
  return found;
};

test.each([
  { $ref: '#/$defs/Cookie' },
  [{ deep: { list: [{ $ref: 'a.json' }] } }],
  { type: 'object', properties: { a: { $ref: '#' } } },
])('gemini is sent a result with a reference as text: %j', async (output) => {
  await using vendor = await startVendorApp(getLine('gemini'));
  const messages = [user('a'), calls('x'), result('x', output)];
  const { body } = await wireOf(vendor, { model: 'gemini-3.6-flash', messages });
  expect(body.contents.at(-1).parts).toEqual([
    { functionResponse: { id: 'x', name: 'find', response: { output: JSON.stringify(output) } } },
  ]);
});
