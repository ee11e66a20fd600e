import { createParser } from 'eventsource-parser';
import { createLinkedController, type LinkedController } from '../linked-controller.ts';
import { badResponse, serverAway } from '../to-modelgraph-error.ts';
import { ConnectionLost, type GraphqlResult, type Transport } from '../transport.ts';
import { type HttpOptions, post } from './http.ts';
import { readResult } from './read-result.ts';
import { startSilenceTimer } from './silence-timer.ts';

/** The server sends a comment at least every 12 seconds unless it is set otherwise: three of them in a row are missing. */
const SILENCE_MS = 40_000;

/** Of one event, in characters: the last one of a generation has all of it. What is longer is no answer of the server. */
const MAX_EVENT_LENGTH = 64 * 1024 * 1024;

const readJson = (data: string): GraphqlResult => {
  let cause: unknown;
  try {
    const result: unknown = JSON.parse(data);
    if (typeof result === 'object' && result !== null) return result;
  } catch (error) {
    cause = error;
  }
  throw badResponse('An event of the stream is no result.', { retryable: true, cause });
};

/** Content types are written in any case. */
const EVENT_STREAM = /^text\/event-stream\b/i;

interface Received {
  readonly results: GraphqlResult[];
  isComplete: boolean;
}

/** The results of each piece of the body, until the event `complete`; a result that was cut off is never given. */
async function* readEvents(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
): AsyncGenerator<GraphqlResult, void, undefined> {
  const received: Received = { results: [], isComplete: false };
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') throw badResponse('An event of the stream is too large.');
    },
    onEvent: ({ event, data }) => {
      if (event === 'complete') received.isComplete = true;
      else if (!received.isComplete && data !== '') received.results.push(readJson(data));
    },
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    while (!received.isComplete) {
      const { done, value } = await reader.read();
      if (done) throw new ConnectionLost('The event stream ended before the operation was complete');
      heard();
      parser.feed(decoder.decode(value, { stream: true }));
      yield* received.results.splice(0);
    }
  } finally {
    // It has been read to its end, has failed, or is left.
    reader.cancel().catch(() => undefined);
  }
}

/** Subscriptions as server-sent events over fetch (distinct connections mode). Files in the variables are uploaded. */
export const createSseTransport = (options: HttpOptions): Transport => {
  const open = new Set<LinkedController>();
  return {
    async *subscribe(request, { signal, leave, onOpen }) {
      const controller = createLinkedController(signal, leave);
      open.add(controller);
      const silence = startSilenceTimer(SILENCE_MS, () =>
        controller.abort(new ConnectionLost('The event stream has gone silent')),
      );
      try {
        const response = await post(options, request, {
          accept: 'text/event-stream',
          signal: controller.signal,
        });
        const { body, headers } = response;
        silence.heard();
        if (body === null || !EVENT_STREAM.test(headers.get('content-type') ?? '')) {
          yield await readResult(response);
          return;
        }
        onOpen?.();
        yield* readEvents(body, silence.heard);
      } catch (error) {
        if (leave?.aborted === true) return;
        controller.signal.throwIfAborted();
        throw error instanceof TypeError || (error as Error).name === 'AbortError'
          ? serverAway(error)
          : error;
      } finally {
        silence.stop();
        open.delete(controller);
        controller.unlink();
        controller.abort();
      }
    },
    dispose() {
      for (const controller of open) controller.abort(new ConnectionLost('The client was disposed'));
    },
  };
};
