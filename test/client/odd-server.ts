import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A server that is none of ours, or one that has lost its way. */
export interface OddServer extends AsyncDisposable {
  readonly url: string;
  /** The bodies of the requests over HTTP, oldest first. */
  readonly bodies: readonly string[];
  /** The messages that came over WebSockets, oldest first, with the number of their socket. */
  readonly messages: readonly { readonly socket: number; readonly message: SocketMessage }[];
}

export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly variables?: Readonly<Record<string, unknown>> } & Readonly<
    Record<string, unknown>
  >;
}

export interface OddAnswers {
  /** Answers the request of that number, from 0. Default: 404. */
  readonly onRequest?: (
    response: ServerResponse,
    index: number,
    body: string,
    request: IncomingMessage,
  ) => void;
  /** Says something on the socket of that number, from 0. Default: no upgrade is made. */
  readonly onMessage?: (socket: WebSocket, message: SocketMessage, index: number) => void;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

export const startOddServer = async ({ onRequest, onMessage }: OddAnswers): Promise<OddServer> => {
  const bodies: string[] = [];
  const messages: { socket: number; message: SocketMessage }[] = [];
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await readBody(request);
      bodies.push(body);
      if (onRequest === undefined) response.writeHead(404).end();
      else onRequest(response, bodies.length - 1, body, request);
    };
    answer().catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ noServer: true });
  let made = 0;
  server.on('upgrade', (request, stream, head) => {
    if (onMessage === undefined)
      return void stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const index = made;
      made += 1;
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as SocketMessage;
        messages.push({ socket: index, message });
        onMessage(socket, message, index);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    bodies,
    messages,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** What a server of ours says over a socket of its own accord. */
export const say = (socket: WebSocket, message: unknown): void => socket.send(JSON.stringify(message));

export const GENERATION = {
  id: 'g1',
  status: 'COMPLETED',
  model: { id: 'm', name: 'toy', displayName: 'Toy', provider: { id: 'p', name: 'toy', displayName: 'Toy' } },
  resolution: null,
  text: 'Hello there',
  reasoning: null,
  toolCalls: [],
  citations: [],
  messages: [],
  output: null,
  outputViolations: [],
  warnings: [],
  usage: null,
  cost: null,
  finishReason: 'STOP',
  rawFinishReason: 'stop',
  error: null,
  metadata: null,
  lastSequence: 4,
  createdAt: '2026-11-30T00:00:00.000Z',
  startedAt: null,
  completedAt: null,
  firstDeltaMs: null,
};

const place = (sequence: number) => ({ generationId: 'g1', sequence, cursor: `c${sequence}` });

/** The events of one generation, from the first to the last. */
export const EVENTS = [
  { __typename: 'GenerationStarted', ...place(1), model: GENERATION.model, resolution: null },
  { __typename: 'TextDelta', ...place(2), offset: 0, text: 'Hello ' },
  { __typename: 'TextDelta', ...place(3), offset: 6, text: 'there' },
  { __typename: 'GenerationCompleted', ...place(4), finishReason: 'STOP', generation: GENERATION },
] as const;

export const toNext = (event: unknown, field: 'generate' | 'generationEvents' = 'generate'): string =>
  `event: next\ndata: ${JSON.stringify({ data: { [field]: event } })}\n\n`;

export const HEAD = { 'content-type': 'text/event-stream; charset=utf-8' };
