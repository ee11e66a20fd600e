import { isAsyncIterable } from 'graphql-yoga';
import { ERROR_CODES, type ErrorCode, isRetryable } from '../../core/errors.ts';
import { createExecute } from '../compiled/execute.ts';
import { createSubscribe } from '../compiled/subscribe.ts';
import { wantsOnlyEventStream } from '../answer-type.ts';
import { type HttpContext, mayBeRepeated } from '../context.ts';
import { END_ID } from '../event-stream/framing.ts';
import type { ServerPlugin } from '../plugin.ts';
import { type MaskError, withCode, withExtensions } from '../mask-error.ts';
import {
  type OperationResult,
  PreparedOperation,
  prepareOperation,
  type Yoga,
} from '../prepare-operation.ts';

/** Whether an operation is answered in an event stream: a subscription, or whatever a client asks for that reads no JSON. */
const isStreamed = ({ isSubscription }: PreparedOperation, { req, transport }: HttpContext): boolean =>
  transport !== 'http' && (isSubscription || wantsOnlyEventStream(req));

/**
 * Whether an operation is begun before its stream is: the status of the answer then says whether a client that connects again
 * by itself should do so.
 */
const isOpenedFirst = (context: HttpContext): boolean =>
  context.lastEventId !== END_ID && (context.lastEventId !== null || mayBeRepeated(context));

/** A refusal that stands is the whole answer, with the status of its code; one that may pass is a result in a stream. */
const withStatus = (result: OperationResult): OperationResult => {
  if (isAsyncIterable(result) || result.errors === undefined || result.data != null) return result;
  const errors = result.errors.map(withCode);
  const codes = errors.map(({ extensions }) => extensions['code'] as ErrorCode);
  const [code = 'INTERNAL'] = codes;
  if (codes.some(isRetryable)) return result;
  const http = { status: ERROR_CODES[code].http, spec: false };
  return { errors: errors.map((error) => withExtensions(error, { ...error.extensions, http })) };
};

/**
 * Executes by compiled selections: what repeats is prepared once for each document. Results of a subscription are handed
 * to the transport as they are made; yoga's own handler would wrap each of them in promises.
 */
export const useCompiledSelection = (
  maskError: MaskError,
  { hideSuggestions }: { readonly hideSuggestions: boolean },
): ServerPlugin => {
  const execute = createExecute({ hideSuggestions });
  const subscribe = createSubscribe(maskError, { hideSuggestions });
  let yoga: Pick<Yoga, 'getEnveloped'>;
  return {
    onYogaInit(payload) {
      yoga = payload.yoga;
    },
    onParams({ setParamsHandler }) {
      setParamsHandler(({ request, params, context }) => {
        const enveloped = yoga.getEnveloped(Object.assign(context, { request, params }));
        const operation = prepareOperation(enveloped, params, maskError);
        if (!(operation instanceof PreparedOperation)) return { errors: operation };
        if (!isStreamed(operation, context)) return operation.open();
        return isOpenedFirst(context) ? operation.open().then(withStatus) : operation;
      });
    },
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
  };
};
