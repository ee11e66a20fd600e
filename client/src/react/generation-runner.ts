import type { GenerationHandle, HandleStatus, ToolHandler } from '../generation-handle.ts';
import { EMPTY_SNAPSHOT, type GenerationSnapshot } from '../generation-snapshot.ts';
import type { Modelgraph } from '../modelgraph.ts';
import type { ModelgraphError } from '../modelgraph-error.ts';
import type { GenerateInput } from '../schema-types.ts';
import type { StorageAdapter } from '../storage.ts';
import { createKey } from '../generation/create-key.ts';
import { createKeptValue, type KeptValue } from '../kept-value.ts';
import { isRunRecord, type RunRecord } from './run-record.ts';
import { createStore } from './store.ts';
import { fromGenerationError, toModelgraphError } from '../to-modelgraph-error.ts';

export interface RunnerOptions {
  readonly throttleMs?: number | undefined;
  readonly onToolCall?: ToolHandler | undefined;
}

export interface RunnerState {
  readonly status: 'idle' | HandleStatus;
  readonly snapshot: GenerationSnapshot;
  readonly error: ModelgraphError | undefined;
}

const KEEP_EVERY_MS = 1_000;
const ENDED: ReadonlySet<RunnerState['status']> = new Set([
  'idle',
  'completed',
  'failed',
  'cancelled',
  'detached',
]);

export const INITIAL_RUNNER_STATE: RunnerState = {
  status: 'idle',
  snapshot: EMPTY_SNAPSHOT,
  error: undefined,
};

/** One generation at a time for a component: what `useGeneration` renders. Making a runner starts nothing. */
export class GenerationRunner {
  readonly #client: Modelgraph;
  readonly #kept: KeptValue<RunRecord> | undefined;
  readonly #store = createStore(INITIAL_RUNNER_STATE);
  #options: RunnerOptions = {};
  #handle: GenerationHandle | undefined;
  /** Of the generation that runs, or was left. */
  #record: RunRecord | undefined;
  #keptAt = 0;
  #attached = 0;

  readonly subscribe = this.#store.subscribe;
  readonly getState = this.#store.get;

  constructor(client: Modelgraph, storage: StorageAdapter | undefined, key: string) {
    this.#client = client;
    this.#kept = storage && createKeptValue(storage, `modelgraph-generation:${key}`, isRunRecord);
  }

  configure(options: RunnerOptions): void {
    this.#options = options;
  }

  /** Joins what was left. The returned function leaves it, which does not end it. */
  attach(): () => void {
    this.#attached += 1;
    if (this.#handle === undefined) void this.#resume();
    return () => {
      this.#attached -= 1;
      // StrictMode leaves and comes back at once.
      queueMicrotask(() => this.#attached === 0 && this.#leave());
    };
  }

  /** Starts a generation. While one runs, gives that one instead: a call that is made twice costs once. */
  start(input: GenerateInput): GenerationHandle {
    if (this.#handle !== undefined) return this.#handle;
    const idempotencyKey = createKey();
    this.#record = { idempotencyKey, startedAt: Date.now() };
    return this.#read(this.#client.generate(input, { idempotencyKey, onToolCall: this.#onToolCall }));
  }

  /** Joins a generation by its id. The one that runs is left. */
  follow(id: string): GenerationHandle {
    this.#leave();
    this.#record = { idempotencyKey: '', generationId: id, startedAt: Date.now() };
    return this.#read(this.#client.follow(id, { onToolCall: this.#onToolCall }));
  }

  async stop(): Promise<void> {
    await this.#handle?.cancel();
  }

  readonly #onToolCall: ToolHandler = (call, options) => {
    const { onToolCall } = this.#options;
    if (onToolCall === undefined) throw new Error(`There is no tool "${call.name}".`);
    return onToolCall(call, options);
  };

  async #resume(): Promise<void> {
    const record = this.#record ?? (await this.#kept?.read());
    if (record?.generationId === undefined || this.#handle !== undefined || this.#attached === 0) return;
    const { generationId, cursor, snapshot } = record;
    this.#record = record;
    this.#read(
      this.#client.follow(generationId, {
        ...(cursor !== undefined && snapshot !== undefined && { after: cursor, from: snapshot }),
        onToolCall: this.#onToolCall,
      }),
    );
  }

  #leave(): void {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#keep(handle);
    this.#handle = undefined;
    handle.detach();
  }

  #keep(handle: GenerationHandle): void {
    if (this.#record === undefined) return;
    this.#keptAt = performance.now();
    this.#record = {
      ...this.#record,
      generationId: handle.id,
      cursor: handle.snapshot.cursor,
      snapshot: handle.snapshot,
    };
    void this.#kept?.write(this.#record, { ...this.#record, cursor: undefined, snapshot: undefined });
  }

  #read(handle: GenerationHandle): GenerationHandle {
    this.#handle = handle;
    this.#store.set({ status: handle.status, snapshot: handle.snapshot, error: undefined });
    void this.#readAll(handle);
    return handle;
  }

  async #readAll(handle: GenerationHandle): Promise<void> {
    const isCurrent = (): boolean => this.#handle === handle;
    const unsubscribe = handle.subscribe(() => isCurrent() && this.#setStatus(handle));
    const { throttleMs } = this.#options;
    let error: ModelgraphError | undefined;
    try {
      for await (const snapshot of handle.snapshots(throttleMs === undefined ? {} : { throttleMs })) {
        if (!isCurrent()) return;
        this.#store.set({ ...this.#store.get(), snapshot });
        if (performance.now() - this.#keptAt > KEEP_EVERY_MS) this.#keep(handle);
      }
    } catch (thrown) {
      error = toModelgraphError(thrown);
    } finally {
      unsubscribe();
    }
    if (isCurrent()) this.#end(handle, error);
  }

  #setStatus({ status, id }: GenerationHandle): void {
    const state = this.#store.get();
    if (id !== undefined && this.#record?.generationId !== id && this.#handle !== undefined)
      this.#keep(this.#handle);
    // The end is set together with the snapshot that it belongs to.
    if (status !== state.status && !ENDED.has(status)) this.#store.set({ ...state, status });
  }

  #end(handle: GenerationHandle, thrown: ModelgraphError | undefined): void {
    this.#handle = undefined;
    const { snapshot } = handle;
    const { error: failure, id: generationId } = snapshot;
    const error =
      thrown ?? (failure && fromGenerationError(failure, { generationId, partial: snapshot })) ?? undefined;
    this.#store.set({ status: error === undefined ? handle.status : 'failed', snapshot, error });
    if (handle.status === 'detached') return;
    this.#record = undefined;
    void this.#kept?.remove();
  }
}
