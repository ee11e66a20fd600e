import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { ServiceLog } from '../core/service-log.ts';
import type { Transport } from '../core/telemetry.ts';
import { createContext, type OperationOrigin, type Services } from './context.ts';
import { createExecute } from './compiled/execute.ts';
import { createFindCostError, type OperationLimits } from './limits.ts';
import { createErrorMask } from './mask-error.ts';
import { createReadDocument, type ReadDocument } from './read-document.ts';
import { createSubscribe } from './compiled/subscribe.ts';

/** An operation of a document that has been read, as a client asks for it. */
export interface RequestedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** The GraphQL pipeline all transports share: parse, validate, limits, context, execution, masking. */
export interface GraphqlPipeline {
  readonly readDocument: ReadDocument;
  /**
   * The result of a query or a mutation; of a subscription, one that `findSubscription` finds it open in. Errors are
   * masked. An operation that would cost too much is not begun.
   */
  readonly run: (requested: RequestedOperation, origin: OperationOrigin) => Promise<ExecutionResult>;
  /** What a client may see of an error. */
  readonly maskError: (error: unknown) => GraphQLError;
  /** To be called with each stream of results that begins; what it gives, when that has ended. */
  readonly streamOpened: (transport: Transport) => () => void;
}

export interface GraphqlPipelineOptions {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly limits: OperationLimits;
  readonly introspection: boolean;
  readonly streamOpened: GraphqlPipeline['streamOpened'];
  readonly log: ServiceLog;
}

export const createGraphqlPipeline = ({
  schema,
  services,
  limits,
  introspection,
  streamOpened,
  log,
}: GraphqlPipelineOptions): GraphqlPipeline => {
  const maskError = createErrorMask(log);
  const findCostError = createFindCostError(schema, limits);
  const execute = createExecute();
  const subscribe = createSubscribe(maskError);
  return {
    readDocument: createReadDocument(schema, { limits, introspection }),
    async run({ operation, ...requested }, origin) {
      const costError = findCostError({ operation, ...requested });
      if (costError !== undefined) return { errors: [costError] };
      const args = {
        ...requested,
        schema,
        contextValue: createContext(services, origin),
        hideSuggestions: !introspection,
      };
      const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
      const result = await (isSubscription ? subscribe(args) : execute(args));
      return result.errors === undefined ? result : { ...result, errors: result.errors.map(maskError) };
    },
    maskError,
    streamOpened,
  };
};
