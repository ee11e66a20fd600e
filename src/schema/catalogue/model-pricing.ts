import type { Pricing, PricingTier } from '../../core/model-config.ts';
import { builder } from '../builder.ts';

const PricingTierType = builder.objectRef<PricingTier>('PricingTier').implement({
  description:
    'Prices of a request whose input is larger than a bound. They replace the base prices for all of it.',
  fields: (t) => ({
    aboveInputTokens: t.exposeInt('aboveInputTokens', {
      description: 'Holds for inputs above this many tokens.',
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
      description: 'Price of a million output tokens, reasoning included.',
    }),
    cacheReadPerMillion: t.exposeFloat('cacheReadPerMillion', {
      nullable: true,
      description:
        "Price of a million tokens read from the vendor's cache; null: no price of its own is known.",
    }),
    cacheWritePerMillion: t.exposeFloat('cacheWritePerMillion', {
      nullable: true,
      description:
        "Price of a million tokens written to the vendor's cache; null: no price of its own is known.",
    }),
    audioInputPerMillion: t.exposeFloat('audioInputPerMillion', {
      nullable: true,
      description: 'Price of a million input tokens of sound; null: no price of its own is known.',
    }),
    tiers: t.expose('tiers', { type: [PricingTierType], description: 'Prices of larger inputs, by bound.' }),
    effectiveDate: t.expose('effectiveDate', {
      type: 'Date',
      nullable: true,
      description: 'Day on which these prices were known to hold.',
    }),
  }),
});
