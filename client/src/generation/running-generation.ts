import type { GenerationHandle, HandleStatus, ToolHandler } from '../generation-handle.ts';
import { EMPTY_SNAPSHOT, type GenerationSnapshot } from '../generation-snapshot.ts';
import type { GenerationEvent } from '../generation-event.ts';
import { CANCEL_GENERATION } from '../generated/documents.ts';
import { ModelgraphError } from '../modelgraph-error.ts';
import { withToolResults } from '../parts.ts';
import type { Generation } from '../schema-types.ts';
import { fromGenerationError, toModelgraphError } from '../to-modelgraph-error.ts';
import type { GenerationContext } from './context.ts';
import { GenerationReader } from './generation-reader.ts';
import { GenerationStore } from './generation-store.ts';
import type { Origin } from './origin.ts';
import { retryRequest } from './retry-request.ts';
import { ToolCalls, type ToolResult } from './tool-calls.ts';

export interface RunningGenerationOptions {
  readonly context: GenerationContext;
  readonly origin: Origin;
  readonly onToolCall: ToolHandler | undefined;
  /** Called once nothing of it runs any more. */
  readonly onEnd: () => void;
}

const THROTTLE_MS = 50;

const cancelledHere = (): ModelgraphError =>
  new ModelgraphError('The generation was cancelled before it was asked for.', { code: 'CANCELLED' });

/** A state that a handle begins with, or an event that tells of calls. */
const mayRequireAction = (event: GenerationEvent | undefined): boolean =>
  event === undefined || event.__typename === 'ActionRequired' || event.__typename === 'GenerationSnapshot';

export class RunningGeneration implements GenerationHandle {
  readonly #options: RunningGenerationOptions;
  readonly #store: GenerationStore;
  readonly #reader: GenerationReader;
  readonly #tools: ToolCalls;
  readonly #controller = new AbortController();
  #isCancelled = false;
  #isDetached = false;
  #isCancelSent = false;
  #cancelFailure: unknown;

