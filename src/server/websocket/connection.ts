import type { Duplex } from 'node:stream';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { ServiceLog } from '../../core/service-log.ts';
import { TextWriter } from '../compiled/text-writer.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { SocketState } from './protocol.ts';
import { toTextFrame } from './text-frame.ts';

export interface ConnectionOptions {
  readonly socket: WebSocket;
  /** The stream under the socket, to which frames are written many at a time. */
  readonly stream: Duplex;
  /** The header of the upgrade request. */
  readonly authorization: string | undefined;
  readonly protocol: Server<SocketState>;
  readonly heartbeatMs: number;
  readonly log: ServiceLog;
}

const text = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');

/** An open socket that speaks the protocol. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #writer: TextWriter;
  /** Messages that are being handled: each until the operation it starts has ended and its client has been told. */
  #handling = 0;
  #closing = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket, stream, authorization, protocol, heartbeatMs, log } = options;
    this.#writer = new TextWriter(stream, 'latin1', () => socket.readyState === socket.OPEN);
    const stopHeartbeat = startHeartbeat(socket, heartbeatMs);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (message) => {
          this.#write(message);
          return this.#writer.full();
        },
        close: this.#close,
        onMessage: (handle) => socket.on('message', (data) => this.#handle(handle, text(data))),
      },
      {
        authorization,
        write: (message) => this.#write(message),
        full: () => this.#writer.full(),
        close: this.#close,
        principalId: undefined,
      },
    );
    // A frame that is too large or malformed: ws closes the socket with the code for it.
    socket.on('error', (error) => log.info({ err: error }, 'a WebSocket client violated the protocol'));
    socket.on('close', (code, reason) => {
      stopHeartbeat();
      closed(code, String(reason)).catch(this.#fail);
    });
  }

  /** Closes the socket as soon as no operation is left on it, so that the last event of each reaches its client first. */
  closeWhenIdle(): void {
    this.#closing = true;
    if (this.#handling === 0) this.#close(1001, 'The server is shutting down');
  }

  #write(message: string): void {
    this.#writer.write(toTextFrame(message));
  }

  readonly #close = (code: number, reason: string): void => {
    // Nothing may follow the frame that closes.
    this.#writer.flush();
    this.#options.socket.close(code, reason);
  };

  readonly #fail = (error: unknown): void => {
    this.#options.log.error({ err: error }, 'a WebSocket message could not be handled');
    this.#close(CloseCode.InternalServerError, 'Internal server error');
  };

  #handle(handle: (message: string) => Promise<void>, message: string): void {
    const { socket } = this.#options;
    this.#handling += 1;
    handle(message)
      .catch((error: unknown) => {
        // A socket lost while it was written to is the client's leaving, which `close` reports.
        if (socket.readyState === socket.OPEN) this.#fail(error);
      })
      .finally(() => {
        this.#handling -= 1;
        if (this.#closing) this.closeWhenIdle();
      });
  }
}
