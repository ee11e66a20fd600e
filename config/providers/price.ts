import type { Pricing } from '../../src/core/model-config.ts';

interface Rates {
  readonly input: number;
  readonly output: number;
  /** Left out where the vendor names no price of its own for it. */
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

interface Prices extends Rates {
  readonly audioInput?: number;
  /** Rates of a request whose input is longer than `inputTokens`. */
  readonly above?: Rates & { readonly inputTokens: number };
}

interface PriceList extends Prices {
  /** Announced prices, by the days on which they begin at midnight UTC. */
  readonly schedule?: readonly (Prices & { readonly from: string })[];
}

const toRates = (rates: Rates) => ({
  inputPerMillion: rates.input,
  outputPerMillion: rates.output,
  cacheReadPerMillion: rates.cacheRead ?? null,
  cacheWritePerMillion: rates.cacheWrite ?? null,
});

const toPrices = (prices: Prices) => ({
  ...toRates(prices),
  audioInputPerMillion: prices.audioInput ?? null,
  tiers:
    prices.above === undefined
      ? []
      : [{ aboveInputTokens: prices.above.inputTokens, ...toRates(prices.above) }],
});

/** US dollars per million tokens, known to hold from `effectiveDate` (YYYY-MM-DD) on. */
export const price = (effectiveDate: string | null, list: PriceList): Pricing => ({
  ...toPrices(list),
  effectiveDate,
  ...(list.schedule !== undefined && {
    schedule: list.schedule.map(({ from, ...prices }) => ({ from, ...toPrices(prices) })),
  }),
});
