import type { ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Transport } from '../../core/telemetry.ts';
import { EVENT_STREAM, MULTIPART, wantsOnlyEventStream } from '../answer-type.ts';
import { OpenSubscription } from '../compiled/subscribe.ts';
import { type HttpContext, mayBeRepeated } from '../context.ts';
import { EventStreamBody } from '../event-stream/event-stream-body.ts';
import {
  createEventStreamFraming,
  END_ID,
  type Framing,
  MULTIPART_FRAMING,
} from '../event-stream/framing.ts';
import type { ServerPlugin } from '../plugin.ts';
import type { MaskError } from '../mask-error.ts';
import { type OperationResult, PreparedOperation } from '../prepare-operation.ts';
import { toRefusalError } from '../refusal.ts';

export interface EventStreamSettings {
  readonly heartbeatMs: number;
  readonly maskError: MaskError;
  /** Called with each stream that begins; what it gives, when that has ended. */
  readonly streamOpened: (transport: Transport) => () => void;
}

const NO_STORE = { 'cache-control': 'no-store' };
/** nginx would hold the events back otherwise. */
const UNBUFFERED = { ...NO_STORE, 'x-accel-buffering': 'no' };

/** Whether a request was refused as such, with a status that a client can see only where no stream has begun. */
const isRefusedRequest = ({ errors }: ExecutionResult): boolean =>
  errors?.some(
    ({ extensions: { http } }) =>
      http !== undefined && (http.spec === false || (http.spec !== true && http.status !== 500)),
  ) === true;

/** Whether the client that resumes a stream has seen it to its end. */
const hasSeenAll = (result: unknown, { lastEventId }: HttpContext): boolean =>
  lastEventId === END_ID ||
  (lastEventId !== null && result instanceof OpenSubscription && result.events.hasEnded);

const framingOf = (context: HttpContext): Framing =>
  context.transport === 'multipart' ? MULTIPART_FRAMING : createEventStreamFraming(mayBeRepeated(context));

/**
 * Serves operations as event streams: subscriptions to clients that accept one, everything to clients that accept nothing
 * else. A subscription is not begun for a client that cannot read its events. A client that resumes a stream which it has
 * seen to its end is answered 204, at which an EventSource stops to connect again.
 */
export const useEventStream = ({
  heartbeatMs,
  maskError,
  streamOpened,
}: EventStreamSettings): ServerPlugin => ({
  onSubscribe({ args, setResultAndStopExecution }) {
    const { transport } = args.contextValue as { readonly transport?: string };
    if (transport !== 'http') return;
    const message =
      'Subscriptions are served over WebSocket (graphql-transport-ws) and over SSE (Accept: text/event-stream).';
    setResultAndStopExecution({
      errors: [toRefusalError({ code: 'INVALID_REQUEST', status: 406, message })],
    });
  },
  onResultProcess({ result, serverContext, setResultProcessor }) {
    const { req, controller, transport } = serverContext;
    if (transport === 'http' || Array.isArray(result)) return;
    if (!isAsyncIterable(result) && (isRefusedRequest(result) || !wantsOnlyEventStream(req))) return;
    if (hasSeenAll(result, serverContext)) {
      const headers = { ...NO_STORE };
      setResultProcessor(
        (_result, fetchAPI) => new fetchAPI.Response(null, { status: 204, headers }),
        EVENT_STREAM,
      );
      return;
    }
    const open = async (): Promise<OperationResult> =>
      result instanceof PreparedOperation ? await result.open() : result;
    setResultProcessor(
      (_result, fetchAPI) => {
        const framing = framingOf(serverContext);
        const headers = { ...UNBUFFERED, 'content-type': framing.contentType };
        const response = new fetchAPI.Response(null, { headers });
        const options = { open, controller, framing, maskError, heartbeatMs, transport, streamOpened };
        return Object.defineProperty(response, 'body', { value: new EventStreamBody(options) });
      },
      transport === 'sse' ? EVENT_STREAM : MULTIPART,
    );
  },
});
