import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Transport } from '../../core/telemetry.ts';
import { toByteText } from '../../lib/to-byte-text.ts';
import { Delivery, type RunningOperation } from '../compiled/delivery.ts';
import { TextWriter } from '../compiled/text-writer.ts';
import type { MaskError } from '../mask-error.ts';
import type { OperationResult } from '../prepare-operation.ts';
import type { Framing } from './framing.ts';
import { startHeartbeat } from './heartbeat.ts';

export interface EventStreamOptions {
  /** Begins the operation. Never rejects. */
  readonly open: () => Promise<OperationResult>;
  readonly controller: AbortController;
  readonly framing: Framing;
  readonly maskError: MaskError;
  readonly heartbeatMs: number;
  readonly transport: Transport;
  /** Called when the stream begins; what it gives, when it has ended. */
  readonly streamOpened: (transport: Transport) => () => void;
}

const isRefused = ({ data, errors }: ExecutionResult): boolean => errors !== undefined && data == null;

/** A chunk of a body in chunked transfer coding (RFC 9112, section 7.1), as a string of bytes. */
const toChunk = (bytes: string): string => `${bytes.length.toString(16)}\r\n${bytes}\r\n`;

/**
 * Writes the body of a response whose head has been sent: to its socket, since a response writes each piece as three, which
 * it puts together again. The response writes heartbeats and the end in the same order. One that has no socket yet, because
 * another answer has to end first on its connection, keeps what it is given.
 */
const createWriter = (response: ServerResponse): TextWriter => {
  const { socket, chunkedEncoding } = response;
  const isOpen = (): boolean => !response.writableEnded;
  if (socket === null || !chunkedEncoding) return new TextWriter(response, isOpen);
  return new TextWriter(socket, isOpen, toChunk);
};

/**
 * The body of an answer of many results. The HTTP adapter sends the head and pipes a body into the response as it does any
 * stream of Node's; this one writes to the response itself, many events at a time, which an ordinary stream would wrap one by
 * one.
 */
export class EventStreamBody {
  readonly #options: EventStreamOptions;
  #running: RunningOperation | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** What tells the adapter that this is a stream of Node's. There is nothing to be read: see `pipe`. */
  read(): null {
    return null;
  }

  /** Sends the results and ends the response. The client's leaving ends the operation at once. */
  pipe(response: ServerResponse): ServerResponse {
    const { open, controller, framing, maskError, heartbeatMs, transport, streamOpened } = this.#options;
    // The client has a stream before the operation is begun.
    response.flushHeaders();
    const writer = createWriter(response);
    if (framing.head !== '') writer.write(framing.head);
    const stopHeartbeat = startHeartbeat(response, framing.heartbeat, heartbeatMs);
    const running = new Delivery({
      open,
      controller,
      maskError,
      onEnd: streamOpened(transport),
      sink: {
        takesIds: transport === 'sse',
        write: (result, id) =>
          writer.write(framing.next(toByteText(JSON.stringify(result)), id, isRefused(result))),
        writeJson: (json, id) => writer.write(framing.next(json, id, false)),
        full: () => writer.full(),
      },
    });
    this.#running = running;
    const end = (): void => {
      try {
        stopHeartbeat();
        // The end of the stream and that of the body are one write: `response.end()` uncorks.
        response.socket?.cork();
        writer.write(framing.end());
        writer.flush();
      } finally {
        if (!response.destroyed) response.end();
      }
    };
    // It never rejects, and what ends it throws only on a defect, which the process logs.
    void running.ended.then(end);
    return response;
  }

  /** Called when the response is closed. */
  destroy(): void {
    this.#running?.leave();
  }
}
