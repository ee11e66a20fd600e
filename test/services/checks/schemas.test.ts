import { describe, expect, it, test } from 'vitest';
import { request } from '../../support/app/app.ts';
import { getLine, startVendorApp, type VendorApp, wireOf } from './vendor-harness.ts';

const OPENAI = { line: 'openai (Responses)', model: 'gpt-6.1-terra' } as const;
const CHAT = { line: 'openai (Chat Completions)', model: 'gpt-4.1' } as const;
const ANTHROPIC = { line: 'anthropic', model: 'claude-opus-5' } as const;
const GEMINI = { line: 'gemini', model: 'gemini-3.6-flash' } as const;

type Vendor = Readonly<Record<'line' | 'model', string>>;
type Schema = Readonly<Record<string, unknown>>;

/** The vendor answers in words, whatever it is asked for. */
const OF_THE_ANSWER = new Set(['PROVIDER_WARNING', 'OUTPUT_VIOLATES_SCHEMA']);
const LENIENT = { onUnsupported: 'DROP_WITH_WARNING' };
const object = (properties: Schema, more: Schema = {}): Schema => ({ type: 'object', properties, ...more });

/** A request with a schema in one of its two places. */
const asks = {
  output: (schema: unknown, more: object = {}) => ({
    output: { schema: { name: 'answer', schema, ...more } },
  }),
  tool: (parameters: unknown, more: object = {}) => ({
    tools: [{ function: { name: 'attach', parameters, ...more } }],
  }),
};

/** The schema in a body, wherever the vendor has it. */
// oxlint-disable-next-line typescript/no-explicit-any
const schemaOf = (body: any): unknown =>
  body.text?.format?.schema ??
  body.response_format?.json_schema?.schema ??
  body.output_config?.format?.schema ??
  body.generationConfig?.responseJsonSchema ??
  body.tools?.[0]?.parameters ??
  body.tools?.[0]?.function?.parameters ??
  body.tools?.[0]?.input_schema ??
  body.tools?.[0]?.functionDeclarations?.[0]?.parametersJsonSchema;

