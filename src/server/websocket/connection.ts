import type { Duplex } from 'node:stream';
import { CloseCode, MessageType, type Server, stringifyMessage } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import { NO_PROVIDER_KEYS } from '../../core/provider-keys.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { hasMoreJsonValues } from '../../lib/has-more-json-values.ts';
import { isRecord } from '../../lib/is-record.ts';
import { parseJson } from '../../lib/parse-json.ts';
import type { SpreadInterval } from '../../lib/spread-interval.ts';
import { weighJson } from '../../lib/weigh-json.ts';
import { TextWriter } from '../compiled/text-writer.ts';
import { Heartbeat } from './heartbeat.ts';
import type { SocketState } from './protocol.ts';
import { toByteFrame, toTextFrame } from './text-frame.ts';

/** The same for all sockets. */
export interface ConnectionOptions {
  readonly protocol: Server<SocketState>;
  /** Pings all sockets of the server. */
  readonly heartbeats: SpreadInterval;
  /** JSON values that a message may hold: see `hasMoreJsonValues`. */
  readonly maxPayloadValues: number;
  /** What a client may send in all before its `connection_init` has been accepted. */
  readonly maxBytesBeforeInit: number;
  readonly onClosed: (connection: Connection) => void;
  readonly log: ServiceLog;
}

/** One socket, and its client as the upgrade request tells. */
export interface OpenedSocket {
  readonly socket: WebSocket;
  /** The stream under the socket, to which frames are written many at a time. */
  readonly stream: Duplex;
  /** The header of the upgrade request. */
  readonly authorization: string | undefined;
  /** Where its client is, as addresses are counted; null: they are not. */
  readonly address: string | null;
}

/** Messages that are being handled at once, running operations among them; no further ones are read meanwhile. */
const MAX_HANDLING = 64;

/** A ping with a larger payload is answered without it, which the protocol allows. */
const ECHOED = { values: 50, characters: 1_000, depth: 10 };

const toBytes = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);

/**
 * The message with an empty query where a document is asked for by its hash or its id alone: the protocol would close the
 * socket for it, and its client would never learn that it has to send the text.
 */
const withQuery = (message: string): string => {
  if (!message.includes('"persistedQuery"') && !message.includes('"documentId"')) return message;
  const parsed = parseJson(message);
  if (!isRecord(parsed) || !isRecord(parsed['payload'])) return message;
  return JSON.stringify({
    ...parsed,
    payload: { ...parsed['payload'], query: parsed['payload']['query'] ?? '' },
  });
};

/** What the protocol says of a message that only a server sends. */
const isUnexpectedMessage = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Unexpected message of type');

/**
 * An open socket that speaks the protocol: what the protocol reads from and writes to, and what it knows of the socket. One object
 * with methods, since thousands of idle sockets would keep a function for each otherwise.
 */
export class Connection implements SocketState {
  readonly authorization: string | undefined;
  readonly address: string | null;
  credentials: string | undefined;
  isLetIn = false;
  release: (() => void) | undefined;
  providerKeys = NO_PROVIDER_KEYS;
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #writer: TextWriter;
  /** Messages that are being handled: each until the operation it starts has ended and its client has been told. */
  #handling = 0;
  #closing = false;

