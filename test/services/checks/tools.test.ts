import { describe, expect, it, test } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { ModelDefinition } from '../../../src/core/model-config.ts';
import { request } from '../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import {
  acceptanceOf,
  describeProblem,
  describeWarning,
  type Input,
  refusalOf,
  startToys,
} from './preview-harness.ts';

const MODELS = {
  caller: {
    functionCalling: true,
    parallelToolCalls: true,
    builtInTools: ['web_search', 'code_interpreter'],
  },
  single: { functionCalling: true, builtInTools: ['web_search'] },
  searcher: { builtInTools: ['web_search'] },
  talker: {},
} as const satisfies Record<string, Partial<ModelDefinition>>;

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const functionOf = (name: string, more: object = {}): object => ({
  function: { name, parameters: SCHEMA, ...more },
});
const weather = functionOf('weather');

const ask = (model: string, more: Input): Input => ({ model, prompt: 'Hi', ...more });
const lenient = { onUnsupported: 'DROP_WITH_WARNING' };

const problemsOf = async (input: Input): Promise<string[]> => {
  await using toys = await startToys(MODELS);
  return (await refusalOf(toys, input)).map(describeProblem);
};

/** What reached the provider of tools, and what was warned of. */
const toolsOf = async (input: Input) => {
  await using toys = await startToys(MODELS);
  const { request: sent, warnings } = await acceptanceOf(toys, input);
  const { tools, toolChoice, parallelToolCalls } = sent;
  return { tools, toolChoice, parallelToolCalls, warnings: warnings.map(describeWarning) };
};

const NOTHING = { tools: [], toolChoice: null, parallelToolCalls: null, warnings: [] };

describe('tools', () => {
  it('reach the provider as they are and in their order', async () => {
    const tools = [
      functionOf('weather', { description: 'Tells the weather.', strict: true }),
      { builtIn: 'CODE_INTERPRETER' },
      functionOf('Time_of-day2', { strict: false }),
      { builtIn: 'WEB_SEARCH' },
    ];
    expect(await toolsOf(ask('caller', { tools }))).toEqual({
      ...NOTHING,
      tools: [
        {
          type: 'function',
          name: 'weather',
          description: 'Tells the weather.',
          parameters: SCHEMA,
          strict: true,
        },
        { type: 'built-in', tool: 'code_interpreter' },
        { type: 'function', name: 'Time_of-day2', description: null, parameters: SCHEMA, strict: false },
        { type: 'built-in', tool: 'web_search' },
      ],
    });
  });

  it('are none when none are given, built-in ones of the model included', async () => {
    expect(await toolsOf(ask('caller', {}))).toEqual(NOTHING);
    expect(await toolsOf(ask('caller', { tools: [] }))).toEqual(NOTHING);
    expect(await toolsOf(ask('talker', { tools: [] }))).toEqual(NOTHING);
  });

  it.each([
    ['', 'is empty'],
    ['get weather', 'has a space'],
    ['météo', 'has a letter of another alphabet'],
    ['a.b', 'has a dot'],
    ['a'.repeat(65), 'is too long'],
    ['a\n', 'ends with a line break'],
  ])('named %j are refused: the name %s', async (name) => {
    expect(await problemsOf(ask('caller', { tools: [weather, functionOf(name)] }))).toEqual([
      `INVALID_REQUEST input.tools.1.function.name: "${name}" is no name for a function.\n  allowed ["1 to 64 letters, digits, _ and -"]; no suggestion`,
    ]);
  });

  it.each(['a', 'a'.repeat(64), '0', '-', '_x-1'])('may be named %j', async (name) => {
    expect((await toolsOf(ask('caller', { tools: [functionOf(name)] }))).tools).toMatchObject([{ name }]);
  });

  it('of one name are refused once for each name, and names may differ by case', async () => {
    const names = ['a', 'b', 'a', 'A', 'b', 'a'];
    expect(await problemsOf(ask('caller', { tools: names.map((name) => functionOf(name)) }))).toEqual([
      'INVALID_REQUEST input.tools: There are several functions named "a".\n  allowed null; no suggestion',
      'INVALID_REQUEST input.tools: There are several functions named "b".\n  allowed null; no suggestion',
    ]);
  });

  it.each([
    ['text', '"object"', 'A JSON Schema must be an object.'],
    ['a list', [SCHEMA], 'A JSON Schema must be an object.'],
    ['true', true, 'A JSON Schema must be an object.'],
    ['of a text', { type: 'string' }, 'The schema must describe an object: its "type" must be "object".'],
    [
      'of an object or nothing',
      { type: ['object', 'null'] },
      'The schema must describe an object: its "type" must be "object".',
    ],
    [
      'of a type there is not',
      { type: 'object', properties: { a: { type: 'text' } } },
      'This is no valid JSON Schema: at /properties/a/type must be equal to one of the allowed values.',
    ],
    [
      'with properties that are a list',
      { type: 'object', properties: [] },
      'This is no valid JSON Schema: at /properties must be object.',
    ],
    [
      'with one required property for a list',
      { type: 'object', required: 'a' },
      'This is no valid JSON Schema: at /required must be array.',
    ],
    [
      'with a bound that is no number',
      { type: 'object', properties: { a: { type: 'number', minimum: '0' } } },
      'This is no valid JSON Schema: at /properties/a/minimum must be number.',
    ],
  ])('with parameters that are %s are refused', async (_what, parameters, message) => {
    const tools = [functionOf('weather', { parameters })];
    expect(await problemsOf(ask('caller', { tools }))).toEqual([
      `INVALID_REQUEST input.tools.0.function.parameters: ${message}\n  allowed null; no suggestion`,
    ]);
  });

  it.each([
    ['nothing', {}],
    ['no properties', { type: 'object' }],
    ['a dialect', { $schema: 'http://json-schema.org/draft-07/schema#', ...SCHEMA }],
    [
      'definitions that refer to themselves',
      {
        type: 'object',
        properties: { next: { $ref: '#/$defs/node' } },
        $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
      },
    ],
    [
      'words and formats nobody knows',
      { type: 'object', 'x-order': ['a'], properties: { a: { type: 'string', format: 'postcode' } } },
    ],
  ])('with parameters that say %s are taken as they are', async (_what, parameters) => {
    const { tools } = await toolsOf(ask('caller', { tools: [functionOf('weather', { parameters })] }));
    expect(tools).toMatchObject([{ parameters }]);
  });
});

