import { parse, print } from 'graphql';
import {
  type CacheConfig,
  type GraphQLResponse,
  type INetwork,
  Network,
  Observable,
  type RequestParameters,
  type UploadableMap,
  type Variables,
} from 'relay-runtime';
import { createKey } from '../generation/create-key.ts';
import { ModelgraphError } from '../modelgraph-error.ts';
import type { ModelgraphOptions } from '../modelgraph.ts';
import { createResumableSubscriber, findKeyedMutation } from '../resume-document/index.ts';
import { sendRequest } from '../transport/http.ts';

export type ModelgraphNetworkOptions = ModelgraphOptions;

const getText = ({ text, name }: RequestParameters): string => {
  if (text != null) return text;
  throw new ModelgraphError(`The document ${name} has no text: it was compiled to be persisted.`, {
    code: 'PERSISTED_QUERY_NOT_SUPPORTED',
    suggestion: 'Leave persistConfig out of the configuration of relay-compiler.',
  });
};

/** The text and variables of a query or mutation; one that starts a generation has an idempotency key. */
const toHttpRequest = (params: RequestParameters, variables: Variables) => {
  const query = getText(params);
  const keyed = params.operationKind === 'mutation' ? findKeyedMutation(parse(query)) : undefined;
  if (keyed === undefined) return { query, variables, operationName: params.name };
  const { document, keyVariable } = keyed;
  return {
    query: print(document),
    variables: { ...variables, [keyVariable]: variables[keyVariable] ?? createKey() },
    operationName: params.name,
  };
};

/**
 * The network layer of a Relay environment whose server is Modelgraph. Queries and mutations go over HTTP; subscriptions
 * over WebSocket or server-sent events, and one of `generate` or `generationEvents` is resumed after its last event when
 * its connection is lost. What starts a generation is sent with an idempotency key where the document gives none.
 */
export const createModelgraphNetwork = (options: ModelgraphNetworkOptions): INetwork => {
  const subscriber = createResumableSubscriber(options);
  const fetchOperation = async (
    params: RequestParameters,
    variables: Variables,
    _cacheConfig: CacheConfig,
    uploadables?: UploadableMap | null,
  ): Promise<GraphQLResponse> => {
    if (uploadables != null)
      throw new ModelgraphError('Files go into the variables, where their input is, not into uploadables.', {
        code: 'INVALID_REQUEST',
      });
    return (await sendRequest(options, toHttpRequest(params, variables))) as GraphQLResponse;
  };
  const subscribe = (params: RequestParameters, variables: Variables): Observable<GraphQLResponse> =>
    Observable.create((sink) => {
      const controller = new AbortController();
      subscriber
        .subscribe({
          request: { document: parse(getText(params)), variables, operationName: params.name },
          print,
          idempotencyKey: createKey(),
          signal: controller.signal,
          onResult: (result) => sink.next(result as GraphQLResponse),
        })
        .then(
          () => sink.complete(),
          (error: unknown) => sink.error(error as Error),
        );
      return () => controller.abort();
    });
  return Network.create(fetchOperation, subscribe);
};
