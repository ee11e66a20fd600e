import type {
  ApiType,
  ModelDefinition,
  Pricing,
  PricingTier,
  ServiceTierPrice,
  ToolPrice,
} from '../../src/core/model-config.ts';

/** What a vendor bills alike for all of its models, beside the price lists of the models themselves. */
export interface VendorBilling {
  readonly toolFeesOf: (name: string) => readonly ToolPrice[];
  /** Tiers of service besides the usual one, in per cent of the usual prices. Left out: no prices are known. */
  readonly serviceTiersOf?: (name: string, definition: ModelDefinition) => Readonly<Record<string, number>>;
  /** How many times the price of input a write costs that the cache keeps for long. Left out: what any write costs. */
  readonly longWriteFactor?: number;
}

/** US dollars for one call of a tool. */
export const perCall = (tool: ToolPrice['tool'], pricePerCall: number): ToolPrice => ({
  tool,
  pricePerCall,
  perRequest: false,
});

const withLongWrites = <R extends Omit<PricingTier, 'aboveInputTokens'>>(
  rates: R,
  factor: number | undefined,
): R => ({
  ...rates,
  cacheWriteLongPerMillion:
    factor === undefined || rates.cacheWritePerMillion === null ? null : rates.inputPerMillion * factor,
});

const toPricing = (
  name: string,
  definition: ModelDefinition,
  pricing: Pricing,
  { toolFeesOf, serviceTiersOf, longWriteFactor }: VendorBilling,
): Pricing => ({
  ...withLongWrites(pricing, longWriteFactor),
  tiers: pricing.tiers.map((tier) => withLongWrites(tier, longWriteFactor)),
  ...(pricing.schedule !== undefined && {
    schedule: pricing.schedule.map((row) => ({
      ...withLongWrites(row, longWriteFactor),
      tiers: row.tiers.map((tier) => withLongWrites(tier, longWriteFactor)),
    })),
  }),
  toolFees: toolFeesOf(name).filter(({ tool }) => definition.builtInTools.includes(tool)),
  serviceTiers: Object.entries(serviceTiersOf?.(name, definition) ?? {}).map(
    ([tier, percent]): ServiceTierPrice => ({ tier, percent }),
  ),
});

/** Models with what their vendor bills for tools, for tiers of service and for long writes; those without prices as they are. */
export const withBilling = <A extends ApiType>(
  definitions: Readonly<Record<string, ModelDefinition<A>>>,
  billing: VendorBilling,
): Readonly<Record<string, ModelDefinition<A>>> =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [
      name,
      definition.pricing === null
        ? definition
        : { ...definition, pricing: toPricing(name, definition, definition.pricing, billing) },
    ]),
  );
