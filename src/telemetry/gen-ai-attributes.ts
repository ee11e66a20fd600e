import type { Attributes } from '@opentelemetry/api';
import type { Generation } from '../core/generation.ts';
import type { ModelConfig } from '../core/model-config.ts';
import type { TextRequest } from '../core/text-request.ts';
import type { Usage } from '../core/usage.ts';

/**
 * The version of OpenTelemetry's conventions for generative AI that spans and metrics keep to. All of them are still in
 * development there: https://github.com/open-telemetry/semantic-conventions-genai
 */
export const GEN_AI_SCHEMA = 'https://opentelemetry.io/schemas/gen-ai/1.42.0';

/** What of a request was given, without its text. */
export const requestAttributes = (request: TextRequest): Attributes => {
  const given = {
    'gen_ai.request.max_tokens': request.maxOutputTokens,
    'gen_ai.request.temperature': request.temperature,
    'gen_ai.request.top_p': request.topP,
    'gen_ai.request.top_k': request.topK,
    'gen_ai.request.seed': request.seed,
    'gen_ai.request.presence_penalty': request.presencePenalty,
    'gen_ai.request.frequency_penalty': request.frequencyPenalty,
    'gen_ai.output.type': request.output.type === 'text' ? null : 'json',
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
};

/** What the spans and the metrics of one answer have in common. */
export const modelAttributes = (
  { apiModel }: ModelConfig,
  providerName: string,
): { readonly [name: string]: string } => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': providerName,
  'gen_ai.request.model': apiModel,
});

const minus = (total: number | null, before: number | null | undefined): number | null =>
  total === null ? null : total - (before ?? 0);

/** The tokens of one turn: a generation counts those of all its turns. */
export interface TurnUsage {
  readonly input: number | null;
  readonly output: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  readonly reasoning: number | null;
}

const NO_USAGE: TurnUsage = { input: null, output: null, cacheRead: null, cacheWrite: null, reasoning: null };

export const toTurnUsage = (usage: Usage | null, before: Usage | null): TurnUsage =>
  usage === null
    ? NO_USAGE
    : {
        input: minus(usage.inputTokens, before?.inputTokens),
        output: minus(usage.outputTokens, before?.outputTokens),
        cacheRead: minus(usage.cacheReadTokens, before?.cacheReadTokens),
        cacheWrite: minus(usage.cacheWriteTokens, before?.cacheWriteTokens),
        reasoning: minus(usage.reasoningTokens, before?.reasoningTokens),
      };

export const usageAttributes = (usage: TurnUsage): Attributes => {
  const counts = {
    'gen_ai.usage.input_tokens': usage.input,
    'gen_ai.usage.output_tokens': usage.output,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': usage.cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoning,
  };
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, tokens]) => (tokens === null ? [] : [[name, tokens]])),
  );
};

/** Of a generation as a whole. */
export const generationAttributes = ({ status, principalId, cost, turns }: Generation): Attributes => ({
  'modelgraph.status': status,
  'modelgraph.principal.id': principalId,
  'modelgraph.turns': turns.length,
  ...(cost !== null && { 'modelgraph.cost.usd': cost.total }),
});
