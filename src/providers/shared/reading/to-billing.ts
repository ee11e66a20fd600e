import { BUILT_IN_TOOLS, type BuiltInTool } from '../../../core/model-config.ts';
import type { Billing } from '../../../core/usage.ts';
import { isName } from './is-name.ts';
import { toIntCount } from './to-count.ts';

/** What a vendor says of its bill, as it came. */
export interface ReportedBilling {
  readonly cacheWriteLongTokens?: unknown;
  readonly toolCounts?: Readonly<Partial<Record<BuiltInTool, unknown>>>;
  readonly serviceTier?: unknown;
  /** In US dollars. */
  readonly amountUsd?: unknown;
}

const MAX_TIER_LENGTH = 64;

/** No call costs as much; sums of amounts below it stay finite. */
const MAX_AMOUNT_USD = 1_000_000;

const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/;

/** A vendor's amount: a number from 0 on, or a string of its decimals. null for anything else. */
const toAmount = (reported: unknown): number | null => {
  const amount = typeof reported === 'string' && DECIMAL.test(reported) ? Number(reported) : reported;
  return typeof amount === 'number' && amount >= 0 && amount <= MAX_AMOUNT_USD ? amount + 0 : null;
};

const isTier = (value: unknown): value is string => isName(value, MAX_TIER_LENGTH) && value !== '';

/** What of a vendor's report can be believed: what is no count, no amount or no word is left out, and so is a count of 0. */
export const toBilling = (reported: ReportedBilling): { readonly billing?: Billing } => {
  const { cacheWriteLongTokens, toolCounts = {}, serviceTier, amountUsd } = reported;
  const counts = BUILT_IN_TOOLS.flatMap((tool) => {
    const count = toIntCount(toolCounts[tool]) ?? 0;
    return count > 0 ? [[tool, count] as const] : [];
  });
  const longTokens = toIntCount(cacheWriteLongTokens) ?? 0;
  const amount = toAmount(amountUsd);
  const billing: Billing = {
    ...(longTokens > 0 && { cacheWriteLongTokens: longTokens }),
    ...(counts.length > 0 && { toolCounts: Object.fromEntries(counts) }),
    ...(isTier(serviceTier) && { serviceTier }),
    ...(amount !== null && { amountUsd: amount }),
  };
  return Object.keys(billing).length === 0 ? {} : { billing };
};
