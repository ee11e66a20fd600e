import type { ServerResponse } from 'node:http';
import type { Transport } from '../../core/telemetry.ts';
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
    const writer = new TextWriter(response, 'utf8', () => !response.writableEnded);
    // The client has a stream before the operation is begun.
    response.flushHeaders();
    if (framing.head !== '') writer.write(framing.head);
    const stopHeartbeat = startHeartbeat(response, framing.heartbeat, heartbeatMs);
    const running = new Delivery({
      open,
      controller,
      maskError,
      onEnd: streamOpened(transport),
      sink: {
        takesIds: transport === 'sse',
        write: (next, id) => writer.write(framing.next(next, id)),
        full: () => writer.full(),
      },
    });
    this.#running = running;
    const end = (): void => {
      try {
        stopHeartbeat();
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
