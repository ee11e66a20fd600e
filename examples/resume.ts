// Loses its connection after every third event and goes on from where it was, by turns over WebSocket and SSE:
// `node_modules/.bin/node examples/resume.ts "your prompt"`, with the server running.
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const url = process.env['MODELGRAPH_URL'] ?? 'http://127.0.0.1:4000/graphql';
const model = process.env['MODEL'] ?? 'demo-reasoning';
const prompt = process.argv[2] ?? 'Is 1009 a prime number?';
const EVENTS_PER_CONNECTION = 3;

const FIELDS = `
  __typename
  generationId
  cursor
  ... on GenerationSnapshot { generation { text } }
  ... on TextDelta { offset text }
  ... on GenerationCompleted { generation { text } }
  ... on GenerationFailed { error { code message } }
`;
const START = `subscription ($input: GenerateInput!) { event: generate(input: $input) { ${FIELDS} } }`;
const RESUME = `subscription ($id: ID!, $after: Cursor) { event: generationEvents(id: $id, after: $after) { ${FIELDS} } }`;

interface GenerationEvent {
  readonly __typename: string;
  readonly generationId: string;
  readonly cursor: string;
  readonly offset?: number;
  readonly text?: string;
  readonly generation?: { readonly text: string };
  readonly error?: { readonly code: string; readonly message: string };
}

interface Result {
  readonly data?: { readonly event: GenerationEvent } | null;
  readonly errors?: readonly { readonly message: string }[];
}

interface Request {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

const openWebSocket = (request: Request) => {
  const client = createWebSocketClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  // Leaving the iteration alone would tell the server that its events are not wanted any more, which ends the generation.
  return { iterate: () => client.iterate(request), lose: () => client.terminate() };
};

const openEventStream = (request: Request) => {
  const client = createSseClient({ url, retryAttempts: 0 });
  return { iterate: () => client.iterate(request), lose: () => client.dispose() };
};

/** The events of one connection, which is lost without a word as soon as its reader stops. */
async function* connect(request: Request, over: 'websocket' | 'sse'): AsyncGenerator<GenerationEvent> {
  const connection = over === 'sse' ? openEventStream(request) : openWebSocket(request);
  for await (const result of connection.iterate()) {
    const { data, errors } = result as Result;
    if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
    if (!data) continue;
    let isRead = false;
    try {
      yield data.event;
      isRead = true;
    } finally {
      if (!isRead) connection.lose();
    }
  }
}

let text = '';
let last: GenerationEvent | undefined;
let connections = 0;

const take = (event: GenerationEvent): void => {
  last = event;
  if (event.__typename === 'GenerationSnapshot') text = event.generation?.text ?? '';
  if (event.__typename !== 'TextDelta') return;
  if (event.offset !== text.length)
    throw new Error(`a piece at ${String(event.offset)}, and ${text.length} are there`);
  text += event.text ?? '';
  process.stdout.write(event.text ?? '');
};

const hasEnded = (): boolean => /^Generation(Completed|Failed|Cancelled)$/.test(last?.__typename ?? '');

while (!hasEnded()) {
  connections += 1;
  const request: Request =
    last === undefined
      ? { query: START, variables: { input: { model, prompt } } }
      : { query: RESUME, variables: { id: last.generationId, after: last.cursor } };
  let count = 0;
  for await (const event of connect(request, connections % 2 === 0 ? 'sse' : 'websocket')) {
    take(event);
    count += 1;
    if (count === EVENTS_PER_CONNECTION) break;
  }
}

if (last?.error !== undefined) throw new Error(`${last.error.code}: ${last.error.message}`);
if (text !== last?.generation?.text) throw new Error('the pieces are not the whole');
process.stdout.write(`\n\n${connections} connections, ${text.length} characters, nothing lost or doubled\n`);
