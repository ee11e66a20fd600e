import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { ChunkTimes } from '../core/chunk-times.ts';
import type { ModelConfig } from '../core/model-config.ts';
import type { TextRequest } from '../core/text-request.ts';
import { modelAttributes, requestAttributes, type TurnUsage, usageAttributes } from './gen-ai-attributes.ts';
import type { EndedTurn } from './gen-ai-metrics.ts';

export const failSpan = (span: Span, errorType: string): void => {
  span.setAttribute('error.type', errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
};

export interface TurnTraceOptions {
  readonly tracer: Tracer;
  /** The generation that the turn belongs to. */
  readonly parent: Context;
  readonly generationId: string;
  readonly config: ModelConfig;
  readonly request: TextRequest;
  /** The conventions' word for the provider. */
  readonly providerName: string;
  /** Attributes with what is asked; null: content is not recorded. */
  readonly content: Attributes | null;
  readonly recordTurn: (turn: EndedTurn) => void;
}

/** What a turn has come to, as far as it came. */
export interface TurnEnd {
  readonly errorType?: string | null;
  readonly usage: TurnUsage;
  readonly attributes?: Attributes;
}

/** The span of one turn, and those of the attempts at it after the first; its metrics are recorded at its end. */
export class TurnTrace {
  readonly #options: TurnTraceOptions;
  readonly #span: Span;
  readonly #attributes: Attributes;
  readonly #beganAtMs = performance.now();
  #retry: Span | null = null;
  #attempts = 1;
  #chunks: ChunkTimes | null = null;

  constructor(options: TurnTraceOptions) {
    const { tracer, parent, generationId, config, request, providerName, content } = options;
    this.#options = options;
    this.#attributes = modelAttributes(config, providerName);
    this.#span = tracer.startSpan(
      `chat ${config.apiModel}`,
      {
        kind: config.apiType === 'local' ? SpanKind.INTERNAL : SpanKind.CLIENT,
        attributes: {
          ...this.#attributes,
          'gen_ai.request.stream': config.streaming,
          ...requestAttributes(request),
          'modelgraph.generation.id': generationId,
          'modelgraph.model': config.name,
          ...content,
        },
      },
      parent,
    );
  }

  /** An attempt has failed, and the next one begins with the pause before it. */
  retried(code: string): void {
    const { tracer, parent } = this.#options;
    this.#span.addEvent('retry', { 'error.type': code });
    this.#endRetry(code);
    this.#attempts += 1;
    this.#retry = tracer.startSpan(
      'retry',
      { attributes: { 'modelgraph.attempt': this.#attempts, 'modelgraph.retry.reason': code } },
      trace.setSpan(parent, this.#span),
    );
  }

  received(chunks: ChunkTimes): void {
    this.#chunks = chunks;
  }

  /** From the call to the first chunk, in seconds; null: none has come. */
  get firstChunkSeconds(): number | null {
    return this.#chunks?.firstSeconds ?? null;
  }

  end({ errorType = null, usage, attributes = {} }: TurnEnd): void {
    this.#endRetry(errorType);
    this.#span.setAttributes({ ...usageAttributes(usage), ...attributes });
    if (errorType !== null) failSpan(this.#span, errorType);
    this.#span.end();
    this.#options.recordTurn({
      attributes: this.#attributes,
      durationMs: performance.now() - this.#beganAtMs,
      errorType,
      usage,
      chunks: this.#chunks,
    });
  }

  #endRetry(errorType: string | null): void {
    if (this.#retry === null) return;
    if (errorType !== null) failSpan(this.#retry, errorType);
    this.#retry.end();
    this.#retry = null;
  }
}
