import { describe, expect, it, test } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { ModelDefinition } from '../../../src/core/model-config.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { offeredModels } from '../../support/app/offered-models.ts';
import {
  answerOf,
  createToy,
  finishEvent,
  textDelta,
  type ToyAnswer,
  toyOverrides,
} from '../../support/app/toy-provider.ts';
import {
  acceptanceOf,
  describeProblem,
  describeWarning,
  type Input,
  refusalOf,
  startToys,
} from './preview-harness.ts';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

const MODELS = {
  strict: { structuredOutput: true },
  loose: {},
} as const satisfies Record<string, Partial<ModelDefinition>>;

const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
const schema = (more: object = {}): object => ({ schema: { name: 'verdict', schema: SCHEMA, ...more } });

const ask = (model: string, output: unknown, more: Input = {}): Input => ({
  model,
  prompt: 'Answer in JSON.',
  output,
  ...more,
});
/** An answer that keeps to the schema. */
const ANSWERED = answerOf(textDelta('{"ok":true}'), finishEvent());
const lenient = { onUnsupported: 'DROP_WITH_WARNING' };

const outputOf = async (input: Input) => {
  await using toys = await startToys(MODELS, {}, ANSWERED);
  const { request: sent, warnings } = await acceptanceOf(toys, input);
  return { output: sent.output, warnings: warnings.map(describeWarning) };
};

const problemsOf = async (input: Input): Promise<string[]> => {
  await using toys = await startToys(MODELS);
  return (await refusalOf(toys, input)).map(describeProblem);
};

describe('the form of the output', () => {
  it.each([
    ['is text when nothing is said', null, { type: 'text' }],
    ['is text when that is said', { text: true }, { type: 'text' }],
    ['is JSON', { json: true }, { type: 'json' }],
    [
      'keeps to a schema, strictly unless that is switched off',
      schema(),
      { type: 'schema', name: 'verdict', schema: SCHEMA, strict: true },
    ],
    [
      'keeps to a schema loosely',
      schema({ strict: false }),
      { type: 'schema', name: 'verdict', schema: SCHEMA, strict: false },
    ],
  ])('%s', async (_what, output, sent) => {
    expect(await outputOf(ask('strict', output))).toEqual({ output: sent, warnings: [] });
  });

  it.each([{ text: false }, { json: false }])('is not named by what it is not: %j', async (output) => {
    await using toys = await startToys(MODELS);
    const { errors } = await request(toys.app, ANSWER, { input: ask('strict', output) });
    expect(errors).toMatchObject([
      {
        message: 'text and json must be true: give the format that you want.',
        extensions: { code: 'INVALID_REQUEST', path: ['input', 'output'] },
      },
    ]);
    expect(toys.toy.calls).toEqual([]);
  });

  it.each([{}, { text: true, json: true }, { json: true, ...schema() }, { json: null }])(
    'is one and no more: %j',
    async (output) => {
      await using toys = await startToys(MODELS);
      const { errors } = await request(toys.app, ANSWER, { input: ask('strict', output) });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST' });
      expect(toys.toy.calls).toEqual([]);
    },
  );

  it.each([
    ['a name that is none', schema({ name: 'my verdict' }), 'name', '"my verdict" is no name for a schema.'],
    ['an empty name', schema({ name: '' }), 'name', '"" is no name for a schema.'],
    ['a schema that is none', schema({ schema: 'object' }), 'schema', 'A JSON Schema must be an object.'],
    [
      'a schema of a list',
      schema({ schema: { type: 'array', items: {} } }),
      'schema',
      'The schema must describe an object: its "type" must be "object".',
    ],
    [
      'a schema that is not valid',
      schema({ schema: { type: 'object', properties: { a: { type: 'text' } } } }),
      'schema',
      'This is no valid JSON Schema: at /properties/a/type must be equal to one of the allowed values.',
    ],
  ])('with %s is refused, by any model', async (_what, output, field, message) => {
    for (const model of ['strict', 'loose'])
      expect((await problemsOf(ask(model, output)))[0]).toContain(
        `INVALID_REQUEST input.output.schema.${field}: ${message}`,
      );
    const [problem, ...others] = await problemsOf(ask('loose', output, lenient));
    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });
});

describe('a schema for a model that does not keep to one', () => {
  it('is refused, with what it takes', async () => {
    expect(await problemsOf(ask('loose', schema()))).toEqual([
      'UNSUPPORTED_CAPABILITY input.output.schema: The model "loose" does not keep to a JSON Schema.\n  allowed ["json","text"]; Choose a model that does: models(where: { structuredOutput: true }).',
    ]);
  });

  it('becomes plain JSON, and that is reported, where the caller asked for that', async () => {
    expect(await outputOf(ask('loose', schema(), lenient))).toEqual({
      output: { type: 'json' },
      warnings: [
        'SCHEMA_DOWNGRADED input.output.schema: The model "loose" does not keep to a JSON Schema. "verdict" → "json"',
      ],
    });
  });
});

