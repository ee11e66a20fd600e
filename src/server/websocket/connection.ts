import type { Duplex } from 'node:stream';
import {
  CloseCode,
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  type Message,
  MessageType,
  parseMessage,
  stringifyMessage,
  type SubscribeMessage,
} from 'graphql-ws';
import type { GraphQLError } from 'graphql';
import type { RawData, WebSocket } from 'ws';
import { NO_PROVIDER_KEYS, type ProviderKeys } from '../../core/provider-keys.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { hasMoreJsonValues } from '../../lib/has-more-json-values.ts';
import { isRecord } from '../../lib/is-record.ts';
import { parseJson } from '../../lib/parse-json.ts';
import type { SpreadInterval } from '../../lib/spread-interval.ts';
import { weighJson } from '../../lib/weigh-json.ts';
import { TextWriter } from '../compiled/text-writer.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Protocol, SocketState } from './protocol.ts';
import { SocketOperation } from './socket-operation.ts';
import { toByteFrame, toTextFrame } from './text-frame.ts';

/** What every connection of a server shares. */
export interface ConnectionOptions {
  readonly protocol: Protocol;
  readonly heartbeats: SpreadInterval;
  /** JSON values that a message may hold: see `hasMoreJsonValues`. */
  readonly maxPayloadValues: number;
  /** What a client may send in all before its `connection_init` has been accepted. */
  readonly maxBytesBeforeInit: number;
  readonly log: ServiceLog;
  /** Called once it is closed. */
  readonly onClosed: (connection: Connection) => void;
}

/** The socket of a connection. */
export interface ConnectedSocket {
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

const readMessage = (text: string): Message | undefined => {
  try {
    return parseMessage(text);
  } catch {
    // Its socket is closed with the code for it.
    return undefined;
  }
};

const NO_OPERATIONS: readonly SocketOperation[] = [];

/**
 * An open socket that speaks graphql-transport-ws. The server of graphql-ws would keep a suspended function with its request for
 * each operation, so that the states of the protocol are here; messages and codes are the library's.
 */
export class Connection implements SocketState {
  readonly authorization: string | undefined;
  readonly address: string | null;
  credentials: string | undefined;
  isLetIn = false;
  release: (() => void) | undefined;
  providerKeys: ProviderKeys = NO_PROVIDER_KEYS;
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #writer: TextWriter;
  /** Those whose clients await their ends; few at a time, mostly one. */
  #operations = NO_OPERATIONS;
  #initTimer: NodeJS.Timeout | undefined;
  #isInitReceived = false;
  /** Messages that are being handled: each until the operation it starts has ended. */
  #handling = 0;
  #closing = false;

  constructor({ socket, stream, authorization, address }: ConnectedSocket, options: ConnectionOptions) {
    this.#options = options;
    this.#socket = socket;
    this.authorization = authorization;
    this.address = address;
    this.#writer = new TextWriter(stream, () => socket.readyState === socket.OPEN);
    const { heartbeats, log } = options;
    const heartbeat = new Heartbeat(socket);
    heartbeats.add(heartbeat);
    socket.on('pong', (data) => heartbeat.take(data));
    // A frame that is too large or malformed: ws closes the socket with the code for it.
    socket.on('error', (error) => log.info({ err: error }, 'a WebSocket client violated the protocol'));
    socket.on('close', () => {
      heartbeats.delete(heartbeat);
      this.#leave();
    });
    if (socket.protocol === GRAPHQL_TRANSPORT_WS_PROTOCOL) this.#listen(stream);
    else this.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
  }

  /** Closes the socket as soon as no operation is left on it, so that the last event of each reaches its client first. */
  closeWhenIdle(): void {
    this.#closing = true;
    if (this.#handling === 0) this.close(1001, 'The server is shutting down');
  }

  write(message: string): void {
    this.#writer.write(toTextFrame(message));
  }

  writeBytes(bytes: string): void {
    this.#writer.write(toByteFrame(bytes));
  }

  full(): Promise<void> | undefined {
    return this.#writer.full();
  }

  isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  close(code: number, reason: string): void {
    // Nothing may follow the frame that closes.
    this.#writer.flush();
    this.#socket.close(code, reason);
  }

  #listen(stream: Duplex): void {
    this.#boundBytesBeforeInit(stream);
    this.#socket.on('message', (data) => this.#take(toBytes(data)));
    this.#initTimer = setTimeout(() => {
      this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
    }, this.#options.protocol.initTimeoutMs);
  }

  /** The socket is closed. */
  #leave(): void {
    clearTimeout(this.#initTimer);
    const operations = this.#operations;
    this.#operations = NO_OPERATIONS;
    for (const operation of operations) operation.leave();
    this.release?.();
    this.providerKeys = NO_PROVIDER_KEYS;
    this.#options.onClosed(this);
  }

  /** Half of a large message would be kept for as long as its sender likes, without any key. */
  #boundBytesBeforeInit(stream: Duplex): void {
    let received = 0;
    const count = (chunk: Buffer): void => {
      received += chunk.length;
      if (this.isLetIn) stream.off('data', count);
      else if (received > this.#options.maxBytesBeforeInit) this.#socket.terminate();
    };
    stream.on('data', count);
  }

