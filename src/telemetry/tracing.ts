import {
  type Attributes,
  context,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { ErrorCode } from '../core/errors.ts';
import type { Generation } from '../core/generation.ts';
import type { ModelConfig } from '../core/model-config.ts';
import { type GenerationTelemetry, NO_TELEMETRY, type Telemetry } from '../core/telemetry.ts';
import type { Usage } from '../core/usage.ts';

/** Gives the word of OpenTelemetry's conventions for a provider, by its registration name. */
export type ToTelemetryName = (provider: string) => string;

const minus = (total: number | null, before: number | null | undefined): number | null =>
  total === null ? null : total - (before ?? 0);

/** The usage of one turn, which its span reports: a generation counts that of all its turns. */
const usageAttributes = (usage: Usage | null, before: Usage | null): Attributes => {
  if (usage === null) return {};
  const counts: readonly (readonly [name: string, tokens: number | null])[] = [
    ['gen_ai.usage.input_tokens', minus(usage.inputTokens, before?.inputTokens)],
    ['gen_ai.usage.output_tokens', minus(usage.outputTokens, before?.outputTokens)],
    ['gen_ai.usage.cache_read.input_tokens', minus(usage.cacheReadTokens, before?.cacheReadTokens)],
    ['gen_ai.usage.cache_creation.input_tokens', minus(usage.cacheWriteTokens, before?.cacheWriteTokens)],
    ['gen_ai.usage.reasoning.output_tokens', minus(usage.reasoningTokens, before?.reasoningTokens)],
  ];
  return Object.fromEntries(counts.flatMap(([name, tokens]) => (tokens === null ? [] : [[name, tokens]])));
};

const startSpan = (
  tracer: Tracer,
  {
    id,
    config,
    providerName,
  }: { readonly id: string; readonly config: ModelConfig; readonly providerName: string },
  parent: Context,
): Span =>
  tracer.startSpan(
    `chat ${config.apiModel}`,
    {
      kind: config.apiType === 'local' ? SpanKind.INTERNAL : SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': providerName,
        'gen_ai.request.model': config.apiModel,
        'gen_ai.request.stream': config.streaming,
        'modelgraph.generation.id': id,
        'modelgraph.model': config.name,
      },
    },
    parent,
  );

const traceGeneration = (
  tracer: Tracer,
  id: string,
  toTelemetryName: ToTelemetryName,
): GenerationTelemetry => {
  // A later turn starts in the context of the request that brought its tool results: the parent is that of the first.
  const parent = context.active();
  let span: Span | null = null;
  let usageBefore: Usage | null = null;
  let turns = 0;

  const fail = (code: ErrorCode): void => {
    span?.setAttribute('error.type', code);
    span?.setStatus({ code: SpanStatusCode.ERROR });
  };
  const end = (): void => {
    span?.end();
    span = null;
  };
  const complete = ({ usage, finishReason, firstDeltaMs }: Generation): void => {
    span?.setAttributes(usageAttributes(usage, usageBefore));
    if (finishReason !== null) span?.setAttribute('gen_ai.response.finish_reasons', [finishReason]);
    if (firstDeltaMs !== null && turns === 1)
      span?.setAttribute('gen_ai.response.time_to_first_chunk', firstDeltaMs / 1_000);
    usageBefore = usage;
  };

  return {
    turnStarted(config) {
      end();
      turns += 1;
      const providerName = toTelemetryName(config.provider);
      span = startSpan(tracer, { id, config, providerName }, parent);
    },
    retried: (code) => void span?.addEvent('retry', { 'error.type': code }),
    fellBack(code) {
      fail(code);
      end();
    },
    actionRequired(generation) {
      complete(generation);
      end();
    },
    ended(generation) {
      complete(generation);
      if (generation.error !== null) fail(generation.error.code);
      if (generation.status === 'cancelled') fail('GENERATION_CANCELLED');
      end();
    },
  };
};

/**
 * Records a span for every turn of a generation, by OpenTelemetry's conventions for generative AI. A span contains
 * neither prompt nor answer. Without an OpenTelemetry SDK in the process, which the operator may load, the calls do
 * nothing.
 */
export const createTracing = (toTelemetryName: ToTelemetryName): Telemetry => ({
  ...NO_TELEMETRY,
  generationStarted: (id) => traceGeneration(trace.getTracer('modelgraph'), id, toTelemetryName),
});
