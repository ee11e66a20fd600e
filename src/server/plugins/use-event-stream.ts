import type { ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { EVENT_STREAM, wantsOnlyEventStream } from '../answer-type.ts';
import { EventStreamBody } from '../event-stream/event-stream-body.ts';
import type { ServerPlugin } from '../plugin.ts';
import type { MaskError } from '../mask-error.ts';
import { type OperationResult, PreparedOperation } from '../prepare-operation.ts';
import { toRefusalError } from '../refusal.ts';

export interface EventStreamSettings {
  readonly heartbeatMs: number;
  readonly maskError: MaskError;
  /** Called with each stream that begins; what it gives, when that has ended. */
  readonly streamOpened: (transport: 'sse') => () => void;
}

const HEADERS = {
  'content-type': `${EVENT_STREAM}; charset=utf-8`,
  'cache-control': 'no-store',
  // nginx would hold the events back otherwise.
  'x-accel-buffering': 'no',
};

/** Whether a request was refused as such, with a status that a client can see only where no stream has begun. */
const isRefusedRequest = ({ errors }: ExecutionResult): boolean =>
  errors?.some(
    ({ extensions: { http } }) => http !== undefined && http.spec !== true && http.status !== 500,
  ) === true;

/**
 * Serves operations as event streams: subscriptions to clients that accept one, everything to clients that accept nothing
 * else. A subscription is not begun for a client that cannot read its events.
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
    if (transport !== 'sse' || Array.isArray(result)) return;
    if (!isAsyncIterable(result) && (isRefusedRequest(result) || !wantsOnlyEventStream(req))) return;
    const open = async (): Promise<OperationResult> =>
      result instanceof PreparedOperation ? await result.open() : result;
    setResultProcessor((_result, fetchAPI) => {
      const body = new EventStreamBody({ open, controller, maskError, heartbeatMs, streamOpened });
      const response = new fetchAPI.Response(null, { headers: { ...HEADERS } });
      return Object.defineProperty(response, 'body', { value: body });
    }, EVENT_STREAM);
  },
});