test('parameters that are null or left out are no request at all', async () => {
  await using toys = await startToys(MODELS);
  for (const more of [{ parameters: null }, { parameters: undefined }]) {
    const input = ask('caller', { tools: [functionOf('weather', more)] });
    const { errors } = await request(toys.app, GENERATE_MUTATION, { input });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST' } }]);
  }
  expect(toys.toy.calls).toEqual([]);
});

test.each([
  ['neither a function nor a built-in one', {}],
  ['both', { ...weather, builtIn: 'WEB_SEARCH' }],
  ['a built-in one nobody has heard of', { builtIn: 'TIME_TRAVEL' }],
])('a tool that is %s is no request at all', async (_what, tool) => {
  await using toys = await startToys(MODELS);
  const { errors } = await request(toys.app, GENERATE_MUTATION, { input: ask('caller', { tools: [tool] }) });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST' });
  expect(toys.toy.calls).toEqual([]);
});

describe('a model without function calling', () => {
  it('has every function refused', async () => {
    const tools = [weather, { builtIn: 'WEB_SEARCH' }, functionOf('time')];
    expect(await problemsOf(ask('searcher', { tools }))).toEqual(
      [0, 2].map(
        (index) =>
          `UNSUPPORTED_CAPABILITY input.tools.${index}: The model "searcher" does not call functions.\n  allowed []; Leave tools out, or choose a model that does: models(where: { functionCalling: true }).`,
      ),
    );
  });

  it('is asked without them where the caller wants that', async () => {
    const tools = [weather, { builtIn: 'WEB_SEARCH' }];
    const more = { tools, toolChoice: { mode: 'AUTO' }, parallelToolCalls: false };
    expect(await toolsOf(ask('searcher', { ...more, ...lenient }))).toEqual({
      tools: [{ type: 'built-in', tool: 'web_search' }],
      toolChoice: { type: 'auto' },
      parallelToolCalls: false,
      warnings: [
        'PARAMETER_DROPPED input.tools.0: The model "searcher" does not call functions. "weather" → null',
      ],
    });
  });

  it('is asked without a choice when no tool is left', async () => {
    const more = { tools: [weather], toolChoice: { mode: 'REQUIRED' }, parallelToolCalls: false };
    expect(await toolsOf(ask('talker', { ...more, ...lenient }))).toEqual({
      ...NOTHING,
      warnings: [
        'PARAMETER_DROPPED input.tools.0: The model "talker" does not call functions. "weather" → null',
      ],
    });
  });

  it('has a function that is wrong in itself refused all the same', async () => {
    const problems = await problemsOf(
      ask('talker', { tools: [functionOf('a b', { parameters: 1 })], ...lenient }),
    );
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'INVALID_REQUEST input.tools.0.function.name',
      'INVALID_REQUEST input.tools.0.function.parameters',
    ]);
  });
});

