import type { ModelConfig, Pricing, ScheduledPrice } from './model-config.ts';

/** The announced prices that begin after a day, YYYY-MM-DD, in their order. */
export const scheduleAfter = ({ schedule = [] }: Pricing, day: string): readonly ScheduledPrice[] =>
  schedule.filter(({ from }) => from > day);

/**
 * The prices in force on a UTC day, YYYY-MM-DD: those of the last row of the schedule that has begun, from the first moment
 * of its day on; else the prices as they stand. What a row does not have stays as it was. Pure.
 */
export const pricingOn = (pricing: Pricing, day: string): Pricing => {
  const begun = pricing.schedule?.findLast(({ from }) => from <= day);
  if (begun === undefined) return pricing;
  const { from, ...prices } = begun;
  return { ...pricing, ...prices, effectiveDate: from, schedule: scheduleAfter(pricing, day) };
};

/** A model with the prices in force on a UTC day, YYYY-MM-DD; itself where no price of it is announced. Pure. */
export const withPricingOn = (config: ModelConfig, day: string): ModelConfig => {
  const { pricing } = config;
  return pricing?.schedule === undefined ? config : { ...config, pricing: pricingOn(pricing, day) };
};
