import { FUZZED_LINES } from './vendor-inputs.ts';
import type { Dice } from './dice.ts';

/** An operation as a client should send it. */
export interface ClientOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A PNG of one pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';

const SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean' }, items: { type: 'array', items: { $ref: '#/$defs/item' } } },
  required: ['ok'],
  additionalProperties: false,
  $defs: { item: { type: 'object', properties: { name: { type: 'string', enum: ['a', 'b'] } } } },
};

const MODELS = ['demo', 'demo-reasoning', 'demo-tool', ...FUZZED_LINES.map(({ model }) => model)];

const CONVERSATION = [
  { system: 'Be brief.' },
  { user: [{ text: 'What is this?' }, { image: { source: { base64: PNG }, mediaType: 'image/png' } }] },
  {
    assistant: {
      text: 'Let me look.',
      reasoning: [{ text: 'Hm.' }],
      toolCalls: [{ callId: 'call_a', name: 'look', arguments: { at: ['it', 1.5, null] } }],
    },
  },
  { tool: { callId: 'call_a', output: { seen: ['a dot'] }, isError: false } },
  { user: [{ text: 'And now?' }] },
];

const TOOLS = [
  {
    function: {
      name: 'look',
      description: 'Looks.',
      parameters: { type: 'object', properties: { at: {} } },
      strict: true,
    },
  },
  { function: { name: 'time', parameters: { type: 'object' } } },
];

/** A request with nearly everything that one can hold; what a model does not take is left out with a warning. */
export const toFullInput = (dice: Dice): Readonly<Record<string, unknown>> => ({
  model: dice.pick(MODELS),
  onUnsupported: 'DROP_WITH_WARNING',
  ...(dice.chance(0.5) ? { messages: CONVERSATION } : { prompt: 'Say something.', system: 'Be brief.' }),
  ...(dice.chance(0.4) && { tools: TOOLS, toolChoice: { mode: 'AUTO' }, parallelToolCalls: true }),
  ...(dice.chance(0.3) && {
    output: { schema: { name: 'answer', schema: SCHEMA, strict: true, onViolation: 'REPAIR' } },
    streamOutput: true,
  }),
  ...(dice.chance(0.4) && { temperature: 0.5, topP: 0.9, topK: 40, seed: 7, stopSequences: ['END'] }),
  ...(dice.chance(0.3) && { reasoning: { effort: 'LOW' }, verbosity: 'LOW', cache: 'SHORT' }),
  ...(dice.chance(0.3) && {
    presencePenalty: 0.1,
    frequencyPenalty: 0.1,
    maxOutputTokens: 100,
    maxCostUsd: 0.1,
  }),
  ...(dice.chance(0.3) && {
    metadata: { a: [1, { b: null }] },
    providerOptions: { user: 'u' },
    timeoutMs: 20_000,
  }),
  ...(dice.chance(0.2) && { fallbackModels: ['demo', 'sonar'] }),
});

const GENERATION_FIELDS = `id status text reasoning output finishReason metadata lastSequence
  toolCalls { callId name arguments } usage { inputTokens totalTokens } cost { total } warnings { code path }
  error { code message } model { name provider { name } } resolution { steps { from to reason } }`;

const EVENTS = `__typename generationId sequence cursor
  ... on TextDelta { text offset } ... on ToolCallReady { toolCall { arguments } }
  ... on GenerationCompleted { generation { ${GENERATION_FIELDS} } }
  ... on GenerationFailed { error { code message } }`;

const withInput =
  (query: string) =>
  (dice: Dice): ClientOperation => ({ query, variables: { input: toFullInput(dice) } });

const CONTINUED = (dice: Dice): Readonly<Record<string, unknown>> => ({
  ...toFullInput(dice),
  onDisconnect: 'CONTINUE',
});

