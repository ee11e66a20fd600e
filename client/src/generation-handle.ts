import type { GenerationEvent } from './generation-event.ts';
import type { GenerationSnapshot } from './generation-snapshot.ts';
import type { Generation, JsonValue } from './schema-types.ts';

/** A call of a tool of the client, as the model made it. */
export interface ToolCallRequest {
  readonly callId: string;
  readonly name: string;
  /** Parsed; undefined if the model's text is not JSON (`argumentsText` has it). */
  readonly arguments: unknown;
  readonly argumentsText: string;
}

/**
 * Runs a call. Gives the result, or a promise of it: anything that has a form in JSON, where a string is sent as text; nothing
 * is sent as null. What it throws is given to the model as `isError` with the message.
 */
export type ToolHandler = (call: ToolCallRequest, options: { readonly signal: AbortSignal }) => unknown;

export interface GenerateOptions {
  /** Cancels the generation, as `cancel()` does, so that the provider stops billing. */
  readonly signal?: AbortSignal;
  /** Default: one of its own. The same key with the same input never starts a second generation. */
  readonly idempotencyKey?: string;
  readonly onToolCall?: ToolHandler;
}

export interface FollowOptions {
  /** The cursor of the last event that was taken in. */
  readonly after?: string;
  /** The snapshot that belongs to `after`, to go on folding. Without it and with `after`, the text so far is asked for first. */
  readonly from?: GenerationSnapshot;
  /** Detaches: a followed generation runs on. */
  readonly signal?: AbortSignal;
  readonly onToolCall?: ToolHandler;
}

export type HandleStatus =
  | 'starting'
  | 'running'
  | 'requires-action'
  | 'reconnecting'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'detached';

/**
 * One generation. It begins at once, whether or not anything reads from it, and each reader is given every event from the
 * first one on, once and in order, however many connections are lost meanwhile: it is never asked, or paid, twice.
 */
export interface GenerationHandle {
  /** Undefined until the server has named it. */
  readonly id: string | undefined;
  /** Of the last event that has arrived. */
  readonly cursor: string | undefined;
  readonly status: HandleStatus;
  readonly idempotencyKey: string | undefined;
  /** What has arrived so far, folded. */
  readonly snapshot: GenerationSnapshot;
  /** Ends after the terminal event. Throws ModelgraphError where the generation was refused, or the server stayed away. A failure of the generation is its last event, not thrown. */
  events(): AsyncIterable<GenerationEvent>;
  /** Folded states, the newest at each step, at most one in `throttleMs` (default 50; 0: one for each event); the last one always comes. Throws as `events` does. */
  snapshots(options?: { readonly throttleMs?: number }): AsyncIterable<GenerationSnapshot>;
  /** The whole generation once it has completed. Throws ModelgraphError with `partial` where it was refused, has failed or was cancelled. */
  result(): Promise<Generation>;
  /** Asks the server to cancel, in every phase (before the id is known too); resolves when it has ended. */
  cancel(): Promise<void>;
  /** Leaves: the connection is given up, the generation runs on (`onDisconnect: CONTINUE`) or has its grace; `id` and `cursor` stay good for `follow`. Iterators end. */
  detach(): void;
  /** Answers all calls of a turn once each has its handler's result. May be set after the call was made. */
  onToolCall(handler: ToolHandler): void;
  /** Answers calls by hand. */
  submitToolResults(
    results: readonly { readonly callId: string; readonly output: JsonValue; readonly isError?: boolean }[],
  ): Promise<void>;
  /** Called after each change of snapshot or status; returns the end of it. For stores of frameworks. */
  subscribe(listener: () => void): () => void;
}
