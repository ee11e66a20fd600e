import { createExecute } from '../compiled/execute.ts';
import { createSubscribe } from '../compiled/subscribe.ts';
import { wantsOnlyEventStream } from '../answer-type.ts';
import type { HttpContext } from '../context.ts';
import type { ServerPlugin } from '../plugin.ts';
import type { MaskError } from '../mask-error.ts';
import { PreparedOperation, prepareOperation, type Yoga } from '../prepare-operation.ts';

/** Whether an operation is answered in an event stream: a subscription, or whatever a client asks for that reads no JSON. */
const isStreamed = ({ isSubscription }: PreparedOperation, { req, transport }: HttpContext): boolean =>
  transport === 'sse' && (isSubscription || wantsOnlyEventStream(req));

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
        return isStreamed(operation, context) ? operation : operation.open();
      });
    },
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
  };
};
