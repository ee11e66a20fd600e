import { toNanoUsd } from '../../../core/budget.ts';
import type { PreparedGeneration } from '../../checks/preview.ts';
import { boundCost } from '../../pricing/bound-cost.ts';
import { batchPricingOf } from '../../pricing/cost.ts';

/**
 * The most that a request of a batch may cost, in billionths of a US dollar: at the price of its vendor's batches, or as a
 * generation of its own, which may be asked for a better answer once. null: no price is known.
 */
export const boundItem = (
  { request, resolution: { config }, outputRules }: PreparedGeneration,
  isNative: boolean,
): number | null => {
  const pricing = isNative ? batchPricingOf(config) : config.pricing;
  const bound = boundCost({ request, config, pricing });
  if (bound === null) return null;
  return toNanoUsd(!isNative && outputRules.onViolation === 'repair' ? 2 * bound.usd : bound.usd);
};