  readonly #fail = (error: unknown): void => {
    // A socket lost while it was written to is the client's leaving, which `close` reports.
    if (!this.isOpen()) return;
    this.#options.log.error({ err: error }, 'a WebSocket message could not be handled');
    this.close(CloseCode.InternalServerError, 'Internal server error');
  };

  #take(bytes: Buffer): void {
    const { maxPayloadValues } = this.#options;
    if (!this.isOpen()) return;
    try {
      if (hasMoreJsonValues(bytes, maxPayloadValues))
        this.close(CloseCode.BadRequest, `A message holds at most ${maxPayloadValues} JSON values`);
      else this.#handle(readMessage(withQuery(bytes.toString('utf8'))));
    } catch (error) {
      this.#fail(error);
    }
    this.#pauseWhileBehind();
  }

  #handle(message: Message | undefined): void {
    switch (message?.type) {
      case MessageType.ConnectionInit:
        return this.#init(message.payload ?? {});
      case MessageType.Ping:
        return this.#answerPing(message.payload);
      case MessageType.Pong:
        return undefined;
      case MessageType.Subscribe:
        return this.#subscribe(message);
      case MessageType.Complete:
        return this.#find(message.id)?.leave();
      default:
        return this.close(CloseCode.BadRequest, 'Invalid message received');
    }
  }

  #init(payload: Record<string, unknown>): void {
    if (this.#isInitReceived)
      return this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    this.#isInitReceived = true;
    clearTimeout(this.#initTimer);
    this.#initTimer = undefined;
    this.#handling += 1;
    this.#options.protocol
      .connect(this, payload)
      .then((isLetIn) => {
        if (isLetIn) this.write(stringifyMessage({ type: MessageType.ConnectionAck }));
      })
      .finally(this.#handled)
      .catch(this.#fail);
  }

  /** At once, whatever else the client has yet to read: what waits is bounded by reading no further message. */
  #answerPing(payload: Record<string, unknown> | undefined): void {
    const isEchoed = payload !== undefined && !('passed' in weighJson(payload, ECHOED));
    this.write(stringifyMessage({ type: MessageType.Pong, ...(isEchoed && { payload }) }));
  }

  #subscribe({ id, payload }: SubscribeMessage): void {
    if (!this.isLetIn) return this.close(CloseCode.Unauthorized, 'Unauthorized');
    if (this.#find(id) !== undefined)
      return this.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
    const operation = new SocketOperation(id, this);
    const others = this.#operations.filter(({ isLeft }) => !isLeft).length;
    this.#operations = this.#operations.concat(operation);
    this.#handling += 1;
    try {
      const refusals = this.#options.protocol.start(this, operation, payload, others);
      if (refusals instanceof Promise) this.#awaitStart(operation, refusals);
      else this.#awaitEnd(operation, refusals);
    } catch (error) {
      this.#abandon(operation, error);
    }
  }

  #awaitStart(operation: SocketOperation, starting: Promise<readonly GraphQLError[] | undefined>): void {
    starting
      .then((refusals) => this.#awaitEnd(operation, refusals))
      .catch((error: unknown) => this.#abandon(operation, error));
  }

  #awaitEnd(operation: SocketOperation, refusals: readonly GraphQLError[] | undefined): void {
    const { ended } = operation;
    // It never rejects.
    if (ended === undefined) this.#end(operation, refusals);
    else void ended.then(() => this.#end(operation));
  }

  #end(operation: SocketOperation, refusals?: readonly GraphQLError[]): void {
    try {
      if (!operation.isLeft) operation.tellEnd(refusals);
    } catch (error) {
      this.#fail(error);
    }
    this.#remove(operation);
    this.#handled();
  }

  #abandon(operation: SocketOperation, error: unknown): void {
    this.#fail(error);
    this.#remove(operation);
    this.#handled();
  }

  /** The operation of that id whose client awaits its end. */
  #find(id: string): SocketOperation | undefined {
    return this.#operations.find((operation) => operation.id === id && !operation.isLeft);
  }

  #remove(operation: SocketOperation): void {
    this.#operations = this.#operations.filter((each) => each !== operation);
  }

  readonly #handled = (): void => {
    this.#handling -= 1;
    if (this.#socket.isPaused) this.#resume();
    if (this.#closing) this.closeWhenIdle();
  };

  /**
   * Reads no further message while the client is behind with reading, or has too many handled: answers would pile up in memory
   * otherwise. Begun by a message only, so that after each pause at least one is read, and with it what answers a heartbeat.
   */
  #pauseWhileBehind(): void {
    const full = this.#writer.full();
    if (full === undefined && this.#handling <= MAX_HANDLING) return;
    this.#socket.pause();
    full?.then(this.#resume, this.#fail);
  }

  readonly #resume = (): void => {
    if (this.#handling <= MAX_HANDLING && this.#writer.full() === undefined) this.#socket.resume();
  };
}
