import { createClient, type SubscribePayload } from 'graphql-ws';
import { ModelgraphError } from '../modelgraph-error.ts';
import type { ModelgraphOptions } from '../modelgraph.ts';
import { badResponse } from '../to-modelgraph-error.ts';
import { ConnectionLost, type GraphqlRequest, type GraphqlResult, type Transport } from '../transport.ts';
import { type Channel, createChannel } from './channel.ts';
import { getAuthorization, resolveUrl } from './http.ts';

export type WebSocketOptions = Pick<ModelgraphOptions, 'url' | 'token' | 'webSocket'>;

/** A socket that is silent for this long is asked for a sign of life, which has to come within ANSWER_MS. */
const PING_AFTER_MS = 10_000;
const ANSWER_MS = 10_000;
/** Of opening a connection, and of its acknowledgement: a proxy may swallow either. */
const OPEN_MS = 10_000;

/** What a close event, or whatever else ended a socket, stands for. */
const toError = (error: unknown): Error => {
  const { code, reason } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly code?: unknown;
    readonly reason?: unknown;
  };
  const said = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '';
  const closed = (message: string, codeOfError: string, retryable = false): ModelgraphError =>
    new ModelgraphError(`${message}${said}`, { code: codeOfError, retryable, cause: error });
  switch (code) {
    case 4400:
      return closed('The server found a message invalid', 'INVALID_REQUEST');
    case 4401:
      return closed('The credentials are missing or not valid', 'UNAUTHENTICATED');
    case 4403:
    case 1008:
      return closed('The server does not allow the connection', 'FORBIDDEN');
    case 4429:
      return closed('The server limits the rate of connections', 'RATE_LIMITED', true);
    case 4406:
      return badResponse('The server does not speak graphql-transport-ws.');
    case 1009:
      return new ModelgraphError('The request is larger than the server takes over a WebSocket.', {
        code: 'INVALID_REQUEST',
        suggestion: 'Put images and documents into the input as File or Blob: they are uploaded then.',
      });
    case 1011:
    case 4500:
      return closed('The server failed', 'INTERNAL', true);
    default:
      return new ConnectionLost(
        typeof code === 'number' ? `The WebSocket was closed with ${code}${said}` : 'The WebSocket failed',
        { cause: error },
      );
  }
};

/** Gives an error for a socket that has not said what was expected of it in time. */
const createDeadline = (onMissed: (error: ConnectionLost) => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const met = (): void => clearTimeout(timer);
  return {
    met,
    expect: (afterMs: number, what: string): void => {
      met();
      timer = setTimeout(() => onMissed(new ConnectionLost(what)), afterMs);
    },
  };
};

interface OpenOptions {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly webSocket: WebSocketOptions['webSocket'];
  readonly onOpen: (() => void) | undefined;
}

interface Socket {
  readonly results: Channel<GraphqlResult>;
  /** Closes the socket without a word about the operation. Only the first call counts. */
  readonly drop: (error: Error) => void;
  /** Tells the server that the operation is not needed any more, and ends the results. */
  readonly leave: () => void;
}

const toPayload = ({ query, variables, operationName, extensions }: GraphqlRequest): SubscribePayload => ({
  query,
  variables: { ...variables },
  ...(operationName !== undefined && { operationName }),
  ...(extensions && { extensions: { ...extensions } }),
});

/** Opens a socket for one operation. */
const open = (request: GraphqlRequest, { url, authorization, webSocket, onOpen }: OpenOptions): Socket => {
  let isDropped = false;
  const drop = (error: Error): void => {
    // Terminating is reported as a close in its turn.
    if (isDropped) return;
    isDropped = true;
    results.end(error);
    deadline.met();
    client.terminate();
  };
  const deadline = createDeadline(drop);
  const client = createClient({
    url,
    retryAttempts: 0,
    keepAlive: PING_AFTER_MS,
    ...(authorization !== undefined && { connectionParams: { authorization } }),
    ...(webSocket && { webSocketImpl: webSocket }),
    on: {
      connecting: () => deadline.expect(OPEN_MS, 'No WebSocket opened in time'),
      connected: () => {
        deadline.met();
        onOpen?.();
      },
      ping: (isReceived) => {
        if (!isReceived) deadline.expect(ANSWER_MS, 'The WebSocket has gone silent');
      },
      message: deadline.met,
      // After 1000 the client would connect again by itself, and ask once more.
      closed: (event) => drop(toError(event)),
    },
  });
  const results = createChannel<GraphqlResult>(() => unsubscribe());
  const unsubscribe = client.subscribe(toPayload(request), {
    next: (result) => results.push(result as GraphqlResult),
    error: (error) => {
      if (!Array.isArray(error)) return drop(toError(error));
      results.push({ errors: error as NonNullable<GraphqlResult['errors']> });
      results.end();
    },
    complete: () => results.end(),
  });
  const leave = (): void => {
    results.end();
    unsubscribe();
  };
  return { results, drop, leave };
};

/**
 * Subscriptions by graphql-transport-ws, each on a socket of its own: leaving one drops its connection, a frozen one holds
 * up no other, and each asks for its token anew.
 */
export const createWebSocketTransport = (options: WebSocketOptions): Transport => {
  const sockets = new Set<Socket>();
  return {
    async *subscribe(request, { signal, leave, onOpen }) {
      const url = resolveUrl(options.url);
      url.protocol = url.protocol.replace('http', 'ws');
      const authorization = await getAuthorization(options.token, signal);
      signal.throwIfAborted();
      const socket = open(request, { url: url.href, authorization, webSocket: options.webSocket, onOpen });
      const abort = (): void => socket.drop(signal.reason as Error);
      sockets.add(socket);
      signal.addEventListener('abort', abort, { once: true });
      leave?.addEventListener('abort', socket.leave, { once: true });
      if (leave?.aborted === true) socket.leave();
      try {
        yield* socket.results;
      } finally {
        leave?.removeEventListener('abort', socket.leave);
        signal.removeEventListener('abort', abort);
        sockets.delete(socket);
      }
    },
    dispose() {
      for (const { drop } of sockets) drop(new ConnectionLost('The client was disposed'));
    },
  };
};
