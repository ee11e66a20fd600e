import type { DocumentNode } from 'graphql';
import { ModelgraphError } from '../modelgraph-error.ts';
import { ConnectionLost, type GraphqlRequest, type GraphqlResult, type Transport } from '../transport.ts';
import { createRetryClock, type ReconnectOptions } from './retry-clock.ts';
import { findResumableSubscription, type ResumableEvents } from './find-resumable-subscription.ts';

export interface SubscriptionRequest {
  readonly document: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

export interface ResumableOptions {
  /** The printer of the library that made the document. */
  readonly print: (document: DocumentNode) => string;
  /** Sent with `generate` where the caller gives no key: the same for each try of one generation. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly reconnect?: ReconnectOptions | undefined;
}

const TERMINAL = new Set(['GenerationCompleted', 'GenerationFailed', 'GenerationCancelled']);

type Values = Readonly<Record<string, unknown>>;

/** Where a reader of one generation stands: what to send next, and what of an answer is new. */
class EventPosition {
  ended = false;
  readonly #subscription: ResumableEvents;
  readonly #first: GraphqlRequest;
  readonly #resume: (id: string, cursor: string) => GraphqlRequest;
  #last: { readonly id: string; readonly cursor: string; readonly sequence: number } | undefined;

  constructor(subscription: ResumableEvents, request: SubscriptionRequest, options: ResumableOptions) {
    const { keyVariable, sharedVariables } = subscription;
    const given: Values = request.variables ?? {};
    const key = keyVariable === undefined ? {} : { [keyVariable]: given[keyVariable] ?? options.idempotencyKey };
    const rest = toRest(request);
    this.#subscription = subscription;
    this.#first = { ...rest, query: options.print(subscription.start), variables: { ...given, ...key } };
    const shared = Object.fromEntries(
      sharedVariables.flatMap((name) => (name in given ? [[name, given[name]]] : [])),
    );
    const query = options.print(subscription.resume);
    this.#resume = (id, cursor) => ({
      ...rest,
      query,
      variables: { ...shared, [subscription.idVariable]: id, [subscription.afterVariable]: cursor },
    });
  }

  get request(): GraphqlRequest {
    return this.#last === undefined ? this.#first : this.#resume(this.#last.id, this.#last.cursor);
  }

  /** The result as its document asked for it; undefined for an event that has been taken before. */
  take(result: GraphqlResult): GraphqlResult | undefined {
    const { responseKey, keys, addedKeys } = this.#subscription;
    const event = result.data?.[responseKey];
    if (typeof event !== 'object' || event === null) return result;
    const values = event as Values;
    const { id, cursor, sequence } = {
      id: values[keys.generationId],
      cursor: values[keys.cursor],
      sequence: values[keys.sequence],
    };
    if (typeof id === 'string' && typeof cursor === 'string' && typeof sequence === 'number') {
      if (this.#last !== undefined && sequence <= this.#last.sequence) return undefined;
      this.#last = { id, cursor, sequence };
    }
    this.ended = TERMINAL.has(String(values[keys.typename]));
    if (addedKeys.length === 0) return result;
    const asked = Object.fromEntries(Object.entries(values).filter(([key]) => !addedKeys.includes(key)));
    return { ...result, data: { ...result.data, [responseKey]: asked } };
  }
}

const toRest = ({ operationName, extensions }: SubscriptionRequest): Omit<GraphqlRequest, 'query'> => ({
  ...(operationName !== undefined && { operationName }),
  ...(extensions !== undefined && { extensions }),
});

interface Position {
  readonly request: GraphqlRequest;
  readonly ended: boolean;
  take(result: GraphqlResult): GraphqlResult | undefined;
}

/** Results of one operation, which is sent again by its position after each lost connection. */
async function* readAgain(
  transport: Transport,
  position: Position,
  { signal, reconnect }: ResumableOptions,
): AsyncGenerator<GraphqlResult, void> {
  const clock = createRetryClock(reconnect);
  for (;;) {
    try {
      for await (const result of transport.subscribe(position.request, { signal })) {
        clock.reset();
        const taken = position.take(result);
        if (taken !== undefined) yield taken;
        if (position.ended) return;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ConnectionLost)) throw error;
      if (await clock.pause(signal)) continue;
      if (signal.aborted) return;
      throw new ModelgraphError('The server does not answer. The generation may still be running there.', {
        code: 'SERVER_AWAY',
        suggestion: 'Subscribe to generationEvents with the id and the cursor of the last event, later.',
        retryable: true,
        cause: error,
      });
    }
  }
}

/**
 * The results of a subscription, in order. One of `generate` or `generationEvents` is resumed after its last event when its
 * connection is lost, so that each event comes once and nothing is generated twice; one of `batchUpdated` is subscribed to
 * anew. Any other is sent unchanged, and a lost connection ends it with ConnectionLost. Ends when the signal is aborted.
 */
export async function* subscribeResumably(
  transport: Transport,
  request: SubscriptionRequest,
  options: ResumableOptions,
): AsyncGenerator<GraphqlResult, void> {
  const subscription = findResumableSubscription(request.document, request.operationName);
  if (subscription !== undefined && subscription.kind !== 'batchUpdated') {
    yield* readAgain(transport, new EventPosition(subscription, request, options), options);
    return;
  }
  const unchanged: GraphqlRequest = {
    ...toRest(request),
    query: options.print(request.document),
    variables: request.variables ?? {},
  };
  if (subscription === undefined) {
    yield* transport.subscribe(unchanged, { signal: options.signal });
    return;
  }
  yield* readAgain(transport, { request: unchanged, ended: false, take: (result) => result }, options);
}
