import {
  createNoopMeter,
  isSpanContextValid,
  metrics,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import type { Batch } from '../core/batch.ts';
import { type BatchStepStart, NO_TELEMETRY, type Telemetry } from '../core/telemetry.ts';
import { GEN_AI_SCHEMA, modelAttributes } from './gen-ai-attributes.ts';
import { createGenAiMetrics } from './gen-ai-metrics.ts';
import { GenerationTrace, type ToTelemetryName } from './generation-trace.ts';
import type { FindTraceId } from './metric-definition.ts';
import { failSpan } from './turn-trace.ts';

export type { ToTelemetryName } from './generation-trace.ts';

export interface TracingOptions {
  readonly toTelemetryName: ToTelemetryName;
  /** Of this server. */
  readonly version: string;
  /** Whether prompts and answers become attributes of spans. */
  readonly capturesContent: boolean;
}

export interface Tracing {
  readonly telemetry: Telemetry;
  readonly findTraceId: FindTraceId;
}

const startStep = (
  tracer: Tracer,
  { batchId, config, step }: BatchStepStart,
  toTelemetryName: ToTelemetryName,
): Span => {
  const provider = toTelemetryName(config.provider);
  return tracer.startSpan(`batch ${step} ${provider}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': config.apiModel,
      'modelgraph.batch.id': batchId,
      'modelgraph.batch.step': step,
    },
  });
};

/** A batch lasts for hours, on any number of nodes: its span is made at its end, of what is stored. */
const traceBatch = (tracer: Tracer, batch: Batch, toTelemetryName: ToTelemetryName): void => {
  const { id, config, mode, status, counts, cost, error, createdAt, completedAt } = batch;
  const span = tracer.startSpan(`batch ${config.name}`, {
    kind: SpanKind.INTERNAL,
    startTime: createdAt,
    attributes: {
      ...modelAttributes(config, toTelemetryName(config.provider)),
      'modelgraph.batch.id': id,
      'modelgraph.batch.mode': mode,
      'modelgraph.model': config.name,
      'modelgraph.status': status,
      ...Object.fromEntries(
        Object.entries(counts).map(([name, count]) => [`modelgraph.batch.items.${name}`, count]),
      ),
      ...(cost !== null && { 'modelgraph.cost.usd': cost.total }),
    },
  });
  if (status !== 'completed') failSpan(span, error?.code ?? status);
  span.end(completedAt ?? undefined);
};

/** The traces of generations that are under way and recorded. */
class LiveTraces {
  readonly #ids = new Map<string, string>();

  note(generationId: string, span: Span | undefined): void {
    if (span === undefined) {
      this.#ids.delete(generationId);
      return;
    }
    const spanContext = span.spanContext();
    const isRecorded = (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0;
    if (isRecorded && isSpanContextValid(spanContext)) this.#ids.set(generationId, spanContext.traceId);
  }

  find(generationId: string): string | undefined {
    return this.#ids.get(generationId);
  }
}

/** Whether the operator has loaded an SDK that takes spans or metrics. */
const hasSdk = (): boolean => {
  const provider = trace.getTracerProvider();
  // oxlint-disable-next-line typescript/no-deprecated -- the API has no other way to ask
  if (!(provider instanceof ProxyTracerProvider)) return true;
  const takesSpans = provider.getDelegateTracer('modelgraph') !== undefined;
  return takesSpans || metrics.getMeter('modelgraph') !== createNoopMeter();
};

/**
 * Records spans and metrics by OpenTelemetry's conventions for generative AI: a span for every generation, with one for each
 * of its turns, retries and waits for tool results, and spans for batches. They contain neither prompt nor answer, unless
 * the operator wants them to. Without an OpenTelemetry SDK in the process, which the operator may load, nothing is
 * kept for them.
 */
export const createTracing = ({ toTelemetryName, version, capturesContent }: TracingOptions): Tracing => {
  const recordTurn = createGenAiMetrics(version);
  const traces = new LiveTraces();
  const getTracer = (): Tracer =>
    trace.getTracerProvider().getTracer('modelgraph', version, { schemaUrl: GEN_AI_SCHEMA });
  const telemetry: Telemetry = {
    ...NO_TELEMETRY,
    generationStarted(id, config, receivedAtMs) {
      if (!hasSdk()) return NO_TELEMETRY.generationStarted(id, config, receivedAtMs);
      return new GenerationTrace(
        {
          tracer: getTracer(),
          toTelemetryName,
          capturesContent,
          recordTurn,
          onSpan: (span) => traces.note(id, span),
        },
        { id, config, receivedAtMs },
      );
    },
    batchStepStarted(start) {
      const span = startStep(getTracer(), start, toTelemetryName);
      return (code) => {
        if (code !== null) failSpan(span, code);
        span.end();
      };
    },
    batchEnded: (batch) => traceBatch(getTracer(), batch, toTelemetryName),
  };
  return { telemetry, findTraceId: (id) => traces.find(id) };
};
