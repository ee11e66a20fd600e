import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  type GraphQLError,
  validateSubscriptionArgs,
} from 'graphql';
import { createSelectionPlan } from './selection-plan.ts';

/** A subscription that has been opened: its events, and what makes a result of each. */
export interface OpenSubscription {
  readonly events: AsyncIterable<unknown>;
  toResult(event: unknown): ExecutionResult | Promise<ExecutionResult>;
}

const OPENED = Symbol('opened subscription');

interface OpenedResult extends ExecutionResult {
  readonly [OPENED]: OpenSubscription;
}

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value;

const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && 'then' in value;

/**
 * The `subscribe` of the pipeline: a result with errors, or one that `findSubscription` finds the open subscription
 * in. Its results are made outside of the pipeline's hooks, which would cost more than making them; their errors are
 * masked here.
 */
export const createSubscribe =
  (maskError: (error: unknown) => GraphQLError) =>
  async (args: ExecutionArgs): Promise<ExecutionResult> => {
    const validated = validateSubscriptionArgs(args);
    if (!('schema' in validated)) return { errors: validated };
    const events = await createSourceEventStream(validated);
    if (!isAsyncIterable(events)) return events;

    const plan = createSelectionPlan(validated);
    const mask = (result: ExecutionResult): ExecutionResult =>
      result.errors === undefined ? result : { ...result, errors: result.errors.map(maskError) };
    const execute = (event: unknown): ExecutionResult | Promise<ExecutionResult> => {
      const result = executeSubscriptionEvent({ ...validated, rootValue: event });
      return isPromise(result) ? result.then(mask) : mask(result);
    };
    const opened: OpenedResult = {
      [OPENED]: { events, toResult: (event) => plan(event) ?? execute(event) },
    };
    return opened;
  };

/** The subscription that has been opened, if the result stands for one. */
export const findSubscription = (result: ExecutionResult): OpenSubscription | undefined =>
  (result as Partial<OpenedResult>)[OPENED];