describe('JSON without a schema for an API that has no such thing', () => {
  const startMessenger = async () => {
    const toy = createToy(ANSWERED, { apiTypes: ['messages'] });
    const models = {
      strict: { apiType: 'messages', structuredOutput: true },
      loose: { apiType: 'messages' },
    } as const;
    const app = await startApp({}, toyOverrides(toy, models));
    return { app, toy, [Symbol.asyncDispose]: () => app.close() };
  };

  it('is refused, with what it takes', async () => {
    await using toys = await startMessenger();
    const problems = [
      ...(await refusalOf(toys, ask('strict', { json: true }))),
      ...(await refusalOf(toys, ask('loose', { json: true }))),
      ...(await refusalOf(toys, ask('loose', schema()))),
    ];
    expect(problems.map(describeProblem)).toEqual([
      'UNSUPPORTED_CAPABILITY input.output.json: The model "strict" has no JSON output without a schema.\n  allowed ["schema","text"]; Give a schema.',
      'UNSUPPORTED_CAPABILITY input.output.json: The model "loose" has no JSON output without a schema.\n  allowed ["text"]; Ask for JSON in the prompt.',
      'UNSUPPORTED_CAPABILITY input.output.schema: The model "loose" does not keep to a JSON Schema.\n  allowed ["text"]; Choose a model that does: models(where: { structuredOutput: true }).',
    ]);
  });

  it('becomes text, and that is reported, where the caller asked for that', async () => {
    await using toys = await startMessenger();
    const plain = await acceptanceOf(toys, ask('strict', { json: true }, lenient));
    const held = await acceptanceOf(toys, ask('loose', schema(), lenient));
    expect([plain.request.output, held.request.output]).toEqual([{ type: 'text' }, { type: 'text' }]);
    expect([...plain.warnings, ...held.warnings].map(describeWarning)).toEqual([
      'PARAMETER_DROPPED input.output.json: The model "strict" has no JSON output without a schema. true → null',
      'SCHEMA_DOWNGRADED input.output.schema: The model "loose" does not keep to a JSON Schema. "verdict" → "text"',
    ]);
  });
});

const ANSWER = `
  mutation ($input: GenerateInput!) {
    generate(input: $input) { text output finishReason warnings { code message path } }
  }
`;
const STREAM = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) {
      __typename
      ... on WarningRaised { warning { code message path } }
      ... on GenerationCompleted { generation { text output finishReason warnings { code message path } } }
      ... on GenerationFailed { generation { output } }
    }
  }
