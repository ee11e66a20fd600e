import type { ModelConfig } from '../core/model-config.ts';
import { pricingOn } from '../core/pricing-on.ts';
import { byName } from './catalogue-layers.ts';
import type { Catalogue } from './validate-catalogue.ts';

/** A price that has become more than this many times what it was, or less than that part of it, is most likely a slip. */
const MOST_TIMES = 10;

const PRICES = ['inputPerMillion', 'outputPerMillion'] as const;

const findPriceProblem = (
  { name, pricing }: ModelConfig,
  before: ModelConfig | undefined,
  today: string,
): string | undefined => {
  if (pricing === null || pricing === before?.pricing) return undefined;
  const now = pricingOn(pricing, today);
  const known = before === undefined || before.pricing === null ? null : pricingOn(before.pricing, today);
  for (const field of PRICES) {
    const price = now[field];
    const earlier = known?.[field] ?? null;
    if (price === earlier) continue;
    if (price === 0) return `model "${name}": ${field} is 0`;
    if (earlier !== null && (price > earlier * MOST_TIMES || price * MOST_TIMES < earlier))
      return `model "${name}": ${field} has changed from ${earlier} to ${price}, more than tenfold`;
  }
  return undefined;
};

/**
 * Prices of a refreshed catalogue that have become 0, or changed more than tenfold. One that the overlay sets has not
 * changed; a model whose price it confirms may have any.
 */
export const findPriceProblems = (
  before: Catalogue,
  after: Catalogue,
  { today, confirmed }: { readonly today: string; readonly confirmed: readonly string[] },
): readonly string[] => {
  const known = byName(before.models);
  return after.models.flatMap((config) => {
    if (confirmed.includes(config.name)) return [];
    const problem = findPriceProblem(config, known.get(config.name), today);
    return problem === undefined
      ? []
      : [`${problem}: set its price in the overlay, or name it among its confirmedPrices`];
  });
};
