import type { Pricing } from '../../src/core/model-config.ts';

interface Rates {
  readonly input: number;
  readonly output: number;
  /** Left out where the vendor names no price of its own for it. */
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

interface PriceList extends Rates {
  readonly audioInput?: number;
  /** Rates of a request whose input is longer than `inputTokens`. */
  readonly above?: Rates & { readonly inputTokens: number };
}

const toRates = (rates: Rates) => ({
  inputPerMillion: rates.input,
  outputPerMillion: rates.output,
  cacheReadPerMillion: rates.cacheRead ?? null,
  cacheWritePerMillion: rates.cacheWrite ?? null,
});

/** US dollars per million tokens, known to hold from `effectiveDate` (YYYY-MM-DD) on. */
export const price = (effectiveDate: string | null, list: PriceList): Pricing => ({
  ...toRates(list),
  audioInputPerMillion: list.audioInput ?? null,
  tiers:
    list.above === undefined ? [] : [{ aboveInputTokens: list.above.inputTokens, ...toRates(list.above) }],
  effectiveDate,
});
