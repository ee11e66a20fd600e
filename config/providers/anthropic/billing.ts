import { perCall, type VendorBilling } from '../with-billing.ts';

/**
 * https://platform.claude.com/docs/en/about-claude/pricing (2026-11): 10 dollars for a thousand searches, nothing for
 * fetching, twice the price of input for what the cache keeps for an hour. Running code costs nothing by the call: what an
 * organisation uses beyond 1,550 hours of containers a month is billed by the hour, of which no answer says anything.
 */
export const ANTHROPIC_BILLING: VendorBilling = {
  toolFeesOf: () => [perCall('web_search', 0.01), perCall('url_context', 0), perCall('code_interpreter', 0)],
  longWriteFactor: 2,
};
