import type { ToolPrice } from '../../../src/core/model-config.ts';
import { perCall, type VendorBilling } from '../with-billing.ts';

/**
 * https://ai.google.dev/gemini-api/docs/pricing (read 2026-10-07): up to Gemini 2.5 a request that was grounded in a search
 * costs 35 dollars a thousand, from Gemini 3 on each query 14 dollars a thousand. What a month has free of charge is not in
 * any answer, and not taken off. Code and addresses cost the tokens that they put into the prompt, and nothing else.
 */
const SEARCH_UP_TO_2_5: ToolPrice = { tool: 'web_search', pricePerCall: 0.035, perRequest: true };
const SEARCH = perCall('web_search', 0.014);
const WITHOUT_FEE = [perCall('code_interpreter', 0), perCall('url_context', 0)];

export const GEMINI_BILLING: VendorBilling = {
  toolFeesOf: (name) => [name.startsWith('gemini-2.') ? SEARCH_UP_TO_2_5 : SEARCH, ...WITHOUT_FEE],
  // https://ai.google.dev/gemini-api/docs/optimization (2026-11). Priority costs 75 to 100 per cent more: no price for one.
  serviceTiersOf: (_name, { batch }) => (batch.type === 'native' ? { flex: 50 } : {}),
};
