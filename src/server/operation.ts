import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type OperationTypeNode,
} from 'graphql';

import { isRecord } from '../lib/is-record.ts';
import type { OperationOrigin, OperationParams } from './context.ts';
import type { GraphqlPipeline } from './graphql.ts';
import { withCode } from './mask-error.ts';
import { findSubscription, type OpenSubscription } from './subscribe.ts';

export interface PreparedOperation {
  readonly type: OperationTypeNode;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  /** Executes it. Ending the iterator aborts the operation first and does not wait for what it was doing. */
  run(): AsyncIterableIterator<ExecutionResult, undefined, undefined>;
}

const invalid = (message: string): GraphQLError => withCode(new GraphQLError(message));

/** What a client may see of an error. Over HTTP the pipeline does the same, elsewhere nobody else would. */
const toPublicError = (error: GraphQLError): GraphQLError => {
  const { nodes, source, positions, path, extensions: all } = withCode(error);
  const { http: _http, unexpected: _unexpected, ...extensions } = all;
  return new GraphQLError(error.message, { nodes, source, positions, path, extensions });
};

const toPublicResult = (result: ExecutionResult): ExecutionResult =>
  result.errors === undefined ? result : { ...result, errors: result.errors.map(toPublicError) };

/** The results of an operation, one or many, behind an iterator that can be ended while it waits. */
const createResults = (
  open: () => Promise<ExecutionResult>,
  controller: AbortController,
  maskError: GraphqlPipeline['maskError'],
  onEnd: () => void,
): AsyncIterableIterator<ExecutionResult, undefined, undefined> => {
  const done = { done: true, value: undefined } as const;
  let events: AsyncIterator<unknown> | undefined;
  let toResult: OpenSubscription['toResult'];
  let ended = false;
  const hasEnded = (): boolean => ended;
  const end = (): void => {
    ended = true;
    onEnd();
  };

  /** The one result of what is no subscription. */
  const start = async (): Promise<ExecutionResult | undefined> => {
    const result = await open();
    const subscription = findSubscription(result);
    if (subscription === undefined) {
      // Whoever has left is told nothing more, not even that the operation was cancelled.
      if (hasEnded()) return undefined;
      end();
      return result;
    }
    events = subscription.events[Symbol.asyncIterator]();
    toResult = (event) => subscription.toResult(event);
    if (hasEnded()) void events.return?.();
    return undefined;
  };

  return {
    async next() {
      try {
        if (!ended && events === undefined) {
          const result = await start();
          if (result !== undefined) return { done: false, value: toPublicResult(result) };
        }
        if (!ended && events !== undefined) {
          const item = await events.next();
          if (!hasEnded() && item.done !== true) {
            const result = toResult(item.value);
            return { done: false, value: toPublicResult(result instanceof Promise ? await result : result) };
          }
        }
        end();
        return done;
      } catch (error) {
        end();
        return { done: false, value: toPublicResult({ errors: [maskError(error)] }) };
      }
    },
    return() {
      end();
      controller.abort();
      void events?.return?.();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

/**
 * Parses, validates and bounds an operation for a transport other than plain HTTP, through the same pipeline. Gives
 * the operation, ready to run, or what is wrong with it.
 */
export const prepareOperation = (
  pipeline: GraphqlPipeline,
  params: OperationParams,
  origin: OperationOrigin,
  controller: AbortController,
): PreparedOperation | readonly [GraphQLError, ...GraphQLError[]] => {
  const { query, operationName, variables, extensions } = params;
  if (typeof query !== 'string') return [invalid('The request must have a query, as text.')];
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    return [invalid('operationName must be text.')];
  if (variables !== undefined && variables !== null && !isRecord(variables))
    return [invalid('variables must be an object.')];
  if (extensions !== undefined && extensions !== null && !isRecord(extensions))
    return [invalid('extensions must be an object.')];

  const { schema, parse, validate, contextFactory, execute, subscribe } = pipeline.getEnveloped({
    ...origin,
    params: { query, operationName: operationName ?? undefined, variables: variables ?? undefined },
  });
  let document: DocumentNode;
  try {
    document = parse(query) as DocumentNode;
  } catch (error) {
    return [error instanceof GraphQLError ? toPublicError(error) : invalid('The query cannot be read.')];
  }
  const [first, ...others] = validate(schema, document) as GraphQLError[];
  if (first !== undefined) return [toPublicError(first), ...others.map(toPublicError)];
  const operation = getOperationAST(document, operationName ?? undefined);
  if (!operation)
    return [invalid('The document does not tell which operation to run: name one that is in it.')];

  const open = async (): Promise<ExecutionResult> => {
    const args = {
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: variables ?? {},
      contextValue: await contextFactory(),
    };
    return operation.operation === 'subscription' ? subscribe(args) : execute(args);
  };
  return {
    type: operation.operation,
    document,
    operationName: operationName ?? null,
    run: () => createResults(open, controller, pipeline.maskError, pipeline.streamOpened(origin.transport)),
  };
};