/** Operations of every kind; the mutations start generations that end by themselves. */
export const OPERATIONS: readonly ((dice: Dice) => ClientOperation)[] = [
  withInput(`subscription ($input: GenerateInput!) { generate(input: $input) { ${EVENTS} } }`),
  withInput(`mutation ($input: GenerateInput!) { generate(input: $input) { ${GENERATION_FIELDS} } }`),
  (dice) => ({
    query: dice.pick(['{ __typename }', '']),
    variables: {},
    extensions: {
      persistedQuery: {
        version: 1,
        sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38',
      },
    },
  }),
  withInput(
    'query ($input: GenerateInput!) { previewGeneration(input: $input) { accepted estimatedInputTokens problems { code message path allowed suggestion } } }',
  ),
  (dice) => ({
    query: `mutation Start($input: GenerateInput!, $key: String) { startGeneration(input: $input, idempotencyKey: $key) { ${GENERATION_FIELDS} } }`,
    variables: { input: CONTINUED(dice), key: `key-${dice.below(50)}` },
    operationName: 'Start',
  }),
  (dice) => ({
    query: `query ($where: ModelFilter, $first: Int, $orderBy: ModelOrder) {
      models(where: $where, first: $first, orderBy: $orderBy) { totalCount nodes { id name aliases provider { name } } pageInfo { endCursor } } }`,
    variables: {
      where: { search: 'gpt', providers: ['openai', 'xai'], functionCalling: true, minContextWindow: 1_000 },
      first: dice.pick([1, 5, 100]),
      orderBy: { field: 'NAME', direction: 'DESC' },
    },
  }),
  () => ({
    query:
      'query ($name: String!) { resolveModel(name: $name, reasoning: true) { requested steps { from to reason } } model(name: $name) { name } }',
    variables: { name: 'gpt-4.1' },
  }),
  (dice) => ({
    query: `query ($id: ID!, $ids: [ID!]!, $after: String) {
      generation(id: $id) { ${GENERATION_FIELDS} } node(id: $id) { id } nodes(ids: $ids) { id __typename }
      generations(first: 5, after: $after, status: [COMPLETED, FAILED]) { edges { cursor node { id text } } } }`,
    variables: { id: 'gen_0', ids: ['gen_0', 'TW9kZWw6Z3B0LTQuMQ=='], after: dice.pick([null, 'x', 'MQ==']) },
  }),
  (dice) => ({
    query: `subscription ($id: ID!, $after: Cursor) { generationEvents(id: $id, after: $after) { ${EVENTS} } }`,
    variables: { id: 'gen_0', after: dice.pick([null, 'x', '0', 'MA==']) },
  }),
  (dice) => ({
    query:
      'mutation ($id: ID!, $results: [ToolResultInput!]!) { cancelGeneration(id: $id) { id } submitToolResults(generationId: $id, results: $results) { id } }',
    variables: {
      id: 'gen_0',
      results: [{ callId: 'call_a', output: { ok: dice.chance(0.5) }, isError: true }],
    },
  }),
  (dice) => ({
    query:
      'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id status counts { total } } }',
    variables: {
      input: {
        displayName: 'a batch',
        metadata: { a: 1 },
        requests: ['a', 'b'].map((customId) => ({
          customId,
          input: { ...toFullInput(dice), model: 'demo' },
        })),
      },
    },
  }),
  (dice) => ({
    query: `query ($id: ID!, $first: Int) { batch(id: $id) { id items(first: $first) { nodes { customId text } } }
      batches(first: $first) { nodes { id status } } providers { name health { state } models(first: $first) { nodes { name } } } }`,
    variables: { id: 'batch_0', first: dice.pick([1, 10]) },
  }),
];

/** Requests of a batch, a line each. */
export const toBatchLines = (dice: Dice): readonly string[] =>
  Array.from({ length: 1 + dice.below(6) }, (_, index) =>
    JSON.stringify({ customId: `r${index}`, input: { ...toFullInput(dice), model: 'demo' } }),
  );
