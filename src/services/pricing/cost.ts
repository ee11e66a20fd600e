import type { ModelConfig, Pricing, PricingTier } from '../../core/model-config.ts';
import type { Billing, Cost, ToolFee, Usage } from '../../core/usage.ts';

const MILLION = 1_000_000;

type Rates = Omit<PricingTier, 'aboveInputTokens'> & Pick<Pricing, 'audioInputPerMillion'>;

const multiplied = <R extends Omit<PricingTier, 'aboveInputTokens'>>(rates: R, percent: number): R => {
  const of = (price: number): number => (price * percent) / 100;
  const ofKnown = (price: number | null): number | null => (price === null ? null : of(price));
  return {
    ...rates,
    inputPerMillion: of(rates.inputPerMillion),
    outputPerMillion: of(rates.outputPerMillion),
    cacheReadPerMillion: ofKnown(rates.cacheReadPerMillion),
    cacheWritePerMillion: ofKnown(rates.cacheWritePerMillion),
    cacheWriteLongPerMillion: ofKnown(rates.cacheWriteLongPerMillion ?? null),
  };
};

const multipliedRates = (rates: Rates, percent: number): Rates => ({
  ...multiplied(rates, percent),
  audioInputPerMillion:
    rates.audioInputPerMillion === null ? null : (rates.audioInputPerMillion * percent) / 100,
});

/**
 * The prices that hold for a request of this size, processed in this way: of the highest tier whose bound the input exceeds.
 * A tier of service whose price is not known counts as the usual one.
 */
const ratesFor = (pricing: Pricing, inputTokens: number, serviceTier: string | undefined): Rates => {
  const { serviceTiers = [] } = pricing;
  const tier = pricing.tiers
    .filter((candidate) => inputTokens > candidate.aboveInputTokens)
    .sort((a, b) => b.aboveInputTokens - a.aboveInputTokens)[0];
  const rates = tier === undefined ? pricing : { ...pricing, cacheWriteLongPerMillion: null, ...tier };
  const service = serviceTiers.find(({ tier: name }) => name === serviceTier);
  return service === undefined ? rates : multipliedRates(rates, service.percent);
};

/** A tool whose price is not known has no fee here. */
const toolFeesOf = ({ toolFees = [] }: Pricing, { toolCounts = {} }: Billing): readonly ToolFee[] =>
  toolFees.flatMap(({ tool, pricePerCall, perRequest }) => {
    const calls = toolCounts[tool] ?? 0;
    const count = perRequest ? Math.min(calls, 1) : calls;
    return count > 0 ? [{ tool, count, amount: count * pricePerCall }] : [];
  });

/** What the price list makes of a usage; null where it is incomplete, or no list is known. */
const listCostOf = (usage: Usage, pricing: Pricing | null): Cost | null => {
  const { billing = {} } = usage;
  if (pricing === null || usage.inputTokens === null || usage.outputTokens === null) return null;
  const rates = ratesFor(pricing, usage.inputTokens, billing.serviceTier);
  const cacheReadTokens = usage.cacheReadTokens ?? 0;
  const cacheWriteTokens = usage.cacheWriteTokens ?? 0;
  const longTokens = Math.min(billing.cacheWriteLongTokens ?? 0, cacheWriteTokens);
  const audioTokens = usage.audioInputTokens ?? 0;
  const plainTokens = Math.max(0, usage.inputTokens - cacheReadTokens - cacheWriteTokens - audioTokens);
  const priceOf = (tokens: number, perMillion: number | null): number =>
    (tokens * (perMillion ?? rates.inputPerMillion)) / MILLION;
  const input =
    priceOf(plainTokens, rates.inputPerMillion) + priceOf(audioTokens, rates.audioInputPerMillion);
  const cacheRead = priceOf(cacheReadTokens, rates.cacheReadPerMillion);
  const cacheWrite =
    priceOf(cacheWriteTokens - longTokens, rates.cacheWritePerMillion) +
    priceOf(longTokens, rates.cacheWriteLongPerMillion ?? rates.cacheWritePerMillion);
  const output = priceOf(usage.outputTokens, rates.outputPerMillion);
  const toolFees = toolFeesOf(pricing, billing);
  const fees = toolFees.reduce((sum, { amount }) => sum + amount, 0);
  return {
    currency: 'USD',
    total: input + output + cacheRead + cacheWrite + fees,
    input,
    output,
    cacheRead,
    cacheWrite,
    toolFees,
    source: 'price-list',
    listTotal: null,
    serviceTier: billing.serviceTier ?? null,
    effectiveDate: pricing.effectiveDate,
  };
};

const UNLISTED: Cost = {
  currency: 'USD',
  total: 0,
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  toolFees: [],
  source: 'provider',
  listTotal: null,
  serviceTier: null,
  effectiveDate: null,
};

/** Whether an amount can be one: a provider may report anything. */
const isAmount = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isCost = ({ total, input, output, cacheRead, cacheWrite }: Cost): boolean =>
  [total, input, output, cacheRead, cacheWrite].every(isAmount);

/**
 * The price of what was used: the amount that the provider reports, else what the price list makes of the counts. null where
 * neither is known, or comes to no amount: never a guessed 0. Cached and audio tokens without a price of their own cost what
 * input costs.
 */
export const costOf = (usage: Usage | null, pricing: Pricing | null): Cost | null => {
  if (usage === null) return null;
  const listed = listCostOf(usage, pricing);
  const list = listed !== null && isCost(listed) ? listed : null;
  const { amountUsd, serviceTier = null } = usage.billing ?? {};
  if (!isAmount(amountUsd)) return list;
  return {
    ...UNLISTED,
    ...list,
    total: amountUsd,
    source: 'provider',
    listTotal: list?.total ?? null,
    serviceTier,
  };
};

/** The prices of a model within its vendor's batches: those of a single request where the vendor names no discount. */
export const batchPricingOf = ({
  pricing,
  batch,
}: Pick<ModelConfig, 'pricing' | 'batch'>): Pricing | null => {
  const discount = batch.type === 'native' ? (batch.discountPercent ?? 0) : 0;
  if (pricing === null || discount === 0) return pricing;
  const percent = 100 - discount;
  return {
    ...pricing,
    ...multipliedRates(pricing, percent),
    tiers: pricing.tiers.map((tier) => multiplied(tier, percent)),
  };
};
