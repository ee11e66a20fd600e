import type { ServerResponse } from 'node:http';
import { Delivery, type RunningOperation } from '../compiled/delivery.ts';
import { TextWriter } from '../compiled/text-writer.ts';
import type { MaskError } from '../mask-error.ts';
import type { OperationResult } from '../prepare-operation.ts';
import { startHeartbeat } from './heartbeat.ts';

export interface EventStreamOptions {
  /** Begins the operation. Never rejects. */
  readonly open: () => Promise<OperationResult>;
  readonly controller: AbortController;
  readonly maskError: MaskError;
  readonly heartbeatMs: number;
  /** Called when the stream begins; what it gives, when it has ended. */
  readonly streamOpened: (transport: 'sse') => () => void;
}

const frame = (event: 'next' | 'complete', data: string): string => `event: ${event}\ndata: ${data}\n\n`;

/**
 * The body of an answer by the "distinct connections mode" of GraphQL over SSE: each result a `next` event, the end a
 * `complete` event. The HTTP adapter sends the head and pipes a body into the response as it does any stream of Node's;
 * this one writes to the response itself, many events at a time, which an ordinary stream would wrap one by one.
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
    const { open, controller, maskError, heartbeatMs, streamOpened } = this.#options;
    const writer = new TextWriter(response, 'utf8', () => !response.writableEnded);
    // The client has a stream before the operation is begun.
    response.flushHeaders();
    const stopHeartbeat = startHeartbeat(response, heartbeatMs);
    const running = new Delivery({
      open,
      controller,
      maskError,
      onEnd: streamOpened('sse'),
      sink: {
        write: (next) => writer.write(frame('next', JSON.stringify(next))),
        full: () => writer.full(),
      },
    });
    this.#running = running;
    const end = (): void => {
      try {
        stopHeartbeat();
        writer.write(frame('complete', ''));
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
