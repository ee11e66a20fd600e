import type { Citation, FinishReason, Generation, GenerationError, ToolCall, Warning } from './generation.ts';
import type { JsonValue } from './json.ts';
import type { OutputChange } from './output.ts';
import type { Resolution } from './resolution.ts';
import type { Cost, Usage } from './usage.ts';

interface EventPosition {
  readonly generationId: string;
  /** 1, 2, 3 … without gaps in the log. */
  readonly sequence: number;
}

export interface GenerationStarted extends EventPosition {
  readonly type: 'GenerationStarted';
  readonly resolution: Resolution;
}
/**
 * Stands for every event up to its own sequence, and replaces what the subscriber has. No event of the log: made for a
 * subscriber that resumes from outside of what is retained.
 */
export interface GenerationSnapshot extends EventPosition {
  readonly type: 'GenerationSnapshot';
  readonly generation: Generation;
}
/** `offset`: where the piece begins in the whole text, in UTF-16 code units. */
export interface TextDelta extends EventPosition {
  readonly type: 'TextDelta';
  readonly offset: number;
  readonly text: string;
}
export interface ReasoningDelta extends EventPosition {
  readonly type: 'ReasoningDelta';
  readonly offset: number;
  readonly text: string;
}
export interface ToolCallDelta extends EventPosition {
  readonly type: 'ToolCallDelta';
  readonly callId: string;
  readonly name: string;
  readonly argumentsDelta: string;
}
export interface ToolCallReady extends EventPosition {
  readonly type: 'ToolCallReady';
  readonly toolCall: ToolCall;
}
export interface CitationAdded extends EventPosition {
  readonly type: 'CitationAdded';
  readonly citation: Citation;
}
export interface UsageUpdated extends EventPosition {
  readonly type: 'UsageUpdated';
  readonly usage: Usage;
  readonly cost: Cost | null;
}
export interface WarningRaised extends EventPosition {
  readonly type: 'WarningRaised';
  readonly warning: Warning;
}
/**
 * A step of the JSON document as it is written. `path`: JSON Pointer (RFC 6901).
 * - `set`: the value, without what is still to come of it; replaces what was there.
 * - `append`: a piece of a string that was set.
 * - `done`: `value` is null, and what is there is whole.
 */
export interface OutputUpdated extends EventPosition {
  readonly type: 'OutputUpdated';
  readonly path: string;
  readonly change: OutputChange;
  readonly value: JsonValue | null;
}
/** The turn ended with calls that only the client can run; the log goes on once their results are submitted. */
export interface ActionRequired extends EventPosition {
  readonly type: 'ActionRequired';
  readonly toolCalls: readonly ToolCall[];
}
export interface GenerationCompleted extends EventPosition {
  readonly type: 'GenerationCompleted';
  readonly finishReason: FinishReason;
  readonly generation: Generation;
}
export interface GenerationCancelled extends EventPosition {
  readonly type: 'GenerationCancelled';
  readonly generation: Generation;
}
export interface GenerationFailed extends EventPosition {
  readonly type: 'GenerationFailed';
  readonly error: GenerationError;
  readonly generation: Generation;
}

export type TerminalEvent = GenerationCompleted | GenerationCancelled | GenerationFailed;

/** One step of a generation, as every subscriber sees it: started first, one terminal event last, nothing after it. */
export type GenerationEvent =
  | GenerationStarted
  | GenerationSnapshot
  | TextDelta
  | ReasoningDelta
  | ToolCallDelta
  | ToolCallReady
  | CitationAdded
  | UsageUpdated
  | WarningRaised
  | OutputUpdated
  | ActionRequired
  | TerminalEvent;

/** An event that a log holds. */
export type LoggedEvent = Exclude<GenerationEvent, GenerationSnapshot>;

/** An event before the log has given it its place. */
export type UnplacedEvent = LoggedEvent extends infer E
  ? E extends LoggedEvent
    ? Omit<E, keyof EventPosition>
    : never
  : never;

const TERMINAL_TYPES: ReadonlySet<GenerationEvent['type']> = new Set<TerminalEvent['type']>([
  'GenerationCompleted',
  'GenerationCancelled',
  'GenerationFailed',
]);

/** Whether an event is the last one of its log. */
export const isTerminalEvent = <E extends Pick<GenerationEvent, 'type'>>(
  event: E,
): event is Extract<E, { readonly type: TerminalEvent['type'] }> => TERMINAL_TYPES.has(event.type);
