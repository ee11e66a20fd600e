import type { ExecutionResult, GraphQLError } from 'graphql';
import { MessageType, stringifyMessage } from 'graphql-ws';
import { ClientCompleted } from '../../core/client-completed.ts';
import { toByteText } from '../../lib/to-byte-text.ts';
import type { ResultSink, RunningOperation } from '../compiled/delivery.ts';

/** The socket of operations, as they see it. */
export interface OperationSocket {
  /** Sends a message by the end of the turn. */
  write(message: string): void;
  /** The same of one that is given as `toByteText` gives it. */
  writeBytes(bytes: string): void;
  /** What has to be waited for before more is sent, while the client is behind. */
  full(): Promise<void> | undefined;
  /** Whether neither side has begun to close it. */
  isOpen(): boolean;
}

/** One operation of a socket, a query too: its results leave as messages. */
export class SocketOperation implements ResultSink {
  readonly id: string;
  readonly #socket: OperationSocket;
  readonly #head: string;
  #running: RunningOperation | undefined;
  #isLeft = false;

  constructor(id: string, socket: OperationSocket) {
    this.id = id;
    this.#socket = socket;
    this.#head = toByteText(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  }

  /** Whether its client has ended it, or has gone. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** It has been started. */
  run(running: RunningOperation): void {
    this.#running = running;
  }

  /** Resolves once it has come to its end; undefined: it was not started. */
  get ended(): Promise<void> | undefined {
    return this.#running?.ended;
  }

  /** Ends it at once: by its client's `complete` where its socket is open. */
  leave(): void {
    this.#isLeft = true;
    this.#running?.leave(this.#socket.isOpen() ? new ClientCompleted() : undefined);
  }

  write(result: ExecutionResult): void {
    this.writeJson(toByteText(JSON.stringify(result)));
  }

  writeJson(json: string): void {
    this.#socket.writeBytes(`${this.#head}${json}}`);
  }

  full(): Promise<void> | undefined {
    return this.#socket.full();
  }

  /** Tells its client that it has ended, with errors where it was not started. */
  tellEnd(errors?: readonly GraphQLError[]): void {
    const { id } = this;
    if (errors === undefined) this.#socket.write(stringifyMessage({ id, type: MessageType.Complete }));
    else
      this.#socket.write(
        stringifyMessage({ id, type: MessageType.Error, payload: errors.map((error) => error.toJSON()) }),
      );
  }
}
