import type { Pricing, PricingTier } from '../../core/model-config.ts';
import { builder } from '../builder.ts';

const PricingTierType = builder.objectRef<PricingTier>('PricingTier').implement({
  description:
    'Prices of a request whose input exceeds a bound. They replace the base prices for the whole request.',
  fields: (t) => ({
    aboveInputTokens: t.exposeInt('aboveInputTokens', {
      description: 'The bound: the prices apply to inputs of more tokens than this.',
    }),
    inputPerMillion: t.exposeFloat('inputPerMillion', { description: 'Price of a million input tokens.' }),
    outputPerMillion: t.exposeFloat('outputPerMillion', { description: 'Price of a million output tokens.' }),
    cacheReadPerMillion: t.exposeFloat('cacheReadPerMillion', {
      nullable: true,
      description: 'Price of a million tokens read from the cache.',
    }),
  }),
});

export const ModelPricing = builder.objectRef<Pricing>('ModelPricing').implement({
  description: 'Prices per million tokens.',
  fields: (t) => ({
    currency: t.string({ description: 'ISO 4217 code.', resolve: () => 'USD' }),
    inputPerMillion: t.exposeFloat('inputPerMillion', { description: 'Price of a million input tokens.' }),
    outputPerMillion: t.exposeFloat('outputPerMillion', {
      description: 'Price of a million output tokens, including reasoning.',
    }),
    cacheReadPerMillion: t.exposeFloat('cacheReadPerMillion', {
      nullable: true,
      description:
        "Price of a million tokens read from the vendor's cache; null if no separate price is known.",
    }),
    cacheWritePerMillion: t.exposeFloat('cacheWritePerMillion', {
      nullable: true,
      description:
        "Price of a million tokens written to the vendor's cache; null if no separate price is known.",
    }),
    audioInputPerMillion: t.exposeFloat('audioInputPerMillion', {
      nullable: true,
      description: 'Price of a million audio input tokens; null if no separate price is known.',
    }),
    tiers: t.expose('tiers', {
      type: [PricingTierType],
      description: 'Prices of larger inputs, in the order of their bounds.',
    }),
    effectiveDate: t.expose('effectiveDate', {
      type: 'Date',
      nullable: true,
      description: 'Day on which these prices were last verified.',
    }),
  }),
});
