// Streams an answer over WebSocket:
// `node_modules/.bin/node examples/stream-over-websocket.ts "your prompt"`, with the server running.
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { graphql } from './generated/gql.ts';
import type { StreamSubscription } from './generated/graphql.ts';

const url = process.env['MODELGRAPH_URL'] ?? 'http://127.0.0.1:4000/graphql';
const model = process.env['MODEL'] ?? 'demo-reasoning';
const prompt = process.argv[2] ?? 'Is 1009 a prime number?';

const Stream = graphql(`
  subscription Stream($input: GenerateInput!) {
    generate(input: $input) {
      __typename
      ... on ReasoningDelta {
        text
      }
      ... on TextDelta {
        text
      }
      ... on GenerationCompleted {
        finishReason
        generation {
          usage {
            inputTokens
            outputTokens
          }
        }
      }
      ... on GenerationFailed {
        error {
          code
          message
          retryable
        }
      }
    }
  }
`);

const client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket });
const results = client.iterate<StreamSubscription>({
  query: print(Stream),
  variables: { input: { model, prompt } },
});
for await (const { data, errors } of results) {
  // A refused request is an error before the first event; later failures are events.
  if (errors !== undefined) throw new Error(errors.map((error) => error.message).join('\n'));
  const event = data?.generate;
  if (event?.__typename === 'ReasoningDelta') process.stderr.write(event.text);
  if (event?.__typename === 'TextDelta') process.stdout.write(event.text);
  if (event?.__typename === 'GenerationCompleted')
    process.stdout.write(
      `\n[${event.finishReason}, ${event.generation.usage?.outputTokens ?? '?'} tokens]\n`,
    );
  if (event?.__typename === 'GenerationFailed')
    process.stdout.write(`\n[${event.error.code}: ${event.error.message}]\n`);
}
await client.dispose();
