import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { PreparedOperation } from './operation.ts';
import { TextWriter } from './compiled/text-writer.ts';

/** Heartbeats in a row without a byte accepted by the client after which it counts as gone. */
const STALLED_HEARTBEATS = 3;

const frame = (event: 'next' | 'complete', data: string): string => `event: ${event}\ndata: ${data}\n\n`;

const accepts = (request: IncomingMessage, mediaType: string): boolean =>
  (request.headers.accept ?? '').toLowerCase().includes(mediaType);

/** Whether the client can read an event stream. */
export const acceptsEventStream = (request: IncomingMessage): boolean =>
  accepts(request, 'text/event-stream');

/** Whether the client asks for an event stream and nothing else: then even a query is answered in one. */
export const wantsOnlyEventStream = (request: IncomingMessage): boolean =>
  acceptsEventStream(request) && !accepts(request, 'json') && !accepts(request, '*/*');

/**
 * Comments while nothing else is sent, so that proxies keep the stream open; a client that has taken nothing for
 * several heartbeats is let go, since over SSE nothing else would notice. Returns how to stop.
 */
const startHeartbeat = (response: ServerResponse, heartbeatMs: number): (() => void) => {
  let stalled = 0;
  let lastAccepted = 0;
  const timer = setInterval(() => {
    const { socket } = response;
    // `bytesWritten` counts what is still waiting, too.
    const accepted = socket === null ? 0 : socket.bytesWritten - socket.writableLength;
    if (response.writableLength === 0) {
      stalled = 0;
      response.write(':\n\n');
    } else {
      stalled = accepted === lastAccepted ? stalled + 1 : 0;
      if (stalled >= STALLED_HEARTBEATS) response.destroy();
    }
    lastAccepted = accepted;
  }, heartbeatMs);
  return () => clearInterval(timer);
};

/**
 * Answers with the results of an operation as an event stream, by the "distinct connections mode" of GraphQL over SSE:
 * each result a `next` event, the end a `complete` event. A request that was refused is a `next` event with its
 * errors. The client leaving ends the operation at once.
 */
export const serveEventStream = async (
  response: ServerResponse,
  operation: PreparedOperation | readonly GraphQLError[],
  headers: Readonly<Record<string, string>>,
  heartbeatMs: number,
): Promise<void> => {
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would hold the events back otherwise.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const stopHeartbeat = startHeartbeat(response, heartbeatMs);
  const writer = new TextWriter(response, 'utf8', () => !response.writableEnded);
  const send = (result: object): void => writer.write(frame('next', JSON.stringify(result)));
  if ('run' in operation) {
    const running = operation.run({ write: send, full: () => writer.full() });
    const leave = (): void => running.leave();
    response.on('close', leave);
    if (response.destroyed) leave();
    await running.ended;
    response.off('close', leave);
  } else send({ errors: operation });
  writer.write(frame('complete', ''));
  writer.flush();
  if (!response.destroyed) response.end();
  stopHeartbeat();
};
