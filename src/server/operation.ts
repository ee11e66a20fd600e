import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type OperationTypeNode,
} from 'graphql';

import type { OperationOrigin, OperationParams } from './context.ts';
import type { GraphqlPipeline } from './graphql.ts';
import { withCode } from './mask-error.ts';

export interface PreparedOperation {
  readonly type: OperationTypeNode;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  /** Executes it. Ending the iterator aborts the operation first and does not wait for what it was doing. */
  run(): AsyncIterableIterator<ExecutionResult, undefined, undefined>;
}

const invalid = (message: string): GraphQLError => withCode(new GraphQLError(message));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAsyncIterable = (value: unknown): value is AsyncIterable<ExecutionResult> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

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
  open: () => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>,
  controller: AbortController,
  maskError: GraphqlPipeline['maskError'],
): AsyncIterableIterator<ExecutionResult, undefined, undefined> => {
  const done = { done: true, value: undefined } as const;
  let source: AsyncIterator<ExecutionResult> | undefined;
  let ended = false;
  const hasEnded = (): boolean => ended;

  const take = async (): Promise<ExecutionResult | undefined> => {
    if (source === undefined) {
      const result = await open();
      if (!isAsyncIterable(result)) {
        // Whoever has left is told nothing more, not even that the operation was cancelled.
        if (hasEnded()) return undefined;
        ended = true;
        return result;
      }
      source = result[Symbol.asyncIterator]();
      if (hasEnded()) void source.return?.();
    }
    if (hasEnded()) return undefined;
    const item = await source.next();
    return hasEnded() || item.done === true ? undefined : item.value;
  };

  return {
    async next() {
      try {
        const result = ended ? undefined : await take();
        if (result !== undefined) return { done: false, value: toPublicResult(result) };
        ended = true;
        return done;
      } catch (error) {
        ended = true;
        return { done: false, value: toPublicResult({ errors: [maskError(error)] }) };
      }
    },
    return() {
      ended = true;
      controller.abort();
      void source?.return?.();
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

  const open = async (): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> => {
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
    run: () => createResults(open, controller, pipeline.maskError),
  };
};
