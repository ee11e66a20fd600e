import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { isAsyncIterable, type YogaServerInstance } from 'graphql-yoga';
import { isRecord } from '../lib/is-record.ts';
import type { OpenSubscription } from './compiled/subscribe.ts';
import type { HttpContext } from './context.ts';
import { type MaskError, withCode } from './mask-error.ts';
import { type Refusal, toRefusalError } from './refusal.ts';

/** A GraphQL request as it came, before anything about it has been believed. */
export interface OperationParams {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
  /** Of a document that the server knows, in place of its text. */
  readonly documentId?: unknown;
}

/** What `findParamsError` finds nothing wrong with. */
interface CheckedParams {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

export type Yoga = YogaServerInstance<HttpContext, object>;

/** What the hooks of all plugins make of graphql's functions for one operation. */
export type Enveloped = ReturnType<Yoga['getEnveloped']>;

/** One result, or the results of a subscription: an `OpenSubscription` unless a plugin has wrapped it. */
export type OperationResult = ExecutionResult | OpenSubscription | AsyncIterable<ExecutionResult>;

export type Refused = readonly [GraphQLError, ...GraphQLError[]];

/**
 * An operation that is ready to be executed. A transport that streams results takes it as it is, so that its client
 * has a stream also while that takes long to begin; as an iterable it is executed when its results are asked for.
 */
export class PreparedOperation implements AsyncIterable<ExecutionResult> {
  readonly operation: OperationDefinitionNode;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  /** Executes it. Never rejects: what is thrown is the result's error. */
  readonly open: () => Promise<OperationResult>;

  constructor({
    operation,
    document,
    operationName,
    open,
  }: Pick<PreparedOperation, 'operation' | 'document' | 'operationName' | 'open'>) {
    this.operation = operation;
    this.document = document;
    this.operationName = operationName;
    this.open = open;
  }

  get isSubscription(): boolean {
    return this.operation.operation === OperationTypeNode.SUBSCRIPTION;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ExecutionResult, undefined, undefined> {
    const result = await this.open();
    if (isAsyncIterable(result)) yield* result;
    else yield result;
  }
}

const invalid = (message: string): Refusal => ({ code: 'INVALID_REQUEST', message });

/** The words at which clients of automatic persisted queries send the text of every document from then on. */
const NOT_PERSISTED: Refusal = {
  code: 'PERSISTED_QUERY_NOT_SUPPORTED',
  message: 'PersistedQueryNotSupported',
  headers: { 'cache-control': 'no-store' },
};

const isPersisted = ({ query, extensions }: OperationParams): boolean =>
  (query ?? '') === '' && isRecord(extensions) && isRecord(extensions['persistedQuery']);

/** Why a request is no GraphQL request, whatever it asks for; undefined when it is one. */
export const findParamsError = (params: OperationParams): Refusal | undefined => {
  const { query, operationName, variables, extensions } = params;
  if (isPersisted(params)) return NOT_PERSISTED;
  if (typeof query !== 'string') return invalid('The request must have a query, as text.');
  if (typeof (operationName ?? '') !== 'string') return invalid('operationName must be text.');
  if (!isRecord(variables ?? {})) return invalid('variables must be an object.');
  if (!isRecord(extensions ?? {})) return invalid('extensions must be an object.');
  return undefined;
};

const readDocument = (
  { parse, validate, schema }: Enveloped,
  query: string,
  maskError: MaskError,
): DocumentNode | Refused => {
  try {
    const document = parse(query);
    const [first, ...others] = validate(schema, document);
    return first === undefined ? document : [maskError(first), ...others.map(maskError)];
  } catch (error) {
    return [maskError(error)];
  }
};

/**
 * Parses and validates an operation through the hooks of all plugins, the same for every transport. Gives the operation,
 * ready to be executed, or what is wrong with it.
 */
export const prepareOperation = (
  enveloped: Enveloped,
  params: OperationParams,
  maskError: MaskError,
): PreparedOperation | Refused => {
  const malformed = findParamsError(params);
  if (malformed !== undefined) return [toRefusalError(malformed)];
  const { query, operationName = null, variables } = params as CheckedParams;
  const document = readDocument(enveloped, query, maskError);
  if (!('kind' in document)) return document;
  const operation = getOperationAST(document, operationName);
  if (!operation)
    return [
      withCode(
        new GraphQLError('The document does not tell which operation to run: name one that is in it.'),
      ),
    ];

  const open = async (): Promise<OperationResult> => {
    try {
      const { schema, contextFactory, execute, subscribe } = enveloped;
      const contextValue = await contextFactory();
      const args = { schema, document, operationName, variableValues: variables ?? {}, contextValue };
      const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
      return await (isSubscription ? subscribe(args) : execute(args));
    } catch (error) {
      return { errors: [maskError(error)] };
    }
  };
  return new PreparedOperation({ operation, document, operationName, open });
};
