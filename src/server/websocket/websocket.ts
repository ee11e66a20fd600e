import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { ServiceLog } from '../../core/service-log.ts';
import type { Authenticate } from '../auth.ts';
import type { GraphqlPipeline } from '../graphql.ts';
import { type PreparedOperation, prepareOperation } from '../operation.ts';
import { findOriginProblem, type OriginPolicy } from '../origin.ts';
import { toTextFrame } from './text-frame.ts';
import { TextWriter } from '../compiled/text-writer.ts';

export interface WebSocketLimits {
  /** Time for `connection_init` after the socket has opened. */
  readonly initTimeoutMs: number;
  readonly maxPayloadBytes: number;
  readonly maxOperationsPerSocket: number;
}

export interface WebSocketOptions {
  readonly pipeline: GraphqlPipeline;
  readonly path: string;
  readonly authenticate: Authenticate;
  readonly originPolicy: OriginPolicy;
  readonly heartbeatMs: number;
  readonly limits: WebSocketLimits;
  readonly log: ServiceLog;
}

interface Extra {
  /** The header of the upgrade request. */
  readonly authorization: string | undefined;
  /** Sends a message by the end of the turn. */
  readonly write: (message: string) => void;
  /** What has to be waited for before more is sent, while the client is behind. */
  readonly full: () => Promise<void> | undefined;
  principalId: string | undefined;
}

/** An open socket. */
interface Connection {
  /** Messages that are being handled: each until the operation it starts has ended and its client has been told. */
  handling: number;
  readonly close: (code: number, reason: string) => void;
}

/** What the protocol asks of an operation's arguments, and the operation itself. */
interface OperationArgs {
  readonly schema: never;
  readonly document: PreparedOperation['document'];
  readonly operationName: string | null;
  readonly contextValue: undefined;
  readonly results: AsyncIterableIterator<never, undefined, undefined>;
}

/**
 * What the protocol is given in place of an operation's results: they are written here, without its waiting for each
 * message to have left. It sees the end only, and can end it.
 */
const createWritten = (
  operation: PreparedOperation,
  id: string,
  { write, full }: Extra,
): AsyncIterableIterator<never, undefined, undefined> => {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const running = operation.run({ write: (result) => write(`${head}${JSON.stringify(result)}}`), full });
  const done = { done: true, value: undefined } as const;
  return {
    next: () => running.ended.then(() => done),
    return() {
      running.leave();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

const text = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');

/** Pings an open socket and ends it when a ping goes unanswered until the next one. Returns how to stop. */
const startHeartbeat = (socket: WebSocket, heartbeatMs: number): (() => void) => {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, heartbeatMs);
  return () => clearInterval(timer);
};

const refuseUpgrade = (socket: Duplex, status: string, message: string): void => {
  // The HTTP server no longer knows this socket: a client that keeps its side open would keep it, and a closing server.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(message)}\r\nconnection: close\r\n\r\n${message}`,
  );
};

const createProtocol = ({ pipeline, authenticate, limits }: WebSocketOptions) => {
  const tooMany = new GraphQLError(
    `There are ${limits.maxOperationsPerSocket} operations on this socket, which is the most there may be.`,
    { extensions: { code: 'RATE_LIMITED', retryable: true } },
  );
  const run = (args: unknown) => (args as OperationArgs).results;

  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect({ connectionParams, extra }) {
      const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
      const authorization = typeof given === 'string' ? given : extra.authorization;
      extra.principalId = authenticate(authorization);
      return extra.principalId !== undefined;
    },
    onSubscribe({ subscriptions, extra }, id, payload) {
      const { principalId } = extra;
      if (principalId === undefined) throw new TypeError('an operation came before its socket was let in');
      if (Object.keys(subscriptions).length > limits.maxOperationsPerSocket) return [tooMany];
      const controller = new AbortController();
      const origin = { principalId, signal: controller.signal, transport: 'websocket' } as const;
      const operation = prepareOperation(pipeline, payload, origin, controller);
      if (!('run' in operation)) return operation;
      const { document, operationName } = operation;
      const args: OperationArgs = {
        schema: undefined as never,
        document,
        operationName,
        contextValue: undefined,
        results: createWritten(operation, id, extra),
      };
      return args;
    },
    // Every operation, a query too, is an iterator here: ending it is the only way the protocol can cancel.
    execute: run as never,
    subscribe: run as never,
  });
};

/**
 * Serves graphql-transport-ws on an HTTP server. `close` closes each socket with a reason as soon as no operation is
 * left on it, so that the last event of each reaches its client first; `terminate` waits for nothing.
 */
export const serveWebSockets = (
  server: Server,
  options: WebSocketOptions,
): { close(): void; terminate(): void } => {
  const { path, originPolicy, heartbeatMs, limits, log } = options;
  const protocol = createProtocol(options);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxPayloadBytes,
    handleProtocols,
  });

  let closing = false;
  const connections = new WeakMap<WebSocket, Connection>();
  const closeIfIdle = (socket: WebSocket): void => {
    const connection = connections.get(socket);
    if (connection === undefined || connection.handling > 0) return;
    connection.close(1001, 'The server is shutting down');
  };

  const accept = (socket: WebSocket, stream: Duplex, authorization: string | undefined): void => {
    const writer = new TextWriter(stream, 'latin1', () => socket.readyState === socket.OPEN);
    const full = (): Promise<void> | undefined => writer.full();
    const write = (message: string): void => writer.write(toTextFrame(message));
    const close = (code: number, reason: string): void => {
      // Nothing may follow the frame that closes.
      writer.flush();
      socket.close(code, reason);
    };
    const connection: Connection = { handling: 0, close };
    connections.set(socket, connection);
    const stopHeartbeat = startHeartbeat(socket, heartbeatMs);
    const fail = (error: unknown): void => {
      log.error({ err: error }, 'a WebSocket message could not be handled');
      close(CloseCode.InternalServerError, 'Internal server error');
    };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send(message) {
          write(message);
          return full();
        },
        close,
        onMessage: (handle) =>
          socket.on('message', (data) => {
            connection.handling += 1;
            handle(text(data))
              .catch((error: unknown) => {
                // A socket lost while it was written to is the client's leaving, which `close` reports.
                if (socket.readyState === socket.OPEN) fail(error);
              })
              .finally(() => {
                connection.handling -= 1;
                if (closing) closeIfIdle(socket);
              });
          }),
      },
      { authorization, write, full, principalId: undefined },
    );
    // A frame that is too large or malformed: ws closes the socket with the code for it.
    socket.on('error', (error) => log.info({ err: error }, 'a WebSocket client broke the protocol'));
    socket.on('close', (code, reason) => {
      stopHeartbeat();
      closed(code, String(reason)).catch(fail);
    });
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?')[0] !== path)
      return refuseUpgrade(socket, '404 Not Found', `WebSockets are served at ${path}.`);
    if (closing) return refuseUpgrade(socket, '503 Service Unavailable', 'The server is shutting down.');
    const problem = findOriginProblem(request, originPolicy);
    if (problem !== undefined) return refuseUpgrade(socket, '403 Forbidden', problem);
    const { authorization } = request.headers;
    return sockets.handleUpgrade(request, socket, head, (webSocket) =>
      accept(webSocket, socket, authorization),
    );
  });

  return {
    close() {
      closing = true;
      for (const socket of sockets.clients) closeIfIdle(socket);
    },
    terminate() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
};
