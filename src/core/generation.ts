import type { ErrorCode } from './errors.ts';
import type { JsonValue } from './json.ts';
import type { Message } from './message.ts';
import type { OutputViolation } from './output.ts';
import type { Resolution } from './resolution.ts';
import type { Cost, Usage } from './usage.ts';

export const GENERATION_STATUSES = [
  'queued',
  'running',
  'requires-action',
  'completed',
  'cancelled',
  'failed',
] as const;
export type GenerationStatus = (typeof GENERATION_STATUSES)[number];

export const FINISH_REASONS = [
  'stop',
  'length',
  'tool-calls',
  'content-filter',
  'cost-limit',
  'other',
] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

export const WARNING_CODES = [
  'PARAMETER_DROPPED',
  'PARAMETER_COERCED',
  'REASONING_COERCED',
  'SCHEMA_DOWNGRADED',
  'MODEL_DEPRECATED',
  'MODEL_UNKNOWN',
  'FALLBACK_USED',
  'PROVIDER_WARNING',
  'OUTPUT_BUDGET_SPENT_ON_REASONING',
  'OUTPUT_VIOLATES_SCHEMA',
  'STATE_NOT_PORTABLE',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

/** Something the caller should know that did not stop the generation. */
export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
  readonly path: readonly string[] | null;
  readonly from: JsonValue | null;
  readonly to: JsonValue | null;
}

export interface ToolCall {
  readonly callId: string;
  readonly name: string;
  readonly arguments: JsonValue;
  /** Run by the provider itself, not by the client. */
  readonly builtIn: boolean;
  readonly result: JsonValue | null;
  /** Opaque vendor state, echoed back with the call. */
  readonly opaque: string | null;
}

/** `startIndex` and `endIndex` are UTF-16 code units in the generation's whole text, end exclusive. */
export interface Citation {
  readonly url: string | null;
  readonly title: string | null;
  readonly snippet: string | null;
  readonly startIndex: number | null;
  readonly endIndex: number | null;
}

/** The whole of a finished upstream call: what its stream of events adds up to. */
export interface GenerationResult {
  readonly text: string;
  /** null when the model did not reason, or hides it. */
  readonly reasoning: string | null;
  readonly toolCalls: readonly ToolCall[];
  readonly citations: readonly Citation[];
  readonly finishReason: FinishReason;
  /** The provider's own word for it. */
  readonly rawFinishReason: string | null;
  readonly usage: Usage | null;
  readonly warnings: readonly Warning[];
  /** Opaque vendor state of the turn, to be sent back in the next one. */
  readonly state: JsonValue | null;
}

export interface GenerationError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly provider: string | null;
  readonly providerStatus: number | null;
}

/**
 * One turn of the model that has ended: how far the generation's text (in UTF-16 code units), reasoning and tool calls
 * had come by then, and what it was sent next.
 */
export interface EndedTurn {
  readonly textEnd: number;
  readonly reasoningEnd: number;
  readonly toolCallEnd: number;
  /** Opaque vendor state of the turn, to be sent back with it. */
  readonly state: JsonValue | null;
  /** Tool results, or the request for a better answer; empty for the last turn. */
  readonly next: readonly Message[];
}

/** What is known of one generation at one moment; the whole of it once its status is final. */
export interface Generation {
  readonly id: string;
  /** The principal it belongs to; it is not visible to others. */
  readonly principalId: string;
  readonly status: GenerationStatus;
  readonly resolution: Resolution;
  readonly text: string;
  readonly reasoning: string | null;
  readonly toolCalls: readonly ToolCall[];
  readonly citations: readonly Citation[];
  /** The parsed text, where JSON was asked for and came. */
  readonly output: JsonValue | null;
  /** Where the last answer breaks its schema; empty until there is a whole one. */
  readonly outputViolations: readonly OutputViolation[];
  /** In their order; a turn under way is what comes after the last of them. */
  readonly turns: readonly EndedTurn[];
  readonly finishReason: FinishReason | null;
  readonly rawFinishReason: string | null;
  readonly usage: Usage | null;
  readonly cost: Cost | null;
  readonly warnings: readonly Warning[];
  readonly error: GenerationError | null;
  readonly metadata: JsonValue | null;
  /** false: the store has none of its content, and the node that runs it has it in memory for a while. Left out: true. */
  readonly isStored?: boolean;
  /** How long the store keeps it after its end, in milliseconds; left out or null: as the server is set. */
  readonly retentionMs?: number | null;
  /** Sequence of the last event in its log. */
  readonly lastSequence: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  /** Milliseconds from the call to the provider until the first text, reasoning or tool call; null if not streamed. */
  readonly firstDeltaMs: number | null;
}
