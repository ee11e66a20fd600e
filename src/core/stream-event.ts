import type { ReadyIterator } from '../lib/ready-iterator.ts';
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

/** Events one by one, or all that have come at once together. */
export type StreamItem = StreamEvent | readonly StreamEvent[];

/** The events of one call. It is read once: by its events or, where it has them, by its batches, which cost less. */
export interface EventStream extends AsyncIterable<StreamEvent> {
  /** The same events in the same order, all that have come at once together; left out: they come one by one. */
  batches?(): ReadyIterator<readonly StreamEvent[]>;
}

type Answer = Omit<GenerationResult, 'finishReason' | 'rawFinishReason' | 'state'>;

/** Adds up the events of one stream. */
export class AnswerCollector {
  #text = '';
  #reasoning = '';
  #usage: Usage | null = null;
  #finish: FinishEvent | undefined;
  readonly #toolCalls: ToolCall[] = [];
  readonly #citations: Citation[] = [];
  readonly #warnings: Warning[] = [];

  take(event: StreamEvent): void {
    switch (event.type) {
      case 'text-delta':
        this.#text += event.text;
        break;
      case 'reasoning-delta':
        this.#reasoning += event.text;
        break;
      case 'tool-call-delta':
        break;
      case 'tool-call':
        this.#toolCalls.push(event.toolCall);
        break;
      case 'citation':
        this.#citations.push(event.citation);
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'warning':
        this.#warnings.push(event.warning);
        break;
      case 'finish':
        this.#finish = event;
        break;
    }
  }

  /** What the events so far add up to. */
  get answer(): Answer {
    return {
      text: this.#text,
      reasoning: this.#reasoning === '' ? null : this.#reasoning,
      toolCalls: [...this.#toolCalls],
      citations: [...this.#citations],
      usage: this.#finish?.usage ?? this.#usage,
      warnings: [...this.#warnings],
    };
  }

  /** The whole of a stream that has ended. */
  toResult(): GenerationResult {
    if (this.#finish === undefined) throw new TypeError('a provider stream ended without a finish event');
    const { reason: finishReason, rawReason: rawFinishReason, state } = this.#finish;
    return { ...this.answer, finishReason, rawFinishReason, state };
  }
}

/** Adds a stream up. Throws what the stream throws. */
export const collect = async (events: AsyncIterable<StreamEvent>): Promise<GenerationResult> => {
  const collector = new AnswerCollector();
  for await (const event of events) collector.take(event);
  return collector.toResult();
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
