import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  Kind,
  OperationTypeNode,
  type ValidatedExecutionArgs,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import { fromByteText } from '../../lib/to-byte-text.ts';
import type { MaskError } from '../mask-error.ts';
import { createJsonPlan } from './selection-plan.ts';
import { forgetArgs, validateArgs, type ValidateArgsOptions } from './validate-args.ts';

type ResultOrPromise = ExecutionResult | Promise<ExecutionResult>;

/**
 * A subscription that has been opened. As an iterable of results it is what every plugin expects; a transport that is
 * given it unwrapped takes events and makes their results itself, without a promise for each.
 */
export class OpenSubscription implements AsyncIterable<ExecutionResult> {
  readonly events: ReadyIterator<unknown>;
  /** Makes the result of an event, errors masked. */
  readonly toResult: (event: unknown) => ResultOrPromise;
  /**
   * Makes the JSON of that result, in UTF-8 as `toByteText` gives it, at a fraction of the cost; undefined for an event whose result
   * only `toResult` makes. Left out: `toResult` makes all of them. `isShared`: others may be sent the event in the same turn.
   */
  readonly toJson: ((event: unknown, isShared: boolean) => string | undefined) | undefined;
  /** The id of an event, as an event stream carries it; undefined where a client cannot resume after one. */
  readonly toEventId: ((event: unknown) => string) | undefined;

  constructor(
    events: ReadyIterator<unknown>,
    toResult: (event: unknown) => ResultOrPromise,
    { toJson, toEventId }: Partial<Pick<OpenSubscription, 'toJson' | 'toEventId'>> = {},
  ) {
    this.events = events;
    this.toResult = toResult;
    this.toJson = toJson;
    this.toEventId = toEventId;
  }

  /** Results in order. Returning ends the events at once, even while the next one is awaited. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ExecutionResult, undefined, undefined> {
    const { events, toResult, toJson } = this;
    const done = { done: true, value: undefined } as const;
    return {
      async next() {
        const event = await events.next();
        if (event.done === true) return done;
        const json = toJson?.(event.value, false);
        if (json === undefined) return { done: false, value: await toResult(event.value) };
        return { done: false, value: JSON.parse(fromByteText(json)) as ExecutionResult };
      },
      async return() {
        await events.return();
        return done;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value;

const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && 'then' in value;

const isSubscription = (args: ValidatedExecutionArgs): args is ValidatedSubscriptionArgs =>
  args.operation.operation === OperationTypeNode.SUBSCRIPTION;

/** What the field of a subscription declares as the id of its events. Validation has seen to it that there is one field. */
const findToEventId = (args: ValidatedSubscriptionArgs): OpenSubscription['toEventId'] => {
  const fields = args.schema.getSubscriptionType()?.getFields();
  let [selection] = args.operation.selectionSet.selections;
  while (selection !== undefined && selection.kind !== Kind.FIELD) {
    const within =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : args.fragmentDefinitions[selection.name.value];
    [selection] = within?.selectionSet.selections ?? [];
  }
  const declared = selection && fields?.[selection.name.value]?.extensions['toEventId'];
  return typeof declared === 'function' ? (declared as (event: unknown) => string) : undefined;
};

interface SubscribeSettings extends ValidateArgsOptions {
  readonly maskError: MaskError;
}

const maskResult = (result: ExecutionResult, maskError: MaskError): ExecutionResult =>
  result.errors === undefined ? result : { ...result, errors: result.errors.map(maskError) };

/** The result of an event that no plan gives. It is rare: the variables are coerced again, which a subscription need not keep. */
const executePlainly = (
  event: unknown,
  args: ExecutionArgs,
  { maskError, ...options }: SubscribeSettings,
): ResultOrPromise => {
  const validated = validateArgs(args, options);
  forgetArgs(args);
  if (!('schema' in validated)) return { errors: validated };
  if (!isSubscription(validated))
    throw new TypeError('an event came of an operation that is no subscription');
  const result = executeSubscriptionEvent({ ...validated, rootValue: event });
  return isPromise(result)
    ? Promise.resolve(result).then((late) => maskResult(late, maskError))
    : maskResult(result, maskError);
};

/** Apart from what opens a subscription, since a function keeps all that is around it for as long as it lives. */
const createToResult = (args: ExecutionArgs, settings: SubscribeSettings): OpenSubscription['toResult'] => {
  return (event) => executePlainly(event, args, settings);
};

/**
 * The `subscribe` of the server: a result with errors, or the open subscription. Results of events are made without the
 * pipeline's hooks, which would cost more than making them; their errors are masked here.
 */
export const createSubscribe = (maskError: MaskError, options: ValidateArgsOptions) => {
  const settings: SubscribeSettings = { ...options, maskError };
  return async (args: ExecutionArgs): Promise<ExecutionResult | OpenSubscription> => {
    const validated = validateArgs(args, options);
    // It lives as long as the subscription, which needs nothing of it any more once its plan is made.
    forgetArgs(args);
    if (!('schema' in validated)) return { errors: validated };
    if (!isSubscription(validated))
      throw new TypeError('an operation was subscribed to that is no subscription');
    const events = await createSourceEventStream(validated);
    if (!isAsyncIterable(events)) return events;
    // The resolvers of all subscription fields are typed to give a ready iterator, and graphql hands it on as it is.
    return new OpenSubscription(events as ReadyIterator<unknown>, createToResult(args, settings), {
      toJson: createJsonPlan(validated),
      toEventId: findToEventId(validated),
    });
  };
};
