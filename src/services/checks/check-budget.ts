import { createProblem, type Problem } from '../../core/errors.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { withPricingOn } from '../../core/pricing-on.ts';
import type { PreparedGeneration } from './preview.ts';

const MILLION = 1_000_000;

/** Requests under a budget whose model has no known price: refused, or let through uncounted. */
export const UNPRICED_RULES = ['refuse', 'allow'] as const;
export type UnpricedRule = (typeof UNPRICED_RULES)[number];

/** Why a request cannot be held to a budget: the price of its model is not known. */
const findUnpriced = (
  { resolution: { config } }: PreparedGeneration,
  path: readonly string[],
): Problem | undefined =>
  config.pricing === null
    ? createProblem(
        'UNSUPPORTED_CAPABILITY',
        path,
        `No price of the model "${config.name}" is known, so that its cost cannot be held to a budget.`,
        { suggestion: 'Choose a model with a price: Model.pricing.' },
      )
    : undefined;

/** Whether calls of a model are billed to this server, and so count in budgets. */
export type IsCounted = (config: ModelConfig) => boolean;

/** What of a request and of its fallbacks cannot be held to a budget. */
export const findBudgetProblems = (
  prepared: PreparedGeneration,
  unpriced: UnpricedRule,
  isCounted: IsCounted = () => true,
): readonly Problem[] => {
  if (unpriced === 'allow') return [];
  const placed = [
    [prepared, ['input', 'model']] as const,
    ...prepared.fallbacks.map((each, index) => [each, ['input', 'fallbackModels', String(index)]] as const),
  ];
  return placed.flatMap(([each, path]) =>
    isCounted(each.resolution.config) ? (findUnpriced(each, path) ?? []) : [],
  );
};

/** Below this a model that reasons within a budget of tokens would be refused by its vendor. */
const leastOutputOf = ({ request: { reasoning } }: PreparedGeneration): number =>
  reasoning.type === 'budget' ? reasoning.tokens + 1 : 1;

/**
 * A request under a budget whose `maxCostUsd` is not enough for all of its output: its output limit is what that pays for, so
 * that no more has to be reserved. `day`: whose prices hold, YYYY-MM-DD. Pure.
 */
export const limitOutputByCost = (
  prepared: PreparedGeneration,
  day: string,
  isCounted: IsCounted = () => true,
): PreparedGeneration => {
  const { limits, request, resolution } = prepared;
  const { pricing } = withPricingOn(resolution.config, day);
  const price = pricing?.outputPerMillion ?? 0;
  const fallbacks = prepared.fallbacks.map((fallback) => limitOutputByCost(fallback, day, isCounted));
  if (limits.maxCostUsd === null || price === 0 || !isCounted(resolution.config))
    return { ...prepared, fallbacks };
  const paidFor = Math.max(leastOutputOf(prepared), Math.floor((limits.maxCostUsd * MILLION) / price));
  const maxOutputTokens = Math.min(request.maxOutputTokens, paidFor);
  return { ...prepared, fallbacks, request: { ...request, maxOutputTokens } };
};
