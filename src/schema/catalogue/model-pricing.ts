import type {
  Pricing,
  PricingTier,
  ScheduledPrice,
  ServiceTierPrice,
  ToolPrice,
} from '../../core/model-config.ts';
import { builder } from '../builder.ts';
import { BuiltInToolEnum } from '../enums.ts';

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

const ToolPriceType = builder.objectRef<ToolPrice>('ToolPrice').implement({
  description:
    "What the vendor takes for running one of its own tools, beside the tokens of the tool's results.",
  fields: (t) => ({
    tool: t.expose('tool', { type: BuiltInToolEnum, description: 'The tool.' }),
    pricePerCall: t.exposeFloat('pricePerCall', { description: 'Price of one call; 0 if it has no fee.' }),
    perRequest: t.exposeBoolean('perRequest', {
      description: 'Whether all calls within one request together cost what one call costs.',
    }),
  }),
});

const ServiceTierPriceType = builder.objectRef<ServiceTierPrice>('ServiceTierPrice').implement({
  description: 'What tokens cost in a tier of service other than the usual one. Tools cost the same in each.',
  fields: (t) => ({
    tier: t.exposeString('tier', { description: 'As `Cost.serviceTier` has it.' }),
    percent: t.exposeFloat('percent', { description: 'Per cent of the usual prices.' }),
  }),
});

const ScheduledPriceType = builder.objectRef<ScheduledPrice>('ScheduledPrice').implement({
  description: 'Announced prices per million tokens.',
  fields: (t) => ({
    from: t.expose('from', { type: 'Date', description: 'The day they begin, at midnight UTC.' }),
    inputPerMillion: t.exposeFloat('inputPerMillion', { description: 'Price of a million input tokens.' }),
    outputPerMillion: t.exposeFloat('outputPerMillion', { description: 'Price of a million output tokens.' }),
    cacheReadPerMillion: t.exposeFloat('cacheReadPerMillion', {
      nullable: true,
      description: 'Price of a million tokens read from the cache.',
    }),
    cacheWritePerMillion: t.exposeFloat('cacheWritePerMillion', {
      nullable: true,
      description: 'Price of a million tokens written to the cache.',
    }),
    cacheWriteLongPerMillion: t.exposeFloat('cacheWriteLongPerMillion', {
      nullable: true,
      description: 'Price of a million tokens that the cache keeps for longer than its shortest time.',
    }),
    audioInputPerMillion: t.exposeFloat('audioInputPerMillion', {
      nullable: true,
      description: 'Price of a million audio input tokens.',
    }),
    tiers: t.expose('tiers', {
      type: [PricingTierType],
      description: 'Prices of larger inputs, in the order of their bounds.',
    }),
  }),
});

export const ModelPricing = builder.objectRef<Pricing>('ModelPricing').implement({
  description: 'Prices per million tokens, as they are in force now.',
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
    cacheWriteLongPerMillion: t.exposeFloat('cacheWriteLongPerMillion', {
      nullable: true,
      description:
        "Price of a million tokens that the vendor's cache keeps for longer than its shortest time (`cache: LONG`); null if no separate price is known.",
    }),
    toolFees: t.field({
      type: [ToolPriceType],
      description:
        "Prices of the vendor's own tools, those that have no fee included; empty if none is known.",
      resolve: ({ toolFees }) => toolFees ?? [],
    }),
    serviceTiers: t.field({
      type: [ServiceTierPriceType],
      description: 'Tiers of service whose prices differ from the usual ones, as far as they are known.',
      resolve: ({ serviceTiers }) => serviceTiers ?? [],
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
    schedule: t.field({
      type: [ScheduledPriceType],
      description:
        'Announced prices that take the place of these, in the order of their days; empty: none is known.',
      resolve: ({ schedule }) => [...(schedule ?? [])],
    }),
  }),
});
