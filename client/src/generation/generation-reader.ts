import type { GenerationEvent } from '../generation-event.ts';
import { isTerminalEvent } from '../generation-event.ts';
import type { EventFieldsFragment } from '../generated/operations.ts';
import { GENERATE, GENERATION, GENERATION_EVENTS } from '../generated/documents.ts';
import { ModelgraphError } from '../modelgraph-error.ts';
import { placeEvent } from '../place-event.ts';
import { resumeStream } from '../resume-stream.ts';
import { badResponse, fromGraphqlErrors, serverAway } from '../to-modelgraph-error.ts';
import { ConnectionLost, type GraphqlRequest, type GraphqlResult, type Transport } from '../transport.ts';
import { hasFiles } from '../transport/extract-files.ts';
import type { GenerationContext } from './context.ts';
import { copyInput } from './copy-input.ts';
import type { GenerationStore } from './generation-store.ts';
import type { Origin } from './origin.ts';
import { retryRequest } from './retry-request.ts';
import { toEvent } from './to-event.ts';

export interface GenerationReaderOptions {
  readonly context: GenerationContext;
  readonly origin: Origin;
  readonly store: GenerationStore;
  readonly signal: AbortSignal;
  readonly onEvent: (event: GenerationEvent) => void;
}

/** Brings the events of one generation into its store, over as many connections as that takes. */
export class GenerationReader {
  readonly #options: GenerationReaderOptions;
  #cursor: string | undefined;
  /** The server knows no such event: it has lost what it had sent, and its log is read from the beginning. */
  #isCursorUnknown = false;
  #hasAsked = false;
  #isLost = false;

  constructor(options: GenerationReaderOptions) {
    const { origin } = options;
    this.#options = options;
    if (origin.type === 'follow') this.#cursor = origin.after ?? origin.from?.cursor;
  }

  /** Of the last event that was taken, or the one to go on after. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Whether the server may know of the generation. */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Resolves with the terminal event, or when the signal is aborted. Rejects with the ModelgraphError that is final. */
  async run(): Promise<void> {
    const { origin, store, context, signal } = this.#options;
    if (origin.type === 'follow') {
      this.#hasAsked = true;
      if (store.snapshot.generation !== undefined) return;
      if (origin.after !== undefined && origin.from === undefined) await this.#readPresent(origin.id);
      if (store.snapshot.generation !== undefined) return;
    }
    const start = origin.type === 'start' ? copyInput(origin.input) : undefined;
    const uploads = start !== undefined && hasFiles(start);
    const transport: Transport = {
      subscribe: (request, options) => {
        const carrier = uploads && this.#id === undefined ? context.uploads : context.transport;
        return carrier.subscribe(request, options);
      },
      dispose: () => undefined,
    };
    // What was asked for may be cancelled in the same turn.
    await Promise.resolve();
    if (signal.aborted) return;
    await resumeStream({
      ...context,
      transport,
      signal,
      getRequest: () => this.#getRequest(start),
      take: (result) => this.#take(result),
      completed: () => this.#settle(),
      onOpen: () => this.#setLost(false),
      onLost: () => this.#setLost(true),
    });
  }

  get #id(): string | undefined {
    const { origin, store } = this.#options;
    return origin.type === 'follow' ? origin.id : store.snapshot.id;
  }

  #setLost(isLost: boolean): void {
    if (this.#isLost === isLost) return;
    this.#isLost = isLost;
    this.#options.store.notify();
  }

  #getRequest(input: unknown): GraphqlRequest {
    const { origin } = this.#options;
    this.#hasAsked = true;
    if (this.#id === undefined && origin.type === 'start') {
      const { idempotencyKey } = origin;
      return { query: String(GENERATE), variables: { input, idempotencyKey } };
    }
    const after = this.#isCursorUnknown ? undefined : this.#cursor;
    return {
      query: String(GENERATION_EVENTS),
      variables: { id: this.#id, ...(after !== undefined && { after }) },
    };
  }

  #take({ data, errors }: GraphqlResult): 'advanced' | 'unchanged' | 'done' {
    const event = (data?.['generate'] ?? data?.['generationEvents']) as
      | EventFieldsFragment
      | null
      | undefined;
    if (event == null) throw this.#toError(errors);
    return this.#place(event);
  }

  #place(event: GenerationEvent): 'advanced' | 'unchanged' | 'done' {
    const { store, onEvent } = this.#options;
    const placed = placeEvent(event, store.snapshot);
    if (placed === 'repeated') return 'unchanged';
    if (placed === 'gap') throw badResponse('A piece of the text is missing.', { retryable: true });
    // A connection may begin with a snapshot of what is known.
    const isNew = placed.sequence !== store.snapshot.sequence;
    this.#cursor = placed.cursor;
    this.#isCursorUnknown = false;
    store.take(placed);
    onEvent(placed);
    if (isTerminalEvent(placed)) return 'done';
    return isNew ? 'advanced' : 'unchanged';
  }

  #toError(errors: GraphqlResult['errors']): ModelgraphError {
    if (errors === undefined || errors.length === 0)
      return badResponse('A message has no event.', { retryable: true });
    const error = fromGraphqlErrors(errors);
    const isUnknown = error.code === 'INVALID_REQUEST' && error.path === 'after' && !this.#isCursorUnknown;
    if (!isUnknown || this.#options.store.snapshot.id === undefined) return error;
    this.#isCursorUnknown = true;
    return badResponse(error.message, { retryable: true, cause: error });
  }

  /** The operation is complete without a terminal event: the generation itself says whether it has ended. */
  async #settle(): Promise<void> {
    const { context, signal } = this.#options;
    const id = this.#id;
    if (id === undefined) throw badResponse('A message has no event.', { retryable: true });
    const { generation } = await context.request(GENERATION, { id }, signal);
    const event = generation === null ? undefined : toEvent(generation, this.#cursor ?? '');
    if (event === undefined || !isTerminalEvent(event))
      throw serverAway(new ConnectionLost('The event stream ended early'));
    this.#place(event);
  }

  /** The state so far, for a reader that has events up to its cursor and no state of its own. */
  async #readPresent(id: string): Promise<void> {
    const { context, signal } = this.#options;
    const ask = (asking: AbortSignal) => context.request(GENERATION, { id }, asking);
    const { generation } = await retryRequest(context, ask, signal, () => this.#setLost(true));
    this.#setLost(false);
    if (generation === null)
      throw new ModelgraphError(`There is no generation "${id}".`, { code: 'NOT_FOUND', path: 'id' });
    this.#place(toEvent(generation, this.#cursor ?? ''));
  }
}
