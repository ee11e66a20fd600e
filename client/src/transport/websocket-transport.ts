import { createClient, type SubscribePayload } from 'graphql-ws';
import type { ModelgraphOptions } from '../modelgraph.ts';
import { ConnectionLost, type GraphqlRequest, type GraphqlResult, type Transport } from '../transport.ts';
import { type Channel, createChannel } from './channel.ts';
import { getAuthorization, resolveUrl } from './http.ts';
import { toCloseError } from './to-close-error.ts';

export type WebSocketOptions = Pick<
  ModelgraphOptions,
  'url' | 'token' | 'webSocket' | 'providerKeys' | 'transformRequest'
>;

/** A socket that is silent for this long is asked for a sign of life, which has to come within ANSWER_MS. */
const PING_AFTER_MS = 10_000;
const ANSWER_MS = 10_000;
/** Of opening a connection, and of its acknowledgement: a proxy may swallow either. */
const OPEN_MS = 10_000;

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
  readonly connectionParams: Record<string, unknown>;
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
const open = (request: GraphqlRequest, { url, connectionParams, webSocket, onOpen }: OpenOptions): Socket => {
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
    connectionParams,
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
      closed: (event) => drop(toCloseError(event)),
    },
  });
  const results = createChannel<GraphqlResult>(() => unsubscribe());
  const unsubscribe = client.subscribe(toPayload(request), {
    next: (result) => results.push(result as GraphqlResult),
    error: (error) => {
      if (!Array.isArray(error)) return drop(toCloseError(error));
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
      const connectionParams = { authorization, providerKeys: options.providerKeys };
      const { webSocket, transformRequest } = options;
      const socket = open(transformRequest?.(request) ?? request, {
        url: url.href,
        connectionParams,
        webSocket,
        onOpen,
      });
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
