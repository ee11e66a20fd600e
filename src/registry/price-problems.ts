import { isDeepStrictEqual } from 'node:util';
import type { ModelConfig } from '../core/model-config.ts';
import { pricingOn, scheduleAfter } from '../core/pricing-on.ts';
import { byName } from './catalogue-layers.ts';
import type { Catalogue } from './validate-catalogue.ts';

/** A price that has become more than this many times what it was, or less than that part of it, is most likely a slip. */
const MOST_TIMES = 10;

const PRICES = ['inputPerMillion', 'outputPerMillion'] as const;
/** What some vendors give for nothing, or for a hundredth of the input: only what has become dearer is a slip. */
const CACHE_PRICES = ['cacheReadPerMillion', 'cacheWritePerMillion', 'cacheWriteLongPerMillion'] as const;

type Row = Partial<Record<(typeof PRICES)[number] | (typeof CACHE_PRICES)[number], number | null>>;

const isSlip = (price: number, earlier: number): boolean =>
  price > earlier * MOST_TIMES || price * MOST_TIMES < earlier;

/** What is odd about one row of prices, beside the prices that were known. */
const findRowProblem = (row: Row, known: Row | null): string | undefined => {
  for (const field of PRICES) {
    const price = row[field] ?? null;
    const earlier = known?.[field] ?? null;
    if (price === null || price === earlier) continue;
    if (price === 0) return `${field} is 0`;
    if (earlier !== null && isSlip(price, earlier))
      return `${field} has changed from ${earlier} to ${price}, more than tenfold`;
  }
  for (const field of CACHE_PRICES) {
    const price = row[field] ?? null;
    const earlier = known?.[field] ?? null;
    if (price !== null && earlier !== null && earlier !== 0 && price > earlier * MOST_TIMES)
      return `${field} has changed from ${earlier} to ${price}, more than tenfold`;
  }
  return undefined;
};

const findPriceProblem = (
  { name, pricing }: ModelConfig,
  before: ModelConfig | undefined,
  today: string,
): string | undefined => {
  if (pricing === null || isDeepStrictEqual(pricing, before?.pricing)) return undefined;
  const now = pricingOn(pricing, today);
  const known = before === undefined || before.pricing === null ? null : pricingOn(before.pricing, today);
  const problem = findRowProblem(now, known);
  if (problem !== undefined) return `model "${name}": ${problem}`;
  // Prices of longer prompts, and those that are announced, are held against the price of the day.
  const rows = [
    ...now.tiers.map((row) => ({ row, where: `above ${row.aboveInputTokens} tokens` })),
    ...scheduleAfter(pricing, today).map((row) => ({ row, where: `from ${row.from} on` })),
  ];
  for (const { row, where } of rows) {
    const later = findRowProblem(row, now);
    if (later !== undefined) return `model "${name}": ${where}, ${later}`;
  }
  return undefined;
};

/**
 * Prices of a refreshed catalogue that have become 0, or changed more than tenfold. One that the overlay sets has not
 * changed; a model whose price it confirms may have any.
 */
export const findPriceProblems = (
  before: Catalogue,
  after: Catalogue,
  { today, confirmed }: { readonly today: string; readonly confirmed: readonly string[] },
): readonly string[] => {
  const known = byName(before.models);
  return after.models.flatMap((config) => {
    if (confirmed.includes(config.name)) return [];
    const problem = findPriceProblem(config, known.get(config.name), today);
    return problem === undefined
      ? []
      : [`${problem}: set its price in the overlay, or name it among its confirmedPrices`];
  });
};
