import {
  type Attributes,
  context,
  type Context,
  type Span,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { ChunkTimes } from '../core/chunk-times.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Generation } from '../core/generation.ts';
import type { ModelConfig } from '../core/model-config.ts';
import type { GenerationTelemetry } from '../core/telemetry.ts';
import type { TextRequest } from '../core/text-request.ts';
import type { Usage } from '../core/usage.ts';
import { generationAttributes, toTurnUsage } from './gen-ai-attributes.ts';
import { ANSWER_START, endOf, inputContent, outputContent } from './gen-ai-content.ts';
import type { EndedTurn } from './gen-ai-metrics.ts';
import { failSpan, type TurnEnd, TurnTrace } from './turn-trace.ts';

/** Gives the word of OpenTelemetry's conventions for a provider, by its registration name. */
export type ToTelemetryName = (provider: string) => string;

export interface GenerationTraceOptions {
  readonly tracer: Tracer;
  readonly toTelemetryName: ToTelemetryName;
  /** Whether prompts and answers become attributes. */
  readonly capturesContent: boolean;
  readonly recordTurn: (turn: EndedTurn) => void;
  /** The span of the generation has been started, or, with undefined, has ended. */
  readonly onSpan: (span: Span | undefined) => void;
}

export interface TracedRequest {
  readonly id: string;
  readonly config: ModelConfig;
  /** By `performance.now()`. */
  readonly receivedAtMs: number;
}

/** Records the spans of one generation: its own, and within it those of its turns and of its waits for tool results. */
export class GenerationTrace implements GenerationTelemetry {
  readonly #options: GenerationTraceOptions;
  readonly #request: TracedRequest;
  /** A later turn starts in the context of the request that brought its tool results: the parent is that of the first. */
  readonly #parent: Context = context.active();
  /** null before the first turn: what never reaches a provider leaves no trace. */
  #span: Span | null = null;
  #turn: TurnTrace | null = null;
  #toolWait: Span | null = null;
  #turns = 0;
  #usageBefore: Usage | null = null;
  #answerBefore = ANSWER_START;

  constructor(options: GenerationTraceOptions, request: TracedRequest) {
    this.#options = options;
    this.#request = request;
  }

  turnStarted(config: ModelConfig, request: TextRequest): void {
    const { tracer, toTelemetryName, capturesContent, recordTurn } = this.#options;
    this.#span ??= this.#start();
    this.#endTurn({});
    this.#endToolWait();
    this.#turns += 1;
    this.#turn = new TurnTrace({
      tracer,
      parent: this.#within(this.#span),
      generationId: this.#request.id,
      config,
      request,
      providerName: toTelemetryName(config.provider),
      content: capturesContent ? inputContent(request) : null,
      recordTurn,
    });
  }

  chunksReceived(chunks: ChunkTimes): void {
    this.#turn?.received(chunks);
  }

  retried(code: ErrorCode): void {
    this.#turn?.retried(code);
  }

  fellBack(code: ErrorCode): void {
    this.#endTurn({ errorType: code });
  }

  repairRequested(generation: Generation): void {
    this.#endTurn(this.#toTurnEnd(generation));
  }

  actionRequired(generation: Generation): void {
    this.#endTurn(this.#toTurnEnd(generation));
    if (this.#span === null) return;
    this.#toolWait = this.#options.tracer.startSpan(
      'wait for tool results',
      { attributes: { 'modelgraph.generation.id': generation.id } },
      this.#within(this.#span),
    );
  }

  ended(generation: Generation): void {
    const errorType =
      generation.status === 'cancelled' ? 'GENERATION_CANCELLED' : (generation.error?.code ?? null);
    this.#endTurn({ ...this.#toTurnEnd(generation), errorType });
    this.#endToolWait();
    this.#options.onSpan(undefined);
    if (this.#span === null) return;
    this.#span.setAttributes(generationAttributes(generation));
    if (errorType !== null) failSpan(this.#span, errorType);
    this.#span.end();
    this.#span = null;
  }

  #start(): Span {
    const { id, config, receivedAtMs } = this.#request;
    const span = this.#options.tracer.startSpan(
      `generation ${config.name}`,
      {
        kind: SpanKind.INTERNAL,
        startTime: performance.timeOrigin + receivedAtMs,
        attributes: { 'modelgraph.generation.id': id, 'modelgraph.model': config.name },
      },
      this.#parent,
    );
    this.#options.onSpan(span);
    return span;
  }

  #within(span: Span): Context {
    return trace.setSpan(this.#parent, span);
  }

  /** What the present turn adds to the generation. The next one begins after it. */
  #toTurnEnd(generation: Generation): TurnEnd {
    const { usage, finishReason, firstDeltaMs } = generation;
    const firstSeconds =
      this.#turns === 1 && firstDeltaMs !== null ? firstDeltaMs / 1_000 : this.#turn?.firstChunkSeconds;
    const attributes: Attributes = {
      ...(finishReason !== null && { 'gen_ai.response.finish_reasons': [finishReason] }),
      ...(typeof firstSeconds === 'number' && { 'gen_ai.response.time_to_first_chunk': firstSeconds }),
      ...(this.#options.capturesContent && outputContent(generation, this.#answerBefore)),
    };
    const turnUsage = toTurnUsage(usage, this.#usageBefore);
    this.#usageBefore = usage;
    this.#answerBefore = endOf(generation);
    return { usage: turnUsage, attributes };
  }

  #endTurn(end: Partial<TurnEnd>): void {
    this.#turn?.end({ usage: toTurnUsage(null, null), ...end });
    this.#turn = null;
  }

  #endToolWait(): void {
    this.#toolWait?.end();
    this.#toolWait = null;
  }
}
