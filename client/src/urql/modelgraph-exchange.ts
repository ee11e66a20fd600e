import {
  composeExchanges,
  type Exchange,
  fetchExchange,
  makeOperation,
  mapExchange,
  type Operation,
  stringifyDocument,
  subscriptionExchange,
} from '@urql/core';
import { createKey } from '../generation/create-key.ts';
import type { ModelgraphOptions } from '../modelgraph.ts';
import { createResumableSubscriber, findKeyedMutation } from '../resume-document/index.ts';
import { getAuthorization, resolveUrl } from '../transport/http.ts';

export type ModelgraphExchangeOptions = Omit<ModelgraphOptions, 'fetch'> & { readonly fetch?: typeof fetch };

/** Keys by operation, so that one that is sent again by another exchange keeps its own. */
const createKeys = () => {
  const keys = new Map<string, string>();
  const nameOf = ({ key, context }: Operation): string => `${String(key)} ${String(context._instance)}`;
  return {
    get: (operation: Operation): string => {
      const name = nameOf(operation);
      const key = keys.get(name) ?? createKey();
      keys.set(name, key);
      return key;
    },
    forget: (operation: Operation): void => {
      keys.delete(nameOf(operation));
    },
  };
};

type Keys = ReturnType<typeof createKeys>;

const withKey = (operation: Operation, keys: Keys): Pick<Operation, 'query' | 'variables'> => {
  const { query, variables } = operation;
  const keyed = operation.kind === 'mutation' ? findKeyedMutation(query) : undefined;
  if (keyed === undefined) return { query, variables };
  const given = variables as Readonly<Record<string, unknown>>;
  return {
    query: keyed.document,
    variables: { ...given, [keyed.keyVariable]: given[keyed.keyVariable] ?? keys.get(operation) },
  };
};

/** The operation with what a request over HTTP takes: the address, the key of a generation, the token. */
const toHttpOperation = async (
  operation: Operation,
  options: ModelgraphExchangeOptions,
  keys: Keys,
): Promise<Operation> => {
  const authorization = await getAuthorization(options.token);
  const { context } = operation;
  const { fetchOptions } = context;
  const fetchInit = typeof fetchOptions === 'function' ? fetchOptions() : fetchOptions;
  const headers = new Headers(fetchInit?.headers);
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
  if (authorization !== undefined) headers.set('authorization', authorization);
  return makeOperation(
    operation.kind,
    { ...operation, ...withKey(operation, keys) },
    {
      ...context,
      url: resolveUrl(options.url).href,
      fetchOptions: { ...fetchInit, headers: Object.fromEntries(headers) },
      ...(options.fetch && { fetch: options.fetch }),
    },
  );
};

/**
 * The last exchange of a client whose server is Modelgraph, in place of `fetchExchange` and `subscriptionExchange`. Queries
 * and mutations go over HTTP; subscriptions over WebSocket or server-sent events, and one of `generate` or
 * `generationEvents` is resumed after its last event when its connection is lost. What starts a generation is sent with an
 * idempotency key where the document gives none.
 *
 * A refused operation is a CombinedError with graphQLErrors; a server that stays away is one whose networkError is a
 * ModelgraphError with the code SERVER_AWAY.
 */
export const modelgraphExchange = (options: ModelgraphExchangeOptions): Exchange => {
  const subscriber = createResumableSubscriber(options);
  const keys = createKeys();
  return composeExchanges([
    mapExchange({
      onOperation: (operation) => {
        if (operation.kind === 'teardown') keys.forget(operation);
        const isSent = operation.kind === 'query' || operation.kind === 'mutation';
        return isSent ? toHttpOperation(operation, options, keys) : operation;
      },
      onResult: (result) => {
        if (result.error?.networkError === undefined && !result.hasNext) keys.forget(result.operation);
      },
    }),
    subscriptionExchange({
      forwardSubscription: ({ variables, operationName, extensions }, operation) => ({
        subscribe: (sink) => {
          const controller = new AbortController();
          subscriber
            .subscribe({
              request: { document: operation.query, variables, operationName, extensions },
              print: (document) => stringifyDocument(document),
              idempotencyKey: keys.get(operation),
              signal: controller.signal,
              onResult: (result) => sink.next(result as Parameters<typeof sink.next>[0]),
            })
            .then(
              () => sink.complete(),
              (error: unknown) => sink.error(error),
            );
          return { unsubscribe: () => controller.abort() };
        },
      }),
    }),
    fetchExchange,
  ]);
};
