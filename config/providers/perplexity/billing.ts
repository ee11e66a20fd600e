import { perCall, type VendorBilling } from '../with-billing.ts';

/**
 * https://docs.perplexity.ai/docs/getting-started/pricing (read 2026-10-07): 0.0025 dollars for a search, which had been
 * 0.005. Its answers report the amount billed.
 */
export const PERPLEXITY_BILLING: VendorBilling = { toolFeesOf: () => [perCall('web_search', 0.0025)] };
