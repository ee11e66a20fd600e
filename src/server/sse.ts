import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult, GraphQLError } from 'graphql';

import { createDrained } from './drained.ts';
import type { PreparedOperation } from './operation.ts';

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

/** Text in characters after which it is no longer kept until the end of the turn. */
const MAX_GATHERED = 65_536;

/** Writes the text of one turn at once. `write` gives what has to be waited for while the client is behind. */
const createWriter = (response: ServerResponse) => {
  const drained = createDrained(response);
  let gathered = '';
  const flush = (): void => {
    const text = gathered;
    gathered = '';
    if (text !== '' && !response.destroyed) response.write(text);
  };
  return {
    flush,
    write(text: string): Promise<void> | undefined {
      if (gathered === '') setImmediate(flush);
      gathered += text;
      if (gathered.length >= MAX_GATHERED) flush();
      return drained();
    },
  };
};

async function* asResults(errors: readonly GraphQLError[]): AsyncGenerator<ExecutionResult> {
  yield { errors: [...errors] };
}

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
    connection: 'keep-alive',
    // nginx would hold the events back otherwise.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const stopHeartbeat = startHeartbeat(response, heartbeatMs);
  const writer = createWriter(response);
  const results = 'run' in operation ? operation.run() : asResults(operation);
  const leave = (): void => void results.return?.(undefined);
  response.on('close', leave);
  try {
    for await (const result of results) {
      const full = writer.write(frame('next', JSON.stringify(result)));
      // Nothing is taken from the results meanwhile: a log merges what a slow client is behind by.
      if (full !== undefined) await full;
      if (response.destroyed) break;
    }
    writer.flush();
    if (!response.destroyed) response.end(frame('complete', ''));
  } finally {
    response.off('close', leave);
    stopHeartbeat();
  }
};
