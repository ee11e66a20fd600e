import type { ModelConfig, Pricing } from '../../core/model-config.ts';
import type { Cost, Usage } from '../../core/usage.ts';

const MILLION = 1_000_000;

/** The prices that hold for a request of this size: the highest tier whose bound the input exceeds. */
const pricesFor = (pricing: Pricing, inputTokens: number): Omit<Pricing, 'tiers'> => {
  const tier = pricing.tiers
    .filter((candidate) => inputTokens > candidate.aboveInputTokens)
    .sort((a, b) => b.aboveInputTokens - a.aboveInputTokens)[0];
  return tier === undefined ? pricing : { ...pricing, ...tier };
};

/**
 * The price of what was used. null where the price or the token counts are unknown: never a guessed 0.
 * Cached and audio tokens without a price of their own cost what input costs.
 */
export const costOf = (usage: Usage | null, pricing: Pricing | null): Cost | null => {
  if (usage === null || pricing === null || usage.inputTokens === null || usage.outputTokens === null)
    return null;
  const prices = pricesFor(pricing, usage.inputTokens);
  const cacheReadTokens = usage.cacheReadTokens ?? 0;
  const cacheWriteTokens = usage.cacheWriteTokens ?? 0;
  const audioTokens = usage.audioInputTokens ?? 0;
  const plainTokens = Math.max(0, usage.inputTokens - cacheReadTokens - cacheWriteTokens - audioTokens);
  const priceOf = (tokens: number, perMillion: number | null): number =>
    (tokens * (perMillion ?? prices.inputPerMillion)) / MILLION;
  const input =
    priceOf(plainTokens, prices.inputPerMillion) + priceOf(audioTokens, prices.audioInputPerMillion);
  const cacheRead = priceOf(cacheReadTokens, prices.cacheReadPerMillion);
  const cacheWrite = priceOf(cacheWriteTokens, prices.cacheWritePerMillion);
  const output = priceOf(usage.outputTokens, prices.outputPerMillion);
  return {
    currency: 'USD',
    total: input + output + cacheRead + cacheWrite,
    input,
    output,
    cacheRead,
    cacheWrite,
    effectiveDate: pricing.effectiveDate,
  };
};

/** The prices of a model within its vendor's batches: those of a single request where the vendor names no discount. */
export const batchPricingOf = ({
  pricing,
  batch,
}: Pick<ModelConfig, 'pricing' | 'batch'>): Pricing | null => {
  const percent = batch.type === 'native' ? (batch.discountPercent ?? 0) : 0;
  if (pricing === null || percent === 0) return pricing;
  const less = (price: number): number => (price * (100 - percent)) / 100;
  const lessOrNull = (price: number | null): number | null => (price === null ? null : less(price));
  return {
    ...pricing,
    inputPerMillion: less(pricing.inputPerMillion),
    outputPerMillion: less(pricing.outputPerMillion),
    cacheReadPerMillion: lessOrNull(pricing.cacheReadPerMillion),
    cacheWritePerMillion: lessOrNull(pricing.cacheWritePerMillion),
    audioInputPerMillion: lessOrNull(pricing.audioInputPerMillion),
    tiers: pricing.tiers.map((tier) => ({
      ...tier,
      inputPerMillion: less(tier.inputPerMillion),
      outputPerMillion: less(tier.outputPerMillion),
      cacheReadPerMillion: lessOrNull(tier.cacheReadPerMillion),
      cacheWritePerMillion: lessOrNull(tier.cacheWritePerMillion),
    })),
  };
};
