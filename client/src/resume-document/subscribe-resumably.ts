import type { DocumentNode } from 'graphql';
import { ConnectionMonitor } from '../connection-monitor.ts';
import { createLinkedController } from '../linked-controller.ts';
import type { ModelgraphOptions } from '../modelgraph.ts';
import { toReconnectSettings } from '../reconnect-policy.ts';
import { type ResumedStream, resumeStream } from '../resume-stream.ts';
import { badResponse, fromGraphqlErrors, serverAway, toModelgraphError } from '../to-modelgraph-error.ts';
import { ConnectionLost, type GraphqlRequest, type GraphqlResult, type Transport } from '../transport.ts';
import { createTransport } from '../transport/create-transport.ts';
import { EventPosition, type SubscriptionRequest, toRequest } from './event-position.ts';
import { findResumableSubscription } from './find-resumable-subscription.ts';

export interface ResumableSubscription {
  readonly request: SubscriptionRequest;
  /** The printer of the library that made the document. */
  readonly print: (document: DocumentNode) => string;
  /** Sent with `generate` where the request gives none: the same for each try of one generation. */
  readonly idempotencyKey: string;
  /** Leaves on purpose: the server is told so, where the transport can. */
  readonly signal: AbortSignal;
  readonly onResult: (result: GraphqlResult) => void;
}

export interface ResumableSubscriber {
  /**
   * Reads a subscription to its end. One of `generate` or `generationEvents` is resumed after its last event when its
   * connection is lost, so that each event comes once and nothing is generated twice; one of `batchUpdated` is subscribed
   * to anew; any other is sent once, unchanged. A refused operation is a result with errors. Rejects with ModelgraphError
   * where the server cannot be reached, or refuses the connection.
   */
  subscribe(subscription: ResumableSubscription): Promise<void>;
  /** Ends the subscriptions that are open: one that is resumed completes, any other rejects. */
  dispose(): void;
}

/** What is taken of a subscription, apart from its connections. */
type Reading = Pick<ResumedStream, 'getRequest' | 'take' | 'completed'>;

const readEvents = (position: EventPosition, { onResult, signal }: ResumableSubscription): Reading => ({
  getRequest: () => position.request,
  take: (result) => {
    const taken = takeOrRecover(position, result);
    if (taken === undefined) return 'unchanged';
    onResult(taken);
    return position.hasEnded ? 'done' : 'advanced';
  },
  completed: () => {
    if (!signal.aborted) throw serverAway(new ConnectionLost('The stream ended before the generation'));
  },
});

const takeOrRecover = (position: EventPosition, result: GraphqlResult): GraphqlResult | undefined => {
  try {
    return position.take(result);
  } catch (thrown) {
    const error = toModelgraphError(thrown);
    if (position.recovers(error)) throw badResponse(error.message, { retryable: true, cause: error });
    throw error;
  }
};

const readUpdates = (request: GraphqlRequest, { onResult }: ResumableSubscription): Reading => {
  let last: string | undefined;
  return {
    getRequest: () => request,
    take: (result) => {
      if (result.data == null && result.errors !== undefined) throw fromGraphqlErrors(result.errors);
      // A connection begins with how the batch stands, which the one before may have told.
      const text = JSON.stringify(result.data);
      const isNew = text !== last;
      last = text;
      onResult(result);
      return isNew ? 'advanced' : 'unchanged';
    },
    completed: () => undefined,
  };
};

/** Remembers the errors that a reading ended with, as the server sent them. */
const withErrors = (
  reading: Reading,
): { readonly reading: Reading; readonly findRefusal: () => GraphqlResult | undefined } => {
  let refusal: GraphqlResult | undefined;
  return {
    reading: {
      ...reading,
      getRequest: () => {
        refusal = undefined;
        return reading.getRequest();
      },
      take: (result) => {
        if (result.data == null && result.errors !== undefined) refusal = result;
        return reading.take(result);
      },
    },
    findRefusal: () => refusal,
  };
};

export const createResumableSubscriber = (options: ModelgraphOptions): ResumableSubscriber => {
  const transport: Transport = createTransport(options);
  const monitor = new ConnectionMonitor();
  const settings = toReconnectSettings(options);
  let disposal = new AbortController();

  const readAgain = async (given: Reading, { signal, onResult }: ResumableSubscription): Promise<void> => {
    const { reading, findRefusal } = withErrors(given);
    const leaving: Transport = {
      subscribe: (request, asked) => transport.subscribe(request, { ...asked, leave: signal }),
      dispose: () => undefined,
    };
    // Nothing but `leave` and disposing ends it from here: an aborted signal would be a lost connection to the server.
    const ended = createLinkedController(pauseSignal(signal), disposal.signal);
    try {
      await resumeStream({ ...reading, transport: leaving, monitor, settings, signal: ended.signal });
    } catch (error) {
      const refusal = findRefusal();
      if (refusal === undefined) throw error;
      onResult(refusal);
    } finally {
      ended.unlink();
    }
  };

  return {
    async subscribe(subscription) {
      const { request, print, idempotencyKey, signal, onResult } = subscription;
      if (signal.aborted) return;
      const resumable = findResumableSubscription(request.document, request.operationName);
      if (resumable !== undefined && resumable.kind !== 'batchUpdated') {
        const position = new EventPosition(resumable, request, print, idempotencyKey);
        return readAgain(readEvents(position, subscription), subscription);
      }
      const sent = toRequest(request, print(request.document), request.variables ?? {});
      if (resumable !== undefined) return readAgain(readUpdates(sent, subscription), subscription);
      const asked = { signal: new AbortController().signal, leave: signal };
      try {
        for await (const result of transport.subscribe(sent, asked)) onResult(result);
      } catch (error) {
        throw toModelgraphError(error);
      }
    },
    dispose: () => {
      disposal.abort();
      disposal = new AbortController();
      transport.dispose();
    },
  };
};

/** Aborted a turn after the signal: what the server is told goes first, and a pause between two tries still ends. */
const pauseSignal = (signal: AbortSignal): AbortSignal => {
  const controller = new AbortController();
  const abort = (): void => {
    setTimeout(() => controller.abort(signal.reason), 0);
  };
  signal.addEventListener('abort', abort, { once: true });
  return controller.signal;
};