const sent = async ({ line, model }: Vendor, ask: object) => {
  await using vendor = await startVendorApp(getLine(line));
  const { body, warnings } = await wireOf(vendor, { model, prompt: 'Hi', ...ask });
  return {
    body,
    schema: schemaOf(body),
    warnings: warnings
      .filter(({ code }) => !OF_THE_ANSWER.has(code))
      .map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`),
  };
};

const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }';
const refused = async (vendor: VendorApp, model: string, ask: object): Promise<string> => {
  const { errors } = await request(vendor.app, GENERATE, { input: { model, prompt: 'Hi', ...ask } });
  expect(vendor.bodies()).toEqual([]);
  const { code, path, suggestion } = errors?.[0]?.extensions ?? {};
  expect(suggestion).toEqual(expect.any(String));
  return `${String(code)} ${(path as string[]).join('.')}: ${errors?.[0]?.message}`;
};

const OUTPUT_PATH = 'input.output.schema.schema';
const TOOL_PATH = 'input.tools.0.function.parameters';

describe('objects that a strict schema leaves open', () => {
  it.each([
    [OPENAI, asks.output, object({ a: { type: 'string' } }, { required: ['a'] }), OUTPUT_PATH],
    [CHAT, asks.output, object({ a: { type: 'string' } }, { required: ['a'] }), OUTPUT_PATH],
    [ANTHROPIC, asks.output, object({ a: { type: 'string' }, b: {} }), OUTPUT_PATH],
    [
      OPENAI,
      (schema: unknown) => asks.tool(schema, { strict: true }),
      object({ a: { type: 'string' } }, { required: ['a'] }),
      TOOL_PATH,
    ],
  ])('are closed with a warning: %j', async (vendor, ask, schema, path) => {
    const { schema: given, warnings } = await sent(vendor, ask(schema));
    expect(given).toEqual({ ...schema, additionalProperties: false });
    expect(warnings).toEqual([expect.stringContaining(`SCHEMA_DOWNGRADED ${path}: `)]);
    expect(warnings[0]).toContain('"additionalProperties": false was added at #.');
  });

  it('are closed wherever they are', async () => {
    const inner = object({ x: { type: 'number' } }, { required: ['x'] });
    const whole = {
      ...object({
        list: { type: 'array', items: inner },
        one: { anyOf: [inner, { type: 'null' }] },
        two: { $ref: '#/$defs/inner' },
      }),
      $defs: { inner },
    };
    const { schema: given, warnings } = await sent(ANTHROPIC, asks.output(whole));
    const closed = { ...inner, additionalProperties: false };
    expect(given).toEqual({
      ...whole,
      properties: {
        list: { type: 'array', items: closed },
        one: { anyOf: [closed, { type: 'null' }] },
        two: { $ref: '#/$defs/inner' },
      },
      $defs: { inner: closed },
      additionalProperties: false,
    });
    expect(warnings[0]).toContain('#/properties/list/items, #/properties/one/anyOf/0, #/$defs/inner');
  });

  it('are left as they are where nothing has to be held', async () => {
    const schema = object({ a: { type: 'string' }, b: { type: 'string', minLength: 2 } });
    for (const ask of [asks.output(schema, { strict: false }), asks.tool(schema)])
      expect(await sent(OPENAI, ask)).toMatchObject({ schema, warnings: [] });
    expect(await sent(ANTHROPIC, asks.tool(schema))).toMatchObject({ schema, warnings: [] });
  });
});

describe('a strict schema that the vendor cannot hold', () => {
  const CASES: readonly (readonly [Vendor, Schema, string])[] = [
    [OPENAI, object({ a: {}, b: {}, c: {} }, { required: ['a'] }), '# does not require "b", "c"'],
    [OPENAI, object({ a: object({ x: {} }) }, { required: ['a'] }), '#/properties/a does not require "x"'],
    [
      CHAT,
      object({ a: { type: 'array', uniqueItems: true } }, { required: ['a'] }),
      '#/properties/a has "uniqueItems"',
    ],
    [CHAT, object({}, { additionalProperties: { type: 'string' } }), '# is open by "additionalProperties"'],
    [ANTHROPIC, object({ age: { type: 'integer', minimum: 0 } }), '#/properties/age has "minimum"'],
    [ANTHROPIC, object({ list: { type: 'array', minItems: 3 } }), '#/properties/list has "minItems"'],
    [ANTHROPIC, object({ deep: object({}, { additionalProperties: true }) }), '#/properties/deep is open'],
  ];

  it.each(CASES)('is refused, with what is wrong where: %j', async ({ line, model }, schema, what) => {
    await using vendor = await startVendorApp(getLine(line));
    const problem = await refused(vendor, model, asks.output(schema));
    expect(problem).toContain(`UNSUPPORTED_CAPABILITY ${OUTPUT_PATH}: `);
    expect(problem).toContain(what);
  });

  it.each(CASES.filter(([{ line }]) => line.startsWith('openai')))(
    'is sent loosely where the caller asked for that: %j',
    async (vendor, schema) => {
      const { body, schema: given, warnings } = await sent(vendor, { ...asks.output(schema), ...LENIENT });
      expect(JSON.stringify(body)).toContain('"strict":false');
      expect(given).toEqual(schema);
      expect(warnings).toEqual([expect.stringContaining(`SCHEMA_DOWNGRADED ${OUTPUT_PATH}`)]);
    },
  );

  it('is sent without what is refused where there is no loose way', async () => {
    const schema = object({
      age: { type: 'integer', minimum: 0, description: 'Years.' },
      list: { type: 'array', minItems: 1, maxItems: 9, items: { oneOf: [{ type: 'string' }] } },
    });
    const { schema: given } = await sent(ANTHROPIC, { ...asks.output(schema), ...LENIENT });
    expect(given).toEqual(
      object(
        {
          age: { type: 'integer', description: 'Years.' },
          list: { type: 'array', minItems: 1, items: { anyOf: [{ type: 'string' }] } },
        },
        { additionalProperties: false },
      ),
    );
  });

  it('is refused in few words, however long its names are and however much is wrong with it', async () => {
    const names = Array.from({ length: 3_000 }, (_, index) => `p${index}`);
    let schema = object(Object.fromEntries(names.map((name) => [name, { type: 'string', minLength: 3 }])));
    for (let level = 0; level < 40; level += 1) schema = object({ ['k'.repeat(15_000)]: schema });
    await using vendor = await startVendorApp(getLine(ANTHROPIC.line));
    const told = await refused(vendor, ANTHROPIC.model, asks.output(schema));
    expect(told).toMatch(/has "minLength"; #\/properties\/k+….*; and 2995 more\.$/);
  });

  it('fits when every property is required and every object closed', async () => {
    const schema = object(
      { a: { type: ['string', 'null'] } },
      { required: ['a'], additionalProperties: false },
    );
    for (const vendor of [OPENAI, CHAT, ANTHROPIC])
      expect(await sent(vendor, asks.output(schema))).toMatchObject({ schema, warnings: [] });
  });
});

describe('alternatives at the top of a schema', () => {
  const by = (name: string): Schema =>
    object({ [name]: { type: 'string' }, note: {} }, { required: [name, 'note'] });
  const CASES: readonly (readonly [string, Schema])[] = [
    ['anyOf', { type: 'object', anyOf: [by('url'), by('content')] }],
    ['oneOf', { oneOf: [by('url'), by('content')] }],
    ['anyOf', { anyOf: [{ $ref: '#/$defs/u' }, by('content')], $defs: { u: by('url') } }],
  ];

  it.each(CASES)('are refused: %s %j', async (keyword, schema) => {
    for (const { line, model } of [OPENAI, CHAT, ANTHROPIC]) {
      await using vendor = await startVendorApp(getLine(line));
      expect(await refused(vendor, model, asks.tool(schema))).toContain(
        `UNSUPPORTED_CAPABILITY ${TOOL_PATH}: The API of the model "${model}" takes no ${keyword} at the top`,
      );
    }
  });

  it.each(CASES)(
    'are one object with all of the properties where that was asked for: %s %j',
    async (_, schema) => {
      const { schema: given, warnings } = await sent(ANTHROPIC, { ...asks.tool(schema), ...LENIENT });
      expect(given).toMatchObject(
        object({ url: { type: 'string' }, note: {}, content: { type: 'string' } }, { required: ['note'] }),
      );
      expect(given).not.toHaveProperty('anyOf');
      expect(given).not.toHaveProperty('oneOf');
      expect(warnings).toEqual([expect.stringContaining(`SCHEMA_DOWNGRADED ${TOOL_PATH}`)]);
    },
  );

  it('keep every form that a property has in them', async () => {
    const schema = {
      allOf: [object({ a: { type: 'string' } }, { required: ['a'] }), object({ a: { type: 'number' } })],
    };
    const { schema: given } = await sent(OPENAI, { ...asks.tool(schema), ...LENIENT });
    expect(given).toEqual(
      object({ a: { anyOf: [{ type: 'string' }, { type: 'number' }] } }, { required: ['a'] }),
    );
  });

  it('are sent to a vendor that takes them', async () => {
    const [[, schema]] = CASES as [[string, Schema]];
    expect(await sent(GEMINI, asks.tool(schema))).toMatchObject({ schema, warnings: [] });
  });
});

test.each([
  {},
  { type: 'object' },
  { description: 'Nothing.' },
  { $schema: 'https://json-schema.org/draft/2020-12/schema' },
])('parameters that say nothing are those of an object without properties: %j', async (parameters) => {
  for (const vendor of [OPENAI, CHAT, ANTHROPIC])
    expect((await sent(vendor, asks.tool(parameters))).schema).toEqual({ ...object({}), ...parameters });
  expect((await sent(GEMINI, asks.tool(parameters))).schema).toMatchObject({ type: 'object' });
});

describe('definitions', () => {
  const item = object({ id: { type: 'string' } });
  it.each([
    [
      'of their own further down',
      object({ cart: { ...object({ first: { $ref: '#/$defs/item' } }), $defs: { item } } }),
      { ...object({ cart: object({ first: { $ref: '#/$defs/item' } }) }), $defs: { item } },
    ],
    [
      'named by the whole way to them',
      object({ cart: { ...object({ first: { $ref: '#/properties/cart/$defs/item' } }), $defs: { item } } }),
      { ...object({ cart: object({ first: { $ref: '#/$defs/item' } }) }), $defs: { item } },
    ],
    [
      'of the same name in several places',
      {
        ...object({
          a: { ...object({ x: { $ref: '#/properties/a/$defs/item' } }), $defs: { item } },
          b: { ...object({ x: { $ref: '#/$defs/item' } }), $defs: { item: { type: 'number' } } },
        }),
        $defs: { item: { type: 'boolean' } },
      },
      {
        ...object({
          a: object({ x: { $ref: '#/$defs/item_2' } }),
          b: object({ x: { $ref: '#/$defs/item' } }),
        }),
        $defs: { item: { type: 'boolean' }, item_2: item },
      },
    ],
    [
      'that are properties elsewhere',
      object({ a: item, list: { type: 'array', items: { $ref: '#/properties/a' } } }),
      {
        ...object({ a: { $ref: '#/$defs/a' }, list: { type: 'array', items: { $ref: '#/$defs/a' } } }),
        $defs: { a: item },
      },
    ],
    [
      'inside of definitions',
      object({
        a: {
          ...object({ x: { $ref: '#/$defs/outer' } }),
          $defs: { outer: { ...item, $defs: { inner: item } } },
        },
      }),
      { ...object({ a: object({ x: { $ref: '#/$defs/outer' } }) }), $defs: { outer: item } },
    ],
  ])('are moved to the root: %s', async (_what, schema, moved) => {
    for (const vendor of [OPENAI, ANTHROPIC, GEMINI])
      expect(await sent(vendor, asks.tool(schema))).toMatchObject({ schema: moved, warnings: [] });
  });

  it.each([
    { ...object({ a: { $ref: '#/$defs/a~1b' } }), $defs: { 'a/b': item } },
    { ...object({ a: { $ref: '#/definitions/item' } }), definitions: { item } },
    object({ children: { type: 'array', items: { $ref: '#' } } }),
    object({ a: { $ref: '#item' }, b: { ...item, $anchor: 'item' } }),
  ])('that stand where they are found stay: %j', async (schema) => {
    expect(await sent(OPENAI, asks.tool(schema))).toMatchObject({ schema, warnings: [] });
  });

  it.each([
    ['#/$defs/missing', 'which it does not hold'],
    ['#/properties/__proto__', 'which it does not hold'],
    ['https://schemas.test/item.json', 'which is no part of it: schemas are not fetched'],
    ['#missing', 'which is no part of it: schemas are not fetched'],
    ['', 'which is no part of it: schemas are not fetched'],
  ])('that are not there are refused: %j', async ($ref, why) => {
    for (const { line, model } of [OPENAI, GEMINI])
      for (const [ask, path] of [
        [asks.tool, TOOL_PATH],
        [asks.output, OUTPUT_PATH],
      ] as const) {
        await using vendor = await startVendorApp(getLine(line));
        expect(await refused(vendor, model, ask(object({ a: { $ref } })))).toBe(
          `INVALID_REQUEST ${path}: The schema refers to "${$ref}", ${why}.`,
        );
      }
  });

  it('further down hold the answer as well', async () => {
    await using vendor = await startVendorApp(getLine(GEMINI.line));
    const cart = { ...object({ first: { $ref: '#/$defs/item' } }), $defs: { item } };
    const { warnings } = await wireOf(vendor, {
      model: GEMINI.model,
      prompt: 'Hi',
      ...asks.output(object({ cart })),
    });
    expect(warnings.map(({ code }) => code)).toEqual(['OUTPUT_VIOLATES_SCHEMA', 'PROVIDER_WARNING']);
  });
});

describe('what Gemini does not read of a schema', () => {
  it('is left out, with a warning where it held the model to something', async () => {
    const schema = object({
      a: { type: 'string', pattern: '^a', minLength: 1, examples: ['a'], title: 'A' },
      b: { const: 'x' },
      c: { $ref: '#/$defs/c', description: 'C.' },
    });
    for (const ask of [asks.output, asks.tool]) {
      const { schema: given, warnings } = await sent(GEMINI, ask({ ...schema, $defs: { c: { not: {} } } }));
      expect(given).toEqual({
        ...object({ a: { type: 'string', title: 'A' }, b: { enum: ['x'] }, c: { $ref: '#/$defs/c' } }),
        $defs: { c: {} },
      });
      expect(warnings).toEqual([
        expect.stringMatching(
          /^SCHEMA_DOWNGRADED .* does not know pattern, minLength, not in schemas: left out\.$/,
        ),
      ]);
    }
  });

  it.each([
    object({ a: { type: ['string', 'null'], format: 'date', default: 'x' } }),
    object({ list: { type: 'array', items: { type: 'number', minimum: 1 }, maxItems: 3 } }),
    object({ e: { enum: ['a', 'b'] } }, { required: ['e'], additionalProperties: false, $comment: 'x' }),
  ])('says nothing of what only describes: %j', async (schema) => {
    expect((await sent(GEMINI, asks.output(schema))).warnings).toEqual([]);
  });
});
