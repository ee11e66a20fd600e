import type { DocumentNode } from 'graphql';
import { fromGraphqlErrors } from '../to-modelgraph-error.ts';
import type { ModelgraphError } from '../modelgraph-error.ts';
import type { GraphqlRequest, GraphqlResult } from '../transport.ts';
import type { ResumableEvents } from './find-resumable-subscription.ts';

export interface SubscriptionRequest {
  readonly document: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

type Values = Readonly<Record<string, unknown>>;

interface Position {
  readonly id: string;
  readonly cursor: string;
  readonly sequence: number;
}

const TERMINAL: ReadonlySet<unknown> = new Set([
  'GenerationCompleted',
  'GenerationFailed',
  'GenerationCancelled',
]);
/** After a server has died, these may have a lower sequence than events that it had sent before. */
const OUT_OF_SEQUENCE: ReadonlySet<unknown> = new Set([...TERMINAL, 'GenerationSnapshot']);

export const toRequest = (
  { operationName, extensions }: SubscriptionRequest,
  query: string,
  variables: Values,
): GraphqlRequest => ({
  query,
  variables,
  ...(operationName !== undefined && { operationName }),
  ...(extensions !== undefined && { extensions }),
});

/** Where a reader of the events of one generation is: what to send next, and what of an answer is new to it. */
export class EventPosition {
  /** The terminal event has come. */
  hasEnded = false;
  readonly #subscription: ResumableEvents;
  readonly #first: GraphqlRequest;
  readonly #toResumed: (id: string, cursor: string | undefined) => GraphqlRequest;
  #last: Position | undefined;
  /** The server has lost what it had sent: its log is read from the beginning. */
  #isCursorUnknown = false;

  /** `key` is sent where the document's own variables give none. */
  constructor(
    subscription: ResumableEvents,
    request: SubscriptionRequest,
    print: (document: DocumentNode) => string,
    key: string,
  ) {
    const { keyVariable, sharedVariables, idVariable, afterVariable } = subscription;
    const given: Values = request.variables ?? {};
    const keyed = keyVariable === undefined ? {} : { [keyVariable]: given[keyVariable] ?? key };
    this.#subscription = subscription;
    this.#first = toRequest(request, print(subscription.start), { ...given, ...keyed });
    const shared = Object.fromEntries(
      sharedVariables.flatMap((name) => (name in given ? [[name, given[name]]] : [])),
    );
    const query = print(subscription.resume);
    this.#toResumed = (id, cursor) =>
      toRequest(request, query, { ...shared, [idVariable]: id, [afterVariable]: cursor ?? null });
  }

  get request(): GraphqlRequest {
    if (this.#last === undefined) return this.#first;
    return this.#toResumed(this.#last.id, this.#isCursorUnknown ? undefined : this.#last.cursor);
  }

  /** Whether the reading can go on in spite of an error; it then begins at the first event. */
  recovers({ code, path }: ModelgraphError): boolean {
    if (this.#last === undefined || this.#isCursorUnknown) return false;
    this.#isCursorUnknown = code === 'INVALID_REQUEST' && path === 'after';
    return this.#isCursorUnknown;
  }

  /**
   * The result as its document asks for it; undefined for an event that has been taken before. Throws ModelgraphError for
   * one that has errors and no event.
   */
  take(result: GraphqlResult): GraphqlResult | undefined {
    const { responseKey, keys, addedKeys } = this.#subscription;
    const event = result.data?.[responseKey];
    if (typeof event !== 'object' || event === null) {
      if (result.errors !== undefined && result.errors.length > 0) throw fromGraphqlErrors(result.errors);
      return result;
    }
    const values = event as Values;
    if (!this.#advance(values)) return undefined;
    this.hasEnded = TERMINAL.has(values[keys.typename]);
    if (addedKeys.length === 0) return result;
    const asked = Object.fromEntries(Object.entries(values).filter(([key]) => !addedKeys.includes(key)));
    return { ...result, data: { ...result.data, [responseKey]: asked } };
  }

  #advance(values: Values): boolean {
    const { keys } = this.#subscription;
    const sequence = Number(values[keys.sequence]);
    const isNext = this.#last === undefined || sequence > this.#last.sequence;
    if (!isNext && !OUT_OF_SEQUENCE.has(values[keys.typename])) return false;
    this.#last = { id: String(values[keys.generationId]), cursor: String(values[keys.cursor]), sequence };
    this.#isCursorUnknown = false;
    return true;
  }
}
