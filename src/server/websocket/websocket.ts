import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import { ModelgraphError } from '../../core/errors.ts';
import { RateLimited } from '../../core/rate-limit.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { SpreadInterval } from '../../lib/spread-interval.ts';
import { findCredentialsProblem } from '../find-credentials-problem.ts';
import { findOriginProblem, hasSeveralHosts, type OriginPolicy } from '../origin.ts';
import { GRAPHQL_PATH } from '../paths.ts';
import { toRateLimitHeaders, toRetryAfter } from '../rate-limit-headers.ts';
import type { RateLimits } from '../rate-limits.ts';
import { Connection } from './connection.ts';
import { createProtocol, type ProtocolOptions } from './protocol.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

export interface WebSocketLimits {
  /** Time for `connection_init` after the socket has opened. */
  readonly initTimeoutMs: number;
  readonly maxPayloadBytes: number;
  /** JSON values that a message may hold. */
  readonly maxPayloadValues: number;
  /** What a client may send in all before its `connection_init` has been accepted. */
  readonly maxBytesBeforeInit: number;
  readonly maxOperationsPerSocket: number;
}

/** Of one socket; how large a message may be, the operator says. */
export const WEBSOCKET_LIMITS = {
  initTimeoutMs: 3_000,
  maxBytesBeforeInit: 64 * 1024,
  maxOperationsPerSocket: 16,
};

/** RFC 6455, section 7.4.1. */
const MESSAGE_TOO_BIG = 1009;

/** How long a client has to answer the closing of its socket; what it has sent is kept meanwhile. */
const CLOSE_TIMEOUT_MS = 2_000;

export interface WebSocketOptions extends Omit<ProtocolOptions, keyof WebSocketLimits> {
  readonly rateLimits: RateLimits;
  readonly originPolicy: OriginPolicy;
  readonly heartbeatMs: number;
  readonly limits: WebSocketLimits;
  readonly log: ServiceLog;
}

export interface WebSockets {
  /** Accepts no upgrade any more, and closes each socket with a reason as soon as no operation is left on it. */
  close(): void;
  /** Ends every socket at once. */
  terminate(): void;
}

/** Sockets that are closed with a reason for a message that is too large: ws itself gives none, and its client would not know what to do. */
const createSocketClass = ({ maxPayloadBytes }: WebSocketLimits): typeof WebSocket =>
  class extends WebSocket {
    override close(code?: number, reason?: string | Buffer): void {
      const tooLarge = `A message has at most ${maxPayloadBytes} bytes. Send larger ones over HTTP or SSE, files as uploads.`;
      super.close(code, reason ?? (code === MESSAGE_TOO_BIG ? tooLarge : undefined));
    }
  };

const createSocketServer = (limits: WebSocketLimits): WebSocketServer => {
  const options = {
    noServer: true,
    WebSocket: createSocketClass(limits),
    maxPayload: limits.maxPayloadBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols,
  };
  return new WebSocketServer(options);
};

/** Why an upgrade is refused, for every principal alike. */
const findRefusal = (
  request: IncomingMessage,
  originPolicy: OriginPolicy,
  asksForCredentials: boolean,
): { readonly status: string; readonly message: string } | undefined => {
  if (hasSeveralHosts(request))
    return { status: '400 Bad Request', message: 'The request names several hosts.' };
  if (request.url?.split('?')[0] !== GRAPHQL_PATH)
    return { status: '404 Not Found', message: `WebSockets are served at ${GRAPHQL_PATH}.` };
  const problem = findOriginProblem(request, originPolicy);
  if (problem !== undefined) return { status: '403 Forbidden', message: problem };
  const refusal = asksForCredentials ? findCredentialsProblem(request) : undefined;
  return refusal && { status: '400 Bad Request', message: refusal.message };
};

const refuseAtLimit = (stream: Duplex, { message, limit, retryAfterMs }: RateLimited): void =>
  refuseUpgrade(stream, '429 Too Many Requests', message, {
    'retry-after': toRetryAfter(retryAfterMs),
    ...toRateLimitHeaders([limit], Date.now()),
  });

/**
 * Counts an upgrade as a request of its address and its socket as one that is open, until the stream is closed. Rejects with
 * `RateLimited`.
 */
const admitAddress = async (stream: Duplex, address: string, { addresses }: RateLimits): Promise<void> => {
  await addresses.takeRequest(address);
  const hold = await addresses.holdSocket(address);
  if (hold === null) return;
  if (stream.closed) hold.release();
  else stream.once('close', () => hold.release());
};

/** One for all streams. */
function destroyBroken(this: Duplex): void {
  this.destroy();
}

/** Serves graphql-transport-ws on an HTTP server, at the path of the API. */
export const serveWebSockets = (server: Server, options: WebSocketOptions): WebSockets => {
  const { authenticate, originPolicy, heartbeatMs, limits, log, rateLimits } = options;
  // Where anyone is let in, credentials that are sent all the same do not matter.
  const asksForCredentials = authenticate(undefined) instanceof ModelgraphError;
  const protocol = createProtocol({ ...options, ...limits });
  const sockets = createSocketServer(limits);
  const connections = new Set<Connection>();
  const shared = {
    ...limits,
    protocol,
    heartbeats: new SpreadInterval(heartbeatMs),
    onClosed: (connection: Connection) => connections.delete(connection),
    log,
  };
  let closing = false;

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void | Promise<void> => {
    const refusal = findRefusal(request, originPolicy, asksForCredentials);
    if (refusal !== undefined) return refuseUpgrade(stream, refusal.status, refusal.message);
    const address = rateLimits.addresses.isAny ? rateLimits.findClient(request) : null;
    if (address === null) return open(request, stream, head, null);
    return admitAddress(stream, address, rateLimits).then(
      () => open(request, stream, head, address),
      (error: unknown) => {
        if (!(error instanceof RateLimited)) throw error;
        refuseAtLimit(stream, error);
      },
    );
  };

  const open = (request: IncomingMessage, stream: Duplex, head: Buffer, address: string | null): void => {
    if (closing) return refuseUpgrade(stream, '503 Service Unavailable', 'The server is shutting down.');
    const { authorization } = request.headers;
    return sockets.handleUpgrade(request, stream, head, (socket) => {
      connections.add(new Connection({ socket, stream, authorization, address }, shared));
    });
  };

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', destroyBroken);
    const fail = (error: unknown): void => {
      log.error({ err: error }, 'a WebSocket could not be opened because of a defect of this server');
      stream.destroy();
    };
    try {
      upgrade(request, stream, head)?.catch(fail);
    } catch (error) {
      fail(error);
    }
  });

  return {
    close() {
      closing = true;
      for (const connection of connections) connection.closeWhenIdle();
    },
    terminate() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
};