describe('a built-in tool that the model does not have', () => {
  const tools = [{ builtIn: 'URL_CONTEXT' }];

  it('is refused, with those it has', async () => {
    expect(await problemsOf(ask('caller', { tools }))).toEqual([
      'UNSUPPORTED_CAPABILITY input.tools.0.builtIn: The model "caller" does not have the built-in tool URL_CONTEXT.\n  allowed ["WEB_SEARCH","CODE_INTERPRETER"]; Choose a model that does: models(where: { builtInTools: [URL_CONTEXT] }).',
    ]);
  });

  it('is left out and reported where the caller asked for that', async () => {
    expect(await toolsOf(ask('talker', { tools, ...lenient }))).toEqual({
      ...NOTHING,
      warnings: [
        'PARAMETER_DROPPED input.tools.0.builtIn: The model "talker" does not have the built-in tool URL_CONTEXT. "URL_CONTEXT" → null',
      ],
    });
  });
});

describe('toolChoice', () => {
  it.each([
    ['that the model decides', { mode: 'AUTO' }, { type: 'auto' }],
    ['that it calls none', { mode: 'NONE' }, { type: 'none' }],
    ['that it calls one', { mode: 'REQUIRED' }, { type: 'required' }],
    ['which it calls', { function: 'weather' }, { type: 'function', name: 'weather' }],
  ])('says %s', async (_what, toolChoice, sent) => {
    expect(await toolsOf(ask('caller', { tools: [weather], toolChoice }))).toMatchObject({
      toolChoice: sent,
      warnings: [],
    });
  });

  it.each([{ mode: 'AUTO' }, { mode: 'REQUIRED' }])('is refused without tools: %j', async (toolChoice) => {
    for (const tools of [null, []])
      expect(await problemsOf(ask('caller', { tools, toolChoice }))).toEqual([
        'INVALID_REQUEST input.toolChoice: There are no tools to choose from.\n  allowed null; Give tools, or leave toolChoice out.',
      ]);
  });

  it('of no tool needs none', async () => {
    expect(await toolsOf(ask('talker', { toolChoice: { mode: 'NONE' } }))).toEqual(NOTHING);
  });

  it('of a function that is not there is refused, with those that are', async () => {
    const tools = [weather, { builtIn: 'WEB_SEARCH' }, functionOf('time')];
    for (const name of ['Weather', 'web_search', ''])
      expect(await problemsOf(ask('caller', { tools, toolChoice: { function: name } }))).toEqual([
        `INVALID_REQUEST input.toolChoice.function: There is no function "${name}" among the tools.\n  allowed ["weather","time"]; no suggestion`,
      ]);
  });

  it('that names a function which was left out goes with it', async () => {
    const more = { tools: [weather, { builtIn: 'WEB_SEARCH' }], toolChoice: { function: 'weather' } };
    const { toolChoice, tools, warnings } = await toolsOf(ask('searcher', { ...more, ...lenient }));
    expect(tools).toEqual([{ type: 'built-in', tool: 'web_search' }]);
    expect(toolChoice).toBeNull();
    expect(warnings).toHaveLength(1);
  });

  it.each([
    ['of two kinds', { mode: 'AUTO', function: 'weather' }],
    ['of no kind', {}],
  ])('%s is no request at all', async (_what, toolChoice) => {
    await using toys = await startToys(MODELS);
    const input = ask('caller', { tools: [weather], toolChoice });
    const { errors } = await request(toys.app, GENERATE_MUTATION, { input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(toys.toy.calls).toEqual([]);
  });
});

describe('parallelToolCalls', () => {
  it.each([true, false])('reaches a model that has it: %s', async (parallelToolCalls) => {
    expect(await toolsOf(ask('caller', { tools: [weather], parallelToolCalls }))).toMatchObject({
      parallelToolCalls,
      warnings: [],
    });
  });

  it('is refused for a model that calls one tool at a time', async () => {
    expect(await problemsOf(ask('single', { tools: [weather], parallelToolCalls: true }))).toEqual([
      'UNSUPPORTED_CAPABILITY input.parallelToolCalls: The model "single" calls one tool at a time.\n  allowed ["false"]; Leave parallelToolCalls out.',
    ]);
  });

  it('is left out and reported where the caller asked for that', async () => {
    const input = ask('single', { tools: [weather], parallelToolCalls: true, ...lenient });
    expect(await toolsOf(input)).toMatchObject({
      parallelToolCalls: null,
      warnings: [
        'PARAMETER_DROPPED input.parallelToolCalls: The model "single" calls one tool at a time. true → null',
      ],
    });
  });

  it('that forbids what the model does not do anyway is taken', async () => {
    expect(await toolsOf(ask('single', { tools: [weather], parallelToolCalls: false }))).toMatchObject({
      warnings: [],
    });
  });

  it('is not sent without tools', async () => {
    expect(await toolsOf(ask('caller', { parallelToolCalls: true }))).toEqual(NOTHING);
  });
});

describe('a conversation with tool calls', () => {
  const call = (callId: string) => ({
    callId,
    name: 'weather',
    arguments: { city: 'Genève' },
    signature: 's',
  });
  const messages = [
    { user: [{ text: 'Weather?' }] },
    { assistant: { text: 'Let me see.', toolCalls: [call('a'), call('b')], reasoning: [{ text: 'Hm.' }] } },
    { tool: { callId: 'b', output: { sky: 'clear' } } },
    { tool: { callId: 'a', output: 'no such city', isError: true } },
  ];

  it('reaches the provider in its order, with what is opaque', async () => {
    await using toys = await startToys(MODELS);
    const { request: sent } = await acceptanceOf(toys, { model: 'caller', messages });
    expect(sent.messages).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hm.', opaque: null },
          { type: 'text', text: 'Let me see.' },
          ...['a', 'b'].map((callId) => ({
            type: 'tool-call',
            callId,
            name: 'weather',
            arguments: { city: 'Genève' },
            opaque: 's',
          })),
        ],
      },
      { role: 'tool', callId: 'b', output: { sky: 'clear' }, isError: false },
      { role: 'tool', callId: 'a', output: 'no such city', isError: true },
    ]);
  });

  it('is refused when a result answers no call before it', async () => {
    const result = { tool: { callId: 'c', output: 1 } };
    const [first, second, ...results] = messages;
    expect(
      await problemsOf({ model: 'caller', messages: [first, result, second, ...results, result] }),
    ).toEqual([
      'INVALID_REQUEST input.messages.1.tool.callId: No earlier assistant message has a tool call "c".\n  allowed []; no suggestion',
      'INVALID_REQUEST input.messages.5.tool.callId: No earlier assistant message has a tool call "c".\n  allowed ["a","b"]; no suggestion',
    ]);
  });
});

test('a model of the catalogue that calls several tools at once calls functions', () => {
  const odd = Object.values(MODEL_CONFIGS)
    .flatMap((models) => Object.values(models))
    .filter(({ parallelToolCalls, functionCalling }) => parallelToolCalls && !functionCalling);
  expect(odd.map(({ name }) => name)).toEqual([]);
});
