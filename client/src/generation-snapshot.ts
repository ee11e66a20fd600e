import type {
  Citation,
  Cost,
  FinishReason,
  Generation,
  GenerationError,
  GenerationStatus,
  ModelRef,
  ModelResolution,
  Usage,
  Warning,
} from './schema-types.ts';

/** A passage of the answer or of the reasoning, without anything else in between. */
export interface TextPart {
  readonly type: 'text' | 'reasoning';
  readonly text: string;
  readonly state: 'streaming' | 'done';
}

export interface ToolPart {
  readonly type: 'tool';
  readonly callId: string;
  readonly name: string;
  /** The arguments as JSON text, as far as the model has written them. */
  readonly argumentsText: string;
  /** Parsed; undefined while they are being written. */
  readonly arguments: unknown;
  /** Whether the provider runs the tool itself. */
  readonly builtIn: boolean;
  /** `answered`: the result of the client has been submitted, or the provider has reported its own. */
  readonly state: 'streaming' | 'ready' | 'answered';
  /** The result, once there is one; undefined: none is known. */
  readonly output?: unknown;
  readonly isError?: boolean | undefined;
  /** Opaque state of the provider, to be sent back with the call. */
  readonly signature: string | null;
}

export type SnapshotPart = TextPart | ToolPart;

/**
 * A generation as far as its events have come. Immutable: whatever an event does not change keeps its identity, so that
 * `===` tells which parts have to be rendered again.
 */
export interface GenerationSnapshot {
  /** Undefined before the first event. */
  readonly id: string | undefined;
  readonly status: GenerationStatus;
  readonly model: ModelRef | undefined;
  readonly resolution: ModelResolution | undefined;
  /** All of the answer. */
  readonly text: string;
  /** All of the reasoning that the provider shows. */
  readonly reasoning: string;
  /** Reasoning, text and tool calls in the order in which the model gave them. */
  readonly parts: readonly SnapshotPart[];
  /** The tool calls among the parts. */
  readonly toolCalls: readonly ToolPart[];
  readonly citations: readonly Citation[];
  readonly warnings: readonly Warning[];
  /** The JSON document as far as it is written (`streamOutput`), in the end all of it; undefined: there is none. */
  readonly output: unknown;
  /** Totals so far; null: not reported. */
  readonly usage: Usage | null;
  /** Null: unknown, never 0 for want of a price. */
  readonly cost: Cost | null;
  readonly finishReason: FinishReason | null;
  readonly error: GenerationError | null;
  /** The generation as the server has it, from its terminal event on. */
  readonly generation: Generation | undefined;
  /** Of the last event that was folded; 0: none was. */
  readonly sequence: number;
  readonly cursor: string | undefined;
}

/** A generation of which nothing is known. */
export const EMPTY_SNAPSHOT: GenerationSnapshot = {
  id: undefined,
  status: 'QUEUED',
  model: undefined,
  resolution: undefined,
  text: '',
  reasoning: '',
  parts: [],
  toolCalls: [],
  citations: [],
  warnings: [],
  output: undefined,
  usage: null,
  cost: null,
  finishReason: null,
  error: null,
  generation: undefined,
  sequence: 0,
  cursor: undefined,
};
