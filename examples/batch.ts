// Hands in a batch, follows it to its end and prints what came of it:
// `node_modules/.bin/node examples/batch.ts "first prompt" "second prompt"`, with the server running.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const url = process.env['MODELGRAPH_URL'] ?? 'http://127.0.0.1:4000/graphql';
const model = process.env['MODEL'] ?? 'demo';
const given = process.argv.slice(2);
const prompts = given.length > 0 ? given : ['Is 7 a prime number?', 'Is 9 a prime number?'];

interface Result {
  // The shape is that of the query beside it.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data?: any;
  readonly errors?: readonly { readonly message: string }[];
}

const dataOf = ({ data, errors }: Result) => {
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data;
};

const ask = async (query: string, variables: Readonly<Record<string, unknown>>) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return dataOf((await response.json()) as Result);
};

const { submitBatch } = await ask(
  'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id mode } }',
  {
    input: {
      displayName: 'An example',
      requests: prompts.map((prompt, index) => ({ customId: `prompt-${index}`, input: { model, prompt } })),
    },
  },
);
process.stdout.write(`${submitBatch.id} (${submitBatch.mode})\n`);

const client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket });
const query = 'subscription ($id: ID!) { batchUpdated(id: $id) { status counts { total pending failed } } }';
for await (const result of client.iterate({ query, variables: { id: submitBatch.id } })) {
  const { status, counts } = dataOf(result as Result).batchUpdated;
  process.stdout.write(`${status} ${counts.total - counts.pending}/${counts.total}\n`);
}
await client.dispose();

let after: string | null = null;
do {
  const { batch } = await ask(
    `query ($id: ID!, $after: String) { batch(id: $id) { items(first: 100, after: $after) {
      nodes { customId text error { message } } pageInfo { hasNextPage endCursor } } } }`,
    { id: submitBatch.id, after },
  );
  for (const { customId, text, error } of batch.items.nodes)
    process.stdout.write(`\n${customId}: ${text ?? error?.message ?? 'no answer'}\n`);
  after = batch.items.pageInfo.hasNextPage ? batch.items.pageInfo.endCursor : null;
} while (after !== null);
