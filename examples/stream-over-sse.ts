// Streams an answer over server-sent events with `fetch` alone:
// `node_modules/.bin/node examples/stream-over-sse.ts "your prompt"`, with the server running.
const url = process.env['MODELGRAPH_URL'] ?? 'http://127.0.0.1:4000/graphql';
const model = process.env['MODEL'] ?? 'demo-reasoning';
const prompt = process.argv[2] ?? 'Is 1009 a prime number?';

const query = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) {
      __typename
      ... on ReasoningDelta { text }
      ... on TextDelta { text }
      ... on GenerationFailed { error { code message } }
    }
  }
`;

interface Frame {
  readonly data?: {
    readonly generate: {
      readonly __typename: string;
      readonly text?: string;
      readonly error?: { readonly code: string; readonly message: string };
    };
  };
  readonly errors?: readonly { readonly message: string }[];
}

const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  body: JSON.stringify({ query, variables: { input: { model, prompt } } }),
});
if (response.body === null) throw new Error(`the server answered ${response.status} without a body`);

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
    if (event?.__typename === 'ReasoningDelta') process.stderr.write(event.text ?? '');
    if (event?.__typename === 'TextDelta') process.stdout.write(event.text ?? '');
    if (event?.error !== undefined) process.stdout.write(`\n[${event.error.code}: ${event.error.message}]`);
  }
}
process.stdout.write('\n');
