/** An operation that the server has to refuse. */
export interface RefusedOperation {
  readonly name: string;
  readonly query: string;
  readonly variables?: unknown;
}

const ROOT_FIELDS = 20;

/** By how much the lists of a body have to be shorter for their number to be allowed. */
const FEWER = 8;

const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }';
const INPUT = { model: 'demo', prompt: 'Hello' };

const list = <T>(length: number, item: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => item(index));

const generate = (name: string, input: object): RefusedOperation => ({
  name,
  query: GENERATE,
  variables: { input: { ...INPUT, ...input } },
});

const fields = (field: (index: number) => string): string => list(ROOT_FIELDS, field).join(' ');

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const namedKeys = (bytes: number): object =>
  Object.fromEntries(list(Math.floor(bytes / 12), (index) => [`k${index}`, 0]));

/** Inputs of a generation, each with one thing too many, as large as the body may be. */
const toInputs = (bytes: number): readonly RefusedOperation[] => {
  const text = 'x'.repeat(bytes);
  const many = <T>(size: number, item: (index: number) => T) => list(Math.floor(bytes / size), item);
  return [
    generate('unknown keys', namedKeys(bytes)),
    generate('unknown keys, 1,000', Object.fromEntries(list(1_000, (index) => [`k${index}`, 0]))),
    generate('a model name of megabytes', { model: text }),
    generate('metadata of many keys', { metadata: namedKeys(bytes) }),
    generate('metadata of one text', { metadata: { text } }),
    generate('metadata of many lists', { metadata: many(4, () => []) }),
    generate('messages', { prompt: null, messages: many(60, () => ({ user: { content: 'Hi' } })) }),
    generate('messages of an unknown kind', { messages: many(20, (index) => ({ [`m${index}`]: 1 })) }),
    generate('tools', {
      tools: many(80, (index) => ({ name: `t${index}`, inputSchema: { type: 'object' } })),
    }),
    generate('tools of one name', {
      tools: many(80, () => ({ name: 't', inputSchema: { type: 'object' } })),
    }),
    generate('a schema with many required names', {
      output: { schema: { type: 'object', required: many(10, (index) => `r${index}`) } },
    }),
    generate('a schema with many properties', {
      output: { schema: { type: 'object', properties: namedKeys(bytes) } },
    }),
    generate('provider options', { providerOptions: namedKeys(bytes) }),
    generate('stop sequences', { stop: many(4, () => 'x') }),
    generate('fallback models', { fallbackModels: many(12, (index) => `model${index}`) }),
    generate('fallback models of megabytes', {
      fallbackModels: ['x'.repeat(bytes / 2), 'y'.repeat(bytes / 2)],
    }),
    generate('a list where text belongs', { prompt: many(2, () => 0) }),
    generate('text where a number belongs', { temperature: text }),
    {
      name: 'values of an enum',
      query: 'query ($s: [ModelStatus!]) { models(where: { status: $s }) { totalCount } }',
      variables: { s: many(12, (index) => `S${index}`) },
    },
    { name: 'unknown variables', query: '{ __typename }', variables: namedKeys(bytes) },
  ];
};

/** Arguments of queries, asked for as often as one operation may. */
const toArguments = (bytes: number): readonly RefusedOperation[] => {
  const text = 'x'.repeat(bytes);
  return [
    {
      name: 'searches',
      query: `query ($s: String) { ${fields((index) => `m${index}: models(where: { search: $s }) { totalCount }`)} }`,
      variables: { s: text },
    },
    {
      name: 'names of providers',
      query: `query ($p: [String!]) { ${fields((index) => `m${index}: models(where: { providers: $p }) { totalCount }`)} }`,
      variables: { p: list(Math.floor(bytes / 12), (index) => `p${index}`) },
    },
    {
      name: 'model names in previews',
      query: `query ($i: GenerateInput!) { ${fields((index) => `p${index}: previewGeneration(input: $i) { problems { message } }`)} }`,
      variables: { i: { ...INPUT, model: text } },
    },
    {
      name: 'model names',
      query: `query ($n: String!) { ${fields((index) => `m${index}: model(name: $n) { name }`)} }`,
      variables: { n: text },
    },
    {
      name: 'ids',
      query: `query ($i: ID!) { ${fields((index) => `g${index}: generation(id: $i) { id }`)} }`,
      variables: { i: text },
    },
    {
      name: 'cursors',
      query: `query ($c: String) { ${fields((index) => `g${index}: generations(first: 1, after: $c) { totalCount }`)} }`,
      variables: { c: text },
    },
    {
      name: 'an idempotency key',
      query: 'mutation ($i: GenerateInput!, $k: String) { generate(input: $i, idempotencyKey: $k) { id } }',
      variables: { i: INPUT, k: text },
    },
    {
      name: 'a name of an operation',
      query: `query ${'q'.repeat(bytes)} { nothing }`,
    },
  ];
};

/** Documents that ask for too much, or for nothing there is. */
const toDocuments = (bytes: number): readonly RefusedOperation[] => {
  const often = (text: string, times: number): string => `${text} `.repeat(times);
  const fragments = (count: number): string =>
    list(count, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`).join(' ');
  return [
    {
      name: 'one field, 1,200 times',
      query: `{ models { nodes { ${often('provider { name }', 1_200)} } } }`,
    },
    { name: 'one field, as long as the body', query: `{ ${often('__typename', bytes / 11)} }` },
    { name: 'aliases', query: `{ ${list(1_500, (index) => `a${index}: __typename`).join(' ')} }` },
    { name: 'directives', query: `{ __typename ${often('@include(if: true)', 800)} }` },
    {
      name: 'fragments that double',
      query: `{ ...F0 } ${fragments(30)} fragment F30 on Query { __typename }`,
    },
    {
      name: 'fragments in a circle',
      query: `{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }`,
    },
    { name: 'unknown fields', query: `{ ${list(2_000, (index) => `f${index}`).join(' ')} }` },
    {
      name: 'unknown arguments',
      query: `{ models(${list(1_500, (index) => `a${index}: 1`).join(' ')}) { totalCount } }`,
    },
    { name: 'a comment', query: `{ nothing } #${'x'.repeat(bytes)}` },
    { name: 'blanks', query: `{ nothing }${' '.repeat(bytes)}` },
    { name: 'a text in the document', query: `{ model(name: "${'x'.repeat(bytes)}") { nothing } }` },
    { name: 'lists in the document', query: `{ model(name: ${nested(2_000)}) { name } }` },
    { name: 'operations', query: list(800, (index) => `query Q${index} { nothing }`).join(' ') },
    {
      name: 'variables of the document',
      query: `query (${list(1_000, (index) => `$v${index}: Int`).join(' ')}) { nothing }`,
    },
    { name: 'no document', query: '{'.repeat(bytes) },
  ];
};

/** Operations of every shape, of about so many bytes at the most. */
export const refusedOperations = (bytes: number): readonly RefusedOperation[] => [
  ...toInputs(bytes),
  // As many values as may be, so that they are not refused for their number.
  ...toInputs(bytes / FEWER).map((operation) => ({ ...operation, name: `${operation.name}, fewer` })),
  ...toArguments(bytes),
  ...toDocuments(bytes),
];
