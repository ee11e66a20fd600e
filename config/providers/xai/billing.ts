import { perCall, type VendorBilling } from '../with-billing.ts';

/**
 * https://docs.x.ai/developers/pricing (2026-11): 5 dollars for a thousand calls of either. Its answers report the amount
 * billed; a priority request costs more by a premium that is not published as one figure.
 */
export const XAI_BILLING: VendorBilling = {
  toolFeesOf: () => [perCall('web_search', 0.005), perCall('code_interpreter', 0.005)],
};
