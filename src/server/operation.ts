import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type OperationTypeNode,
} from 'graphql';
import { isRecord } from '../lib/is-record.ts';
import type { OperationOrigin, OperationParams } from './context.ts';
import { Delivery, type ResultSink, type RunningOperation } from './compiled/delivery.ts';
import type { GraphqlPipeline } from './graphql.ts';
import { withCode, withCodes } from './mask-error.ts';
import type { Refused } from './read-document.ts';

export interface PreparedOperation {
  readonly type: OperationTypeNode;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  /** Executes it; its results go into the sink. */
  run(sink: ResultSink): RunningOperation;
  /** Executes what is no subscription. Never rejects. */
  execute(): Promise<ExecutionResult>;
}

/** What `findParamsError` finds nothing wrong with. */
interface CheckedParams {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

const invalid = (message: string): GraphQLError => withCode(new GraphQLError(message));

/** Why a request is no GraphQL request, whatever it asks for; undefined when it is one. */
export const findParamsError = ({
  query,
  operationName,
  variables,
  extensions,
}: OperationParams): GraphQLError | undefined => {
  if (typeof query !== 'string') return invalid('The request must have a query, as text.');
  if (typeof (operationName ?? '') !== 'string') return invalid('operationName must be text.');
  if (!isRecord(variables ?? {})) return invalid('variables must be an object.');
  if (!isRecord(extensions ?? {})) return invalid('extensions must be an object.');
  return undefined;
};

/**
 * Parses, validates and bounds an operation, the same for every transport. Gives the operation, ready to run, or what
 * is wrong with it.
 */
export const prepareOperation = (
  pipeline: GraphqlPipeline,
  params: OperationParams,
  origin: OperationOrigin,
  controller: AbortController,
): PreparedOperation | Refused => {
  const error = findParamsError(params);
  if (error !== undefined) return [error];
  const { query, operationName = null, variables } = params as CheckedParams;
  const document = pipeline.readDocument(query);
  if (!('kind' in document)) {
    const [first, ...others] = document;
    return [withCode(first), ...others.map(withCode)];
  }
  const operation = getOperationAST(document, operationName);
  if (!operation)
    return [invalid('The document does not tell which operation to run: name one that is in it.')];

  const requested = { document, operation, operationName, variableValues: variables ?? {} };
  const open = (): Promise<ExecutionResult> => pipeline.run(requested, origin);
  return {
    type: operation.operation,
    document,
    operationName,
    run: (sink) =>
      new Delivery({
        open,
        controller,
        maskError: pipeline.maskError,
        onEnd: pipeline.streamOpened(origin.transport),
        sink,
      }),
    async execute() {
      try {
        return withCodes(await open());
      } catch (thrown) {
        return withCodes({ errors: [pipeline.maskError(thrown)] });
      }
    },
  };
};