  constructor({ socket, stream, authorization, address }: OpenedSocket, options: ConnectionOptions) {
    this.authorization = authorization;
    this.address = address;
    this.#options = options;
    this.#socket = socket;
    this.#writer = new TextWriter(stream, () => this.isOpen());
    const { protocol, heartbeats, log } = options;
    const heartbeat = new Heartbeat(socket);
    heartbeats.add(heartbeat);
    socket.on('pong', (data) => heartbeat.take(data));
    this.#boundBytesBeforeInit(stream);
    const closed = protocol.opened(this, this);
    // A frame that is too large or malformed: ws closes the socket with the code for it.
    socket.on('error', (error) => log.info({ err: error }, 'a WebSocket client violated the protocol'));
    socket.on('close', (code, reason) => {
      heartbeats.delete(heartbeat);
      this.release?.();
      this.providerKeys = NO_PROVIDER_KEYS;
      options.onClosed(this);
      closed(code, String(reason)).catch((error: unknown) => this.#fail(error));
    });
  }

  /** The subprotocol that was agreed on. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  write(bytes: string): void {
    this.#writer.write(toByteFrame(bytes));
  }

  full(): Promise<void> | undefined {
    return this.#writer.full();
  }

  send(message: string): Promise<void> | undefined {
    this.#write(message);
    return this.#writer.full();
  }

  close(code: number, reason: string): void {
    // Nothing may follow the frame that closes.
    this.#writer.flush();
    this.#socket.close(code, reason);
  }

  onMessage(handle: (message: string) => Promise<void>): void {
    this.#socket.on('message', (data) => this.#take(handle, toBytes(data)));
  }

  /** At once, whatever else the client has yet to read: what waits is bounded by reading no further message. */
  onPing(payload: Record<string, unknown> | undefined): void {
    const isEchoed = payload !== undefined && !('passed' in weighJson(payload, ECHOED));
    this.#write(stringifyMessage({ type: MessageType.Pong, ...(isEchoed && { payload }) }));
  }

  /** Closes the socket as soon as no operation is left on it, so that the last event of each reaches its client first. */
  closeWhenIdle(): void {
    this.#closing = true;
    if (this.#handling === 0) this.close(1001, 'The server is shutting down');
  }

  /** Half of a large message would be kept for as long as its sender likes, without any key. */
  #boundBytesBeforeInit(stream: Duplex): void {
    const { maxBytesBeforeInit } = this.#options;
    let received = 0;
    const count = (chunk: Buffer): void => {
      received += chunk.length;
      if (this.isLetIn) stream.off('data', count);
      else if (received > maxBytesBeforeInit) this.#socket.terminate();
    };
    stream.on('data', count);
  }

  #write(message: string): void {
    this.#writer.write(toTextFrame(message));
  }

  #fail(error: unknown): void {
    this.#options.log.error({ err: error }, 'a WebSocket message could not be handled');
    this.close(CloseCode.InternalServerError, 'Internal server error');
  }

  #take(handle: (message: string) => Promise<void>, bytes: Buffer): void {
    const { maxPayloadValues } = this.#options;
    if (!this.isOpen()) return;
    if (hasMoreJsonValues(bytes, maxPayloadValues))
      this.close(CloseCode.BadRequest, `A message holds at most ${maxPayloadValues} JSON values`);
    else this.#handle(handle, withQuery(bytes.toString('utf8')));
    this.#pauseWhileBehind();
  }

  /**
   * Reads no further message while the client is behind with reading, or has too many handled: answers would pile up in memory
   * otherwise. Begun by a message only, so that after each pause at least one is read, and with it what answers a heartbeat.
   */
  #pauseWhileBehind(): void {
    const full = this.#writer.full();
    if (full === undefined && this.#handling <= MAX_HANDLING) return;
    this.#socket.pause();
    full?.then(
      () => this.#resume(),
      (error: unknown) => this.#fail(error),
    );
  }

  #resume(): void {
    if (this.#handling <= MAX_HANDLING && this.#writer.full() === undefined) this.#socket.resume();
  }

  #handle(handle: (message: string) => Promise<void>, message: string): void {
    this.#handling += 1;
    handle(message).then(
      () => this.#noteHandled(),
      (error: unknown) => {
        this.#failToHandle(error);
        this.#noteHandled();
      },
    );
  }

  #noteHandled(): void {
    this.#handling -= 1;
    if (this.#socket.isPaused) this.#resume();
    if (this.#closing) this.closeWhenIdle();
  }

  #failToHandle(error: unknown): void {
    // A socket lost while it was written to is the client's leaving, which `close` reports.
    if (!this.isOpen()) return;
    if (isUnexpectedMessage(error)) this.close(CloseCode.BadRequest, 'Invalid message received');
    else this.#fail(error);
  }
}
