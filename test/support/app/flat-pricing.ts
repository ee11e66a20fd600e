import type { Pricing } from '../../../src/core/model-config.ts';

/** Prices of a million tokens, and nothing else that costs anything. */
export const flatPricing = (inputPerMillion: number, outputPerMillion: number): Pricing => ({
  inputPerMillion,
  outputPerMillion,
  cacheReadPerMillion: null,
  cacheWritePerMillion: null,
  audioInputPerMillion: null,
  tiers: [],
  effectiveDate: null,
});
