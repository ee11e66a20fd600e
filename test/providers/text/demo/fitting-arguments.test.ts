import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../src/core/json.ts';
import type { FunctionTool } from '../../../../src/core/text-request.ts';
import { connectDemoModel, never, requestOf } from './demo-harness.ts';

const STRING = { type: 'string' };
const INTEGER = { type: 'integer' };

const objectOf = (
  properties: { readonly [name: string]: JsonValue },
  required?: readonly string[],
): JsonValue => ({
  type: 'object',
  properties,
  ...(required !== undefined && { required }),
});

const toolOf = (name: string, parameters: JsonValue, description: string | null = null): FunctionTool => ({
  type: 'function',
  name,
  description,
  parameters,
  strict: null,
});

const callOf = async (prompt: string, ...tools: readonly FunctionTool[]) => {
  const { provider } = connectDemoModel('demo-tool');
  const { toolCalls } = await provider.generate(requestOf(prompt, { tools }), { signal: never });
  return toolCalls[0];
};

const documentOf = async (prompt: string, schema: JsonValue): Promise<unknown> => {
  const { provider } = connectDemoModel('demo-json');
  const output = { type: 'schema', name: 'document', schema, strict: true } as const;
  const { text } = await provider.generate(requestOf(prompt, { output }), { signal: never });
  return JSON.parse(text);
};

const WEATHER = objectOf(
  { city: STRING, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] }, days: INTEGER },
  ['city'],
);
const TABLE = objectOf({
  restaurant_name: STRING,
  city: STRING,
  date: { type: 'string', format: 'date' },
  time: STRING,
  partySize: { ...INTEGER, maximum: 20 },
});

const ARGUMENTS: readonly (readonly [string, JsonValue, object])[] = [
  ['What is the weather in Paris?', WEATHER, { city: 'Paris' }],
  ['weather in paris', WEATHER, { city: 'Paris' }],
  [
    'How warm is it in New York, in °F, for the next 3 days?',
    WEATHER,
    { city: 'New York', unit: 'fahrenheit', days: 3 },
  ],
  [
    'Book a table for 4 people at Chez Louis in Rome on 3 May 2026 at 7:30 pm',
    TABLE,
    { restaurant_name: 'Chez Louis', city: 'Rome', date: '2026-05-03', time: '19:30', partySize: 4 },
  ],
  [
    'Find flights from Berlin to Tokyo for two adults under $1,900',
    objectOf(
      {
        to: STRING,
        from: STRING,
        adults: INTEGER,
        maxPrice: { type: 'number' },
        currency: { enum: ['EUR', 'USD'] },
      },
      ['to', 'from', 'adults'],
    ),
    { from: 'Berlin', to: 'Tokyo', adults: 2, maxPrice: 1900, currency: 'USD' },
  ],
  [
    'Compare Oslo, Bergen and Trondheim',
    objectOf({ cities: { type: 'array', items: STRING } }),
    { cities: ['Oslo', 'Bergen', 'Trondheim'] },
  ],
  [
    'Convert 12.5 miles to kilometres',
    objectOf({ value: { type: 'number' }, from_unit: STRING, to_unit: STRING }),
    { value: 12.5, from_unit: 'miles', to_unit: 'kilometres' },
  ],
  [
    'Send "The report is late" to bob@example.org',
    objectOf({ to: { type: 'string', format: 'email' }, subject: STRING }),
    { to: 'bob@example.org', subject: 'The report is late' },
  ],
];

test.each(ARGUMENTS)('the arguments of a call fit the question: %s', async (prompt, parameters, expected) => {
  expect((await callOf(prompt, toolOf('act', parameters)))?.arguments).toEqual(expected);
});

test('a number of the question that the schema does not take is not given', async () => {
  const parameters = objectOf({ party_size: { ...INTEGER, maximum: 8 } }, ['party_size']);
  expect((await callOf('A table for 12 please', toolOf('book', parameters)))?.arguments).not.toEqual({
    party_size: 12,
  });
});

test('of several functions the one closest to the question is called', async () => {
  const time = toolOf('get_time', objectOf({ city: STRING }), 'The local time in a city.');
  const weather = toolOf('get_weather', WEATHER, 'The weather in a city.');
  expect(await callOf('The weather in Rome?', time, weather)).toMatchObject({
    name: 'get_weather',
    arguments: { city: 'Rome' },
  });
});

test('a document answers its question, in lists that are worth a look', async () => {
  const recipe = objectOf({
    title: STRING,
    servings: INTEGER,
    ingredients: { type: 'array', items: objectOf({ name: STRING, amount: { type: 'number' } }) },
    steps: { type: 'array', items: STRING, minItems: 2 },
  });
  expect(await documentOf('Pancakes for 6 servings', recipe)).toMatchObject({
    title: 'Pancakes for 6 servings',
    servings: 6,
    ingredients: [{ name: 'Ingredient 1' }, { name: 'Ingredient 2' }, { name: 'Ingredient 3' }],
    steps: ['Step 1', 'Step 2', 'Step 3'],
  });
  expect(await documentOf('Why is the sky blue?', objectOf({ answer: STRING }))).toEqual({
    answer: 'The sky is blue because air scatters blue light far more than red.',
  });
});

const AWKWARD: readonly JsonValue[] = [
  objectOf({ name: { type: 'string', maxLength: 3 }, city: { type: 'string', minLength: 20 } }),
  objectOf({ tags: { type: 'array', items: { enum: ['a'] }, uniqueItems: true } }),
  objectOf({ count: { type: 'integer', multipleOf: 7, minimum: 30 } }, ['count']),
  objectOf({ place: { anyOf: [{ type: 'null' }, objectOf({ city: STRING }, ['city'])] } }, ['place']),
  { $ref: '#/$defs/a~1b', $defs: { 'a/b': objectOf({ city: STRING }, ['city']) } },
  objectOf({ points: { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 } }),
];

test.each(AWKWARD)(
  'a document is what its schema accepts, whatever the question states: %j',
  async (schema) => {
    const isValid = new Ajv2020({ strict: false, validateFormats: false }).compile(schema as object);
    for (const prompt of ['', 'Paris', 'From 3 to 1,000 people in Rome at 7 pm, "a" and "b"'])
      expect(isValid(await documentOf(prompt, schema)), prompt).toBe(true);
  },
);

test('a schema that grows without end costs no more than a small one', async () => {
  const names = 'abcdefghij'.split('');
  const schema = objectOf(Object.fromEntries(names.map((name) => [name, { $ref: '#' }])), names);
  const long = objectOf({
    a: { type: 'array', minItems: 1_000_000_000 },
    b: { type: 'string', minLength: 1e9 },
  });
  const { provider } = connectDemoModel('demo-json');
  for (const given of [schema, long]) {
    const output = { type: 'schema', name: 'document', schema: given, strict: true } as const;
    const { text } = await provider.generate(requestOf('Hello', { output }), { signal: never });
    expect(text.length).toBeLessThan(1_000_000);
  }
});