  constructor(options: RunningGenerationOptions) {
    const { context, origin, onToolCall } = options;
    const { signal } = this.#controller;
    this.#options = options;
    this.#store = new GenerationStore((origin.type === 'follow' && origin.from) || EMPTY_SNAPSHOT);
    this.#tools = new ToolCalls({
      context,
      signal,
      onAnswered: (results) => this.#store.update(withToolResults(this.#store.snapshot, results)),
      onFailed: (error) => this.#end(toModelgraphError(error)),
    });
    this.#reader = new GenerationReader({
      context,
      origin,
      signal,
      store: this.#store,
      onEvent: this.#react,
    });
    if (onToolCall !== undefined) this.#tools.setHandler(onToolCall);
    this.#react();
    this.#reader.run().then(
      () => this.#end(),
      (error: unknown) => this.#end(toModelgraphError(error)),
    );
  }

  get id(): string | undefined {
    const { origin } = this.#options;
    return origin.type === 'follow' ? origin.id : this.#store.snapshot.id;
  }

  get cursor(): string | undefined {
    return this.#reader.cursor;
  }

  get idempotencyKey(): string | undefined {
    const { origin } = this.#options;
    return origin.type === 'start' ? origin.idempotencyKey : undefined;
  }

  get snapshot(): GenerationSnapshot {
    return this.#store.snapshot;
  }

  get status(): HandleStatus {
    const { snapshot, end } = this.#store;
    if (snapshot.generation !== undefined) return snapshot.status.toLowerCase() as HandleStatus;
    if (end?.error !== undefined) return end.error.code === 'CANCELLED' ? 'cancelled' : 'failed';
    if (this.#isDetached) return 'detached';
    if (this.#reader.isLost) return 'reconnecting';
    if (snapshot.id === undefined) return 'starting';
    return snapshot.status === 'REQUIRES_ACTION' ? 'requires-action' : 'running';
  }

  events(): AsyncIterable<GenerationEvent> {
    return { [Symbol.asyncIterator]: () => this.#store.readEvents() };
  }

  snapshots({
    throttleMs = THROTTLE_MS,
  }: {
    readonly throttleMs?: number;
  } = {}): AsyncIterable<GenerationSnapshot> {
    return { [Symbol.asyncIterator]: () => this.#store.readSnapshots(throttleMs) };
  }

  async result(): Promise<Generation> {
    const { error } = await this.#store.whenEnded();
    const partial = this.#store.snapshot;
    const generationId = this.id;
    const { generation } = partial;
    if (generation?.status === 'COMPLETED') return generation;
    if (generation?.error != null) throw fromGenerationError(generation.error, { generationId, partial });
    if (error !== undefined) throw error;
    const [code, message] =
      generation === undefined
        ? ['DETACHED', 'The handle was detached.']
        : ['GENERATION_CANCELLED', 'The generation was cancelled.'];
    throw new ModelgraphError(message, { code, generationId, partial });
  }

  async cancel(): Promise<void> {
    if (this.#store.end !== undefined) return;
    this.#isCancelled = true;
    this.#cancelFailure = undefined;
    if (!this.#reader.hasAsked) this.#end(cancelledHere());
    this.#react();
    await this.#store.when(() => this.#store.end !== undefined || this.#cancelFailure !== undefined);
    if (this.#cancelFailure !== undefined) throw toModelgraphError(this.#cancelFailure);
  }

  detach(): void {
    if (this.#store.end !== undefined) return;
    this.#isDetached = true;
    this.#end();
  }

  onToolCall(handler: ToolHandler): void {
    this.#tools.setHandler(handler);
  }

  async submitToolResults(results: readonly ToolResult[]): Promise<void> {
    const { id } = this;
    if (id === undefined)
      throw new ModelgraphError('The generation has not begun.', {
        code: 'INVALID_REQUEST',
      });
    try {
      await this.#tools.submit(id, results);
    } catch (error) {
      if (!this.#controller.signal.aborted) throw error;
      throw new ModelgraphError('The handle has ended.', {
        code: 'DETACHED',
        generationId: id,
        cause: error,
      });
    }
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  /** After each event, and after what was asked of the handle: does what was waiting for the id, or for the event. */
  readonly #react = (event?: GenerationEvent): void => {
    const { id } = this;
    if (id === undefined) return;
    if (this.#isCancelled) {
      if (!this.#isCancelSent) void this.#sendCancel(id);
      return;
    }
    const { status, toolCalls } = this.#store.snapshot;
    if (status !== 'REQUIRES_ACTION' || !mayRequireAction(event)) return;
    const calls = toolCalls.filter((call) => !call.builtIn && call.state === 'ready');
    const { origin } = this.#options;
    this.#tools.require({
      generationId: id,
      calls,
      mayBeAnswered: origin.type === 'follow' || !origin.isNew,
    });
  };

  /** Never rejects. */
  async #sendCancel(id: string): Promise<void> {
    const { context } = this.#options;
    const { signal } = this.#controller;
    this.#isCancelSent = true;
    try {
      const send = (sending: AbortSignal) => context.request(CANCEL_GENERATION, { id }, sending);
      await retryRequest(context, send, signal);
      // The server can be reached: the last event need not wait for the end of a pause.
      context.monitor.retryNow();
    } catch (error) {
      if (signal.aborted) return;
      // It may be asked for again.
      this.#isCancelSent = false;
      this.#isCancelled = false;
      this.#cancelFailure = error;
      this.#store.notify();
    }
  }

  #end(error?: ModelgraphError): void {
    if (this.#store.end !== undefined) return;
    const partial = this.#store.snapshot;
    this.#store.finish(error?.with({ generationId: this.id, ...(partial.id !== undefined && { partial }) }));
    this.#controller.abort();
    this.#options.onEnd();
  }
}
