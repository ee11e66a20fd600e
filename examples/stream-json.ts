// Streams an answer as JSON and shows the document grow:
// `node_modules/.bin/node examples/stream-json.ts "your prompt"`, with the server running.
const url = process.env['MODELGRAPH_URL'] ?? 'http://127.0.0.1:4000/graphql';
const model = process.env['MODEL'] ?? 'demo-json';
const prompt = process.argv[2] ?? 'Suggest three cities for a weekend.';

const query = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) {
      __typename
      ... on OutputUpdated { path change value }
      ... on WarningRaised { warning { message } }
      ... on GenerationCompleted { generation { output outputViolations { path message } } }
      ... on GenerationFailed { error { code message } }
    }
  }
`;

const schema = {
  type: 'object',
  properties: {
    cities: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, reason: { type: 'string' } },
        required: ['name', 'reason'],
        additionalProperties: false,
      },
    },
  },
  required: ['cities'],
  additionalProperties: false,
};

interface Step {
  readonly path: string;
  readonly change: 'SET' | 'APPEND' | 'DONE';
  readonly value: unknown;
}

/** The document after one more step. */
const applyStep = (document: unknown, { path, change, value }: Step): unknown => {
  if (change === 'DONE') return document;
  const root = { document };
  const keys = ['document', ...path.split('/').slice(1)].map((key) =>
    key.replaceAll('~1', '/').replaceAll('~0', '~'),
  );
  const last = keys.pop() ?? 'document';
  const parent = keys.reduce(
    (at, key) => at[key] as Record<string, unknown>,
    root as Record<string, unknown>,
  );
  parent[last] = change === 'SET' ? value : `${String(parent[last])}${String(value)}`;
  return root.document;
};

interface Frame {
  readonly data?: {
    readonly generate: Partial<Step> & {
      readonly __typename: string;
      readonly warning?: { readonly message: string };
      readonly generation?: { readonly output: unknown };
      readonly error?: { readonly code: string; readonly message: string };
    };
  };
  readonly errors?: readonly { readonly message: string }[];
}

const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  body: JSON.stringify({
    query,
    variables: {
      input: {
        model,
        prompt,
        streamOutput: true,
        output: { schema: { name: 'cities', schema, onViolation: 'REPAIR' } },
      },
    },
  }),
});
if (response.body === null) throw new Error(`the server answered ${response.status} without a body`);

let document: unknown = null;
let buffer = '';
for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
  buffer += chunk;
  const blocks = buffer.split('\n\n');
  buffer = blocks.pop() ?? '';
  for (const block of blocks) {
    const data = /^data: (.+)$/m.exec(block)?.[1];
    // Heartbeats are comments without data; the end is a `complete` event with none.
    if (data === undefined) continue;
    const { data: result, errors } = JSON.parse(data) as Frame;
    if (errors !== undefined) throw new Error(errors.map((error) => error.message).join('\n'));
    const event = result?.generate;
    if (event?.__typename === 'OutputUpdated') {
      document = applyStep(document, event as Step);
      process.stdout.write(`${JSON.stringify(document)}\n`);
    }
    if (event?.warning !== undefined) process.stderr.write(`${event.warning.message}\n`);
    if (event?.error !== undefined) process.stderr.write(`[${event.error.code}: ${event.error.message}]\n`);
    if (event?.generation !== undefined)
      process.stdout.write(`\n${JSON.stringify(event.generation.output, null, 2)}\n`);
  }
}