`;

const startAnswering = (answer: ToyAnswer) => startApp({}, toyOverrides(createToy(answer), MODELS));

/** What a generation gives, once it is seen that it is the same waited for and streamed. */
const givenBy = async (answer: ToyAnswer, output: unknown) => {
  await using app = await startAnswering(answer);
  const input = ask('strict', output);
  const { data, errors } = await request(app, ANSWER, { input });
  expect(errors).toBeUndefined();
  const events = (await collectOverWebSocket(app, STREAM, { input })).map((result) => result.data.generate);
  expect(events.at(-1)).toEqual({ __typename: 'GenerationCompleted', generation: data.generate });
  const raised = events.flatMap((event) => (event.warning === undefined ? [] : [event.warning]));
  expect(raised).toEqual(data.generate.warnings);
  return data.generate;
};

const violation = (what: string): object => ({
  code: 'OUTPUT_VIOLATES_SCHEMA',
  message: `The answer breaks the schema of the request: ${what}.`,
  path: ['input', 'output', 'schema'],
});

const NO_JSON = {
  code: 'PROVIDER_WARNING',
  message: 'JSON was asked for, and the text is none: output is null.',
  path: ['input', 'output'],
};

describe('Generation.output', () => {
  const pieces = (...texts: readonly string[]): StreamEvent[] => texts.map(textDelta);

  it.each([
    [
      'an object',
      ['{"ok":', ' true, "words": ["Grüße", "👋', '🏽"]}'],
      { ok: true, words: ['Grüße', '👋🏽'] },
    ],
    ['an object with space around it', ['\n {"ok":false}\n'], { ok: false }],
    ['a list', ['[1, 2', ']'], [1, 2]],
    ['a number', ['4', '2'], 42],
    ['null', ['null'], null],
  ])('is what the text says: %s', async (_what, texts, output) => {
    const answer = answerOf(...pieces(...texts), finishEvent());
    const isObject = typeof output === 'object' && output !== null && !Array.isArray(output);
    for (const [form, warnings] of [
      [{ json: true }, []],
      [schema(), isObject ? [] : [violation('must be object')]],
    ] as const)
      expect(await givenBy(answer, form)).toEqual({
        text: texts.join(''),
        output,
        finishReason: 'STOP',
        warnings,
      });
  });

  it.each([
    ['is text', ['I would say yes.']],
    ['is JSON in a fence', ['```json\n{"ok":true}\n```']],
    ['is JSON with words around it', ['Here it is: {"ok":true}']],
    ['is two objects', ['{"a":1}{"b":2}']],
    ['is nothing but space', [' \n']],
  ])('is null, with a warning, when the text %s', async (_what, texts) => {
    expect(await givenBy(answerOf(...pieces(...texts), finishEvent()), { json: true })).toMatchObject({
      text: texts.join(''),
      output: null,
      warnings: [NO_JSON],
    });
  });

  it('is null, with a warning, when the text was cut', async () => {
    const answer = answerOf(...pieces('{"ok":'), finishEvent({ reason: 'length' }));
    expect(await givenBy(answer, schema())).toEqual({
      text: '{"ok":',
      output: null,
      finishReason: 'LENGTH',
      warnings: [violation('must be JSON, which the text is not'), NO_JSON],
    });
  });

  it('is null without a warning when there is no text', async () => {
    const answer = answerOf(finishEvent({ reason: 'content-filter' }));
    expect(await givenBy(answer, { json: true })).toMatchObject({ output: null, warnings: [] });
  });

  it('is null when JSON was not asked for, even if it came', async () => {
    const answer = answerOf(...pieces('{"ok":true}'), finishEvent());
    for (const form of [null, { text: true }])
      expect(await givenBy(answer, form)).toMatchObject({ output: null, warnings: [] });
  });

  it('is null of a generation that failed', async () => {
    await using app = await startAnswering(answerOf(...pieces('{"ok":true}')));
    const results = await collectOverWebSocket(app, STREAM, { input: ask('strict', { json: true }) });
    expect(results.at(-1)?.data.generate).toEqual({
      __typename: 'GenerationFailed',
      generation: { output: null },
    });
  });
});

const WIRES: readonly (readonly [line: string, model: string, json: object | null, held: object])[] = [
  [
    'openai (Responses)',
    'gpt-6.1-terra',
    { text: { format: { type: 'json_object' } } },
    { text: { format: { type: 'json_schema', name: 'verdict', schema: SCHEMA, strict: true } } },
  ],
  [
    'openai (Chat Completions)',
    'gpt-4.1',
    { response_format: { type: 'json_object' } },
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'verdict', schema: SCHEMA, strict: true },
      },
    },
  ],
  [
    'anthropic',
    'claude-opus-5',
    null,
    { output_config: { format: { type: 'json_schema', schema: SCHEMA } } },
  ],
  [
    'gemini',
    'gemini-3.6-flash',
    { generationConfig: { responseMimeType: 'application/json' } },
    { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: SCHEMA } },
  ],
];

test.each(WIRES)('%s is asked for JSON in its own words', async (name, model, json, held) => {
  await using vendor = await startVendorApp(getLine(name));
  expect((await wireOf(vendor, ask(model, schema()))).body).toMatchObject(held);
  if (json !== null) expect((await wireOf(vendor, ask(model, { json: true }))).body).toMatchObject(json);
});

test('what a model of the catalogue cannot be asked for is refused before its provider is', async () => {
  await using app = await startApp({
    providers: Object.fromEntries(
      Object.keys(MODEL_CONFIGS).map((name) => [name, { apiKey: 'sk-test', baseUrl: 'http://127.0.0.1:1' }]),
    ),
  });
  const query = `query ($input: GenerateInput!) { previewGeneration(input: $input) { problems { path } } }`;
  const models = offeredModels();
  const refused = async (model: string, output: unknown): Promise<boolean> => {
    const { data } = await request(app, query, { input: ask(model, output) });
    return data.previewGeneration.problems.some(({ path }: { path: string[] }) => path[1] === 'output');
  };
  const wrong: string[] = [];
  for (const config of models) {
    if ((await refused(config.name, { json: true })) === config.jsonMode) wrong.push(`${config.name} json`);
    if ((await refused(config.name, schema())) === config.structuredOutput)
      wrong.push(`${config.name} schema`);
  }
  expect(wrong).toEqual([]);
});
