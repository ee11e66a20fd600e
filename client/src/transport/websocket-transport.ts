import { createClient } from 'graphql-ws';
import { ModelgraphError } from '../modelgraph-error.ts';
import type { ModelgraphOptions } from '../modelgraph.ts';
import { badResponse } from '../to-modelgraph-error.ts';
import { ConnectionLost, type GraphqlResult, type Transport } from '../transport.ts';
import { createChannel } from './channel.ts';
import { getAuthorization, resolveUrl } from './http.ts';

export type WebSocketOptions = Pick<ModelgraphOptions, 'url' | 'token' | 'webSocket'>;

/** A socket that is silent for this long is asked for a sign of life, which has to come within ANSWER_MS. */
const PING_AFTER_MS = 10_000;
const ANSWER_MS = 10_000;
/** Of opening a connection, and of its acknowledgement: a proxy may swallow either. */
const OPEN_MS = 10_000;

/** A subprotocol that is not spoken, or a WebSocket that cannot be made at all. */
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

/**
 * Subscriptions by graphql-transport-ws, each on a socket of its own: leaving one drops its connection, a frozen one holds
 * up no other, and each asks for its token anew.
 */
export const createWebSocketTransport = (options: WebSocketOptions): Transport => {
  const open = new Set<() => void>();
  return {
    async *subscribe({ query, variables, operationName, extensions }, { signal, leave, onOpen }) {
      const url = resolveUrl(options.url);
      url.protocol = url.protocol.replace('http', 'ws');
      const authorization = await getAuthorization(options.token);
      signal.throwIfAborted();
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isDropped = false;
      const drop = (error: unknown): void => {
        // Terminating is reported as a close in its turn.
        if (isDropped) return;
        isDropped = true;
        channel.end(error);
        clearTimeout(timer);
        client.terminate();
      };
      const expect = (afterMs: number, what: string): void => {
        clearTimeout(timer);
        timer = setTimeout(() => drop(new ConnectionLost(what)), afterMs);
      };
      const client = createClient({
        url: url.href,
        retryAttempts: 0,
        keepAlive: PING_AFTER_MS,
        ...(authorization !== undefined && { connectionParams: { authorization } }),
        ...(options.webSocket && { webSocketImpl: options.webSocket }),
        on: {
          connecting: () => expect(OPEN_MS, 'No WebSocket opened in time'),
          connected: () => {
            clearTimeout(timer);
            onOpen?.();
          },
          ping: (received) => {
            if (!received) expect(ANSWER_MS, 'The WebSocket has gone silent');
          },
          pong: () => clearTimeout(timer),
          message: () => clearTimeout(timer),
          // The client would connect again by itself after 1000, and ask once more.
          closed: (event) => drop(toError(event)),
        },
      });
      const channel = createChannel<GraphqlResult>(() => unsubscribe());
      const abort = (): void => drop(signal.reason);
      const leaveNow = (): void => {
        channel.end();
        unsubscribe();
      };
      const dispose = (): void => drop(new ConnectionLost('The client was disposed'));
      open.add(dispose);
      signal.addEventListener('abort', abort, { once: true });
      const unsubscribe = client.subscribe(
        {
          query,
          variables: { ...variables },
          ...(operationName !== undefined && { operationName }),
          ...(extensions && { extensions: { ...extensions } }),
        },
        {
          next: (result) => channel.push(result as GraphqlResult),
          error: (error) => {
            if (Array.isArray(error)) {
              channel.push({ errors: error as NonNullable<GraphqlResult['errors']> });
              channel.end();
            } else channel.end(toError(error));
          },
          complete: () => channel.end(),
        },
      );
      leave?.addEventListener('abort', leaveNow, { once: true });
      if (leave?.aborted === true) leaveNow();
      try {
        yield* channel;
      } finally {
        leave?.removeEventListener('abort', leaveNow);
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        open.delete(dispose);
      }
    },
    dispose() {
      for (const close of open) close();
    },
  };
};
