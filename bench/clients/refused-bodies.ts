import { connect } from 'node:net';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { RefusedOperation } from './refused-operations.ts';

export const REFUSAL_TRANSPORTS = ['http', 'sse', 'websocket'] as const;
export type RefusalTransport = (typeof REFUSAL_TRANSPORTS)[number];

/** What came of a request: a code of an error, a status, or how its connection was closed. */
type Outcome = string;

const codeIn = (text: string): Outcome =>
  /"code":"(\w+)"/.exec(text)?.[1] ?? (text.includes('"data"') ? 'answered' : 'no answer');

const postText = async (url: string, body: string, accept: string, signal: AbortSignal): Promise<Outcome> => {
  const headers = { 'content-type': 'application/json', accept };
  const response = await fetch(url, { method: 'POST', headers, body, signal });
  return codeIn(await response.text());
};

const sendMessage = async (url: string, payload: string, signal: AbortSignal): Promise<Outcome> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const outcome = Promise.withResolvers<Outcome>();
  socket.on('close', (code) => outcome.resolve(`closed with ${code}`));
  socket.on('error', (error) => outcome.resolve(error.message));
  signal.addEventListener('abort', () => socket.terminate());
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    if (text.includes('"connection_ack"')) socket.send(`{"type":"subscribe","id":"1","payload":${payload}}`);
    else if (/"type":"(next|error|complete)"/.test(text)) outcome.resolve(codeIn(text));
  });
  try {
    return await outcome.promise;
  } finally {
    socket.terminate();
  }
};

/** Sends a refused operation, and gives what came of it. */
export const sendRefused = (
  url: string,
  { query, variables }: RefusedOperation,
  transport: RefusalTransport,
  signal: AbortSignal,
): Promise<Outcome> => {
  const body = JSON.stringify({ query, variables });
  if (transport === 'websocket') return sendMessage(url, body, signal);
  return postText(url, body, transport === 'sse' ? 'text/event-stream' : 'application/json', signal);
};

/** A body that no operation is read from. */
export interface RefusedBody {
  readonly name: string;
  readonly headers: string;
  readonly body: Buffer;
}

const chunked = (bytes: number, size: number): Buffer => {
  const chunk = `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`;
  return Buffer.from(`${chunk.repeat(Math.floor(bytes / size))}0\r\n\r\n`);
};

const json = (text: string): Pick<RefusedBody, 'headers' | 'body'> => ({
  headers: `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}`,
  body: Buffer.from(text),
});

const BOUNDARY = 'x-x-x';
const multipart = (
  parts: readonly (readonly [name: string, value: string])[],
): Pick<RefusedBody, 'headers' | 'body'> => {
  const body = Buffer.from(
    `${parts
      .map(
        ([name, value]) =>
          `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      .join('')}--${BOUNDARY}--\r\n`,
  );
  return {
    headers: `content-type: multipart/form-data; boundary=${BOUNDARY}\r\ngraphql-require-preflight: 1\r\ncontent-length: ${body.length}`,
    body,
  };
};

const CHUNKED = 'content-type: application/json\r\ntransfer-encoding: chunked';
const OPERATIONS = '{"query":"{ __typename }"}';

/** Bodies of every shape, of about so many bytes at the most. */
export const refusedBodies = (bytes: number): readonly RefusedBody[] => [
  { name: 'a body in pieces of 1 byte', headers: CHUNKED, body: chunked(bytes, 1) },
  { name: 'a body in pieces of 100 bytes', headers: CHUNKED, body: chunked(bytes, 100) },
  { name: 'lists in lists', ...json('['.repeat(bytes)) },
  { name: 'a list of numbers', ...json(`[${'0,'.repeat(bytes / 2)}0]`) },
  { name: 'a list of objects', ...json(`[${'{},'.repeat(bytes / 3)}{}]`) },
  {
    name: 'keys of JSON',
    ...json(`{${Array.from({ length: bytes / 12 }, (_, at) => `"k${at}":0`).join(',')}}`),
  },
  { name: 'a text that does not end', ...json(`{"query":"${'x'.repeat(bytes)}`) },
  { name: 'a text of escapes', ...json(`{"query":"${String.raw`\u0041`.repeat(bytes / 6)}"}`) },
  { name: 'operations in a form', ...multipart([['operations', 'x'.repeat(bytes)]]) },
  {
    name: 'many fields of a form',
    ...multipart(Array.from({ length: bytes / 80 }, (_, at) => [`f${at}`, 'x'])),
  },
  {
    name: 'a map of many paths',
    ...multipart([
      ['operations', OPERATIONS],
      ['map', JSON.stringify({ 0: Array.from({ length: bytes / 20 }, (_, at) => `variables.x.${at}`) })],
    ]),
  },
];

/** Sends a body over a connection of its own, and gives what came of it. */
export const sendBody = async (
  url: string,
  { headers, body }: RefusedBody,
  signal: AbortSignal,
): Promise<Outcome> => {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  signal.addEventListener('abort', () => socket.destroy());
  let answer = '';
  const answered = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
    if (answer.includes('}\r\n') || answer.endsWith('}')) answered.resolve();
  });
  socket.on('error', () => answered.resolve());
  socket.on('close', () => answered.resolve());
  await once(socket, 'connect');
  socket.write(`POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${headers}\r\n\r\n`);
  socket.write(body);
  await answered.promise;
  socket.destroy();
  return codeIn(answer);
};
