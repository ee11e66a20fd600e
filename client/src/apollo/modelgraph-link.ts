import { ApolloLink, HttpLink, Observable } from '@apollo/client';
import { print } from 'graphql';
import { createKey } from '../generation/create-key.ts';
import type { ModelgraphOptions } from '../modelgraph.ts';
import {
  createResumableSubscriber,
  findKeyedMutation,
  type ResumableSubscriber,
} from '../resume-document/index.ts';
import { getAuthorization, resolveUrl } from '../transport/http.ts';

export type ModelgraphLinkOptions = ModelgraphOptions;

/** Where the key of an operation is kept: links before this one send the same operation again, and keep its context. */
const KEY = 'modelgraphIdempotencyKey';

const keyOf = (operation: ApolloLink.Operation): string => {
  const known: unknown = operation.getContext()[KEY];
  if (typeof known === 'string') return known;
  const key = createKey();
  operation.setContext({ [KEY]: key });
  return key;
};

/**
 * The terminating link of a client whose server is Modelgraph. Queries and mutations go over HTTP as with HttpLink;
 * subscriptions over WebSocket or server-sent events, and one of `generate` or `generationEvents` is resumed after its last
 * event when its connection is lost. What starts a generation is sent with an idempotency key where the document gives
 * none, so that RetryLink in front of this one never starts a second generation.
 *
 * A refused operation is a result with errors, which Apollo Client gives as CombinedGraphQLErrors; a lost connection
 * without end is a ModelgraphError with the code SERVER_AWAY.
 */
export class ModelgraphLink extends ApolloLink {
  readonly #subscriber: ResumableSubscriber;
  readonly #options: ModelgraphLinkOptions;
  readonly #http: HttpLink;

  constructor(options: ModelgraphLinkOptions) {
    super();
    this.#options = options;
    this.#subscriber = createResumableSubscriber(options);
    const { fetch: given } = options;
    this.#http = new HttpLink({
      uri: resolveUrl(options.url).href,
      headers: { ...options.headers },
      ...(given && { fetch: given }),
    });
  }

  override request(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return operation.operationType === 'subscription' ? this.#subscribe(operation) : this.#send(operation);
  }

  /** Ends the subscriptions that are open. */
  dispose(): void {
    this.#subscriber.dispose();
  }

  #subscribe(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    const { query: document, variables, operationName, extensions } = operation;
    return new Observable((observer) => {
      const controller = new AbortController();
      this.#subscriber
        .subscribe({
          request: { document, variables, operationName, extensions },
          print,
          idempotencyKey: keyOf(operation),
          signal: controller.signal,
          onResult: (result) => observer.next(result as ApolloLink.Result),
        })
        .then(
          () => observer.complete(),
          (error: unknown) => observer.error(error),
        );
      return () => controller.abort();
    });
  }

  #send(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    const { query, variables, extensions, client } = operation;
    const keyed = findKeyedMutation(query, operation.operationName);
    const document = keyed?.document ?? query;
    const key = keyed && { [keyed.keyVariable]: variables[keyed.keyVariable] ?? keyOf(operation) };
    return new Observable((observer) => {
      let isLeft = false;
      let leave = (): void => {
        isLeft = true;
      };
      getAuthorization(this.#options.token).then(
        (authorization) => {
          if (isLeft) return;
          const { headers, ...context } = operation.getContext();
          const request: ApolloLink.Request = {
            query: document,
            variables: { ...variables, ...key },
            extensions,
            context: {
              ...context,
              headers: { ...(authorization !== undefined && { authorization }), ...headers },
            },
          };
          const subscription = ApolloLink.execute(this.#http, request, { client }).subscribe(observer);
          leave = () => subscription.unsubscribe();
        },
        (error: unknown) => observer.error(error),
      );
      return () => leave();
    });
  }
}
