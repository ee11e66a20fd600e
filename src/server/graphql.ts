import { GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { ServiceLog } from '../core/service-log.ts';
import type { Context } from '../schema/context.ts';
import { createContext, type OperationOrigin, type Services, type Transport } from './context.ts';
import { createDocumentCache } from './document-cache.ts';
import { createLimitRule, findCostError, type OperationLimits } from './limits.ts';
import { createErrorMask, withCode } from './mask-error.ts';
import { createSubscribe } from './subscribe.ts';

/** The GraphQL pipeline all transports share: parse, validate, limits, context, execution, masking. */
export interface GraphqlPipeline extends YogaServerInstance<OperationOrigin, Context> {
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

/** Limits on what an operation may ask for. In hooks that every transport runs. */
const useOperationLimits = (limits: OperationLimits): Plugin<OperationOrigin> => {
  const rule = createLimitRule(limits);
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => parseFn(source, { ...options, maxLexicalTokens: limits.maxTokens }));
    },
    onValidate({ addValidationRule }) {
      addValidationRule(rule);
    },
    onExecute({ args, setResultAndStopExecution }) {
      const error = findCostError(args, limits);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const error = findCostError(args, limits);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
  };
};

/** Gives what is wrong with a request itself the code that the contract promises of every rejection. */
const useErrorCodes = (): Plugin<OperationOrigin> => ({
  onResultProcess(payload) {
    const { result } = payload;
    if (Array.isArray(result) || !('errors' in result) || result.errors === undefined) return;
    payload.setResult({ ...result, errors: result.errors.map(withCode) });
  },
});

/** Uploads are put into their places by this server itself, for all transports alike. */
const useUploads = (): Plugin<OperationOrigin, OperationOrigin> => ({
  onRequestParse({ serverContext: { uploaded }, setRequestParser }) {
    // Checked by the pipeline, as every request is.
    if (uploaded !== undefined) setRequestParser(() => uploaded as GraphQLParams);
  },
});

/** Subscriptions over plain HTTP would have neither heartbeats nor a client whose leaving is noticed. */
const useStreamingTransports = (): Plugin<OperationOrigin> => ({
  onSubscribe({ args, setResultAndStopExecution }) {
    const { transport } = args.contextValue as OperationOrigin;
    if (transport !== 'http') return;
    const message =
      'Subscriptions are served over WebSocket (graphql-transport-ws) and over SSE (Accept: text/event-stream).';
    const extensions = { code: 'INVALID_REQUEST', retryable: false, http: { status: 406 } };
    setResultAndStopExecution({ errors: [new GraphQLError(message, { extensions })] });
  },
});

/** Subscribes by plan: graphql would interpret the selection anew for every event. */
const usePlannedSubscriptions = (maskError: GraphqlPipeline['maskError']): Plugin<OperationOrigin> => {
  const subscribe = createSubscribe(maskError);
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(subscribe);
    },
  };
};

/** Tells nothing of the schema, neither when asked for it nor by guessing what a misspelt name was meant to be. */
const useSecretSchema = (): Plugin<OperationOrigin> => ({
  onValidate({ addValidationRule, setValidationFn }) {
    addValidationRule(NoSchemaIntrospectionCustomRule);
    setValidationFn((schema, document, rules) =>
      validate(schema, document, rules, { hideSuggestions: true }),
    );
  },
});

export const createGraphqlPipeline = ({
  schema,
  services,
  limits,
  introspection,
  streamOpened,
  log,
}: GraphqlPipelineOptions): GraphqlPipeline => {
  const maskError = createErrorMask(log);
  const yoga = createYoga<OperationOrigin, Context>({
    schema,
    context: (origin) => createContext(services, origin),
    plugins: [
      useOperationLimits(limits),
      useErrorCodes(),
      useUploads(),
      useStreamingTransports(),
      usePlannedSubscriptions(maskError),
      ...(introspection ? [] : [useSecretSchema()]),
    ],
    maskedErrors: {
      maskError,
      errorMessage: 'The server failed to answer the request.',
    },
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: createDocumentCache() },
    // Done by this server itself, for all transports alike.
    maxRequestBodySize: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    logging: false,
    batching: false,
    multipart: false,
  });
  return Object.assign(yoga, { maskError, streamOpened });
};
