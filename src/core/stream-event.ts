import type { Citation, FinishReason, GenerationResult, ToolCall, Warning } from './generation.ts';
import type { JsonValue } from './json.ts';
import type { Usage } from './usage.ts';

export interface TextDeltaEvent {
  readonly type: 'text-delta';
  readonly text: string;
}
export interface ReasoningDeltaEvent {
  readonly type: 'reasoning-delta';
  readonly text: string;
}
export interface ToolCallDeltaEvent {
  readonly type: 'tool-call-delta';
  readonly callId: string;
  readonly name: string;
  readonly argumentsDelta: string;
}
/** A call whose arguments are complete and parsed. */
export interface ToolCallEvent {
  readonly type: 'tool-call';
  readonly toolCall: ToolCall;
}
export interface CitationEvent {
  readonly type: 'citation';
  readonly citation: Citation;
}
/** Totals so far, not a difference. */
export interface UsageEvent {
  readonly type: 'usage';
  readonly usage: Usage;
}
export interface WarningEvent {
  readonly type: 'warning';
  readonly warning: Warning;
}
/** The provider's own end of the turn. Nothing follows it. */
export interface FinishEvent {
  readonly type: 'finish';
  readonly reason: FinishReason;
  readonly rawReason: string | null;
  readonly usage: Usage | null;
  readonly state: JsonValue | null;
}

/**
 * What a provider reports of one upstream call, as it happens: nothing cumulative, nothing mutable, no empty deltas.
 * A stream ends with exactly one `finish`, or by throwing; it never ends quietly.
 */
export type StreamEvent =
  | TextDeltaEvent
  | ReasoningDeltaEvent
  | ToolCallDeltaEvent
  | ToolCallEvent
  | CitationEvent
  | UsageEvent
  | WarningEvent
  | FinishEvent;

/** Adds a stream up. Throws what the stream throws. */
export const collect = async (events: AsyncIterable<StreamEvent>): Promise<GenerationResult> => {
  let text = '';
  let reasoning = '';
  let usage: Usage | null = null;
  let finish: FinishEvent | undefined;
  const toolCalls: ToolCall[] = [];
  const citations: Citation[] = [];
  const warnings: Warning[] = [];
  for await (const event of events) {
    switch (event.type) {
      case 'text-delta':
        text += event.text;
        break;
      case 'reasoning-delta':
        reasoning += event.text;
        break;
      case 'tool-call-delta':
        break;
      case 'tool-call':
        toolCalls.push(event.toolCall);
        break;
      case 'citation':
        citations.push(event.citation);
        break;
      case 'usage':
        usage = event.usage;
        break;
      case 'warning':
        warnings.push(event.warning);
        break;
      case 'finish':
        finish = event;
        break;
    }
  }
  if (finish === undefined) throw new TypeError('a provider stream ended without a finish event');
  return {
    text,
    reasoning: reasoning === '' ? null : reasoning,
    toolCalls,
    citations,
    finishReason: finish.reason,
    rawFinishReason: finish.rawReason,
    usage: finish.usage ?? usage,
    warnings,
    state: finish.state,
  };
};

/** The events a waiting call would have streamed: one delta of each kind, reasoning before text. */
export const streamOf = function* (result: GenerationResult): Generator<StreamEvent> {
  for (const warning of result.warnings) yield { type: 'warning', warning };
  if (result.reasoning !== null) yield { type: 'reasoning-delta', text: result.reasoning };
  if (result.text !== '') yield { type: 'text-delta', text: result.text };
  for (const toolCall of result.toolCalls) yield { type: 'tool-call', toolCall };
  for (const citation of result.citations) yield { type: 'citation', citation };
  if (result.usage !== null) yield { type: 'usage', usage: result.usage };
  yield {
    type: 'finish',
    reason: result.finishReason,
    rawReason: result.rawFinishReason,
    usage: result.usage,
    state: result.state,
  };
};
