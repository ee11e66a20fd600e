import type { ToolPrice } from '../../../src/core/model-config.ts';
import { perCall, type VendorBilling } from '../with-billing.ts';

/**
 * https://developers.openai.com/api/docs/pricing (read 2026-08-27): 10 dollars for a thousand searches, 0.03 dollars for a
 * container of 1 GB, whatever runs in it; what a search finds is billed as input tokens.
 */
const TOOL_FEES: readonly ToolPrice[] = [
  perCall('web_search', 0.01),
  { tool: 'code_interpreter', pricePerCall: 0.03, perRequest: true },
];

/** Batch API rates hold for Flex processing: https://developers.openai.com/api/docs/guides/flex-processing. */
const FLEX_PERCENT = 50;

/**
 * Fast mode, which answers call `priority`: https://openai.com/api-fast-mode/ (GPT-5 and GPT-4.1, 2026-08),
 * https://developers.openai.com/api/docs/models/gpt-6.1-sol (2026-09-30) and …/gpt-6-astra. Those of others are not known.
 */
const PRIORITY_PERCENT: Readonly<Record<string, number>> = {
  'gpt-6-astra': 200,
  'gpt-6.1-sol': 200,
  'gpt-5.6-sol': 200,
  'gpt-5.6-terra': 200,
  'gpt-5.6-luna': 200,
  'gpt-5.5': 250,
  'gpt-5.4': 200,
  'gpt-5.4-mini': 200,
  'gpt-5.2': 200,
  'gpt-5.1': 200,
  'gpt-5': 200,
  'gpt-5-mini': 180,
  'gpt-4.1': 175,
};

/** What is kept for 12 hours costs twice what a write costs that is kept for 30 minutes: …/models/gpt-6.1-terra (2026-11-19). */
const LONG_WRITE_FACTOR = 2.5;

export const OPENAI_BILLING: VendorBilling = {
  longWriteFactor: LONG_WRITE_FACTOR,
  toolFeesOf: () => TOOL_FEES,
  serviceTiersOf: (name, { apiType, batch }) => {
    const priority = PRIORITY_PERCENT[name];
    return {
      ...(apiType === 'responses_api' && batch.type === 'native' && { flex: FLEX_PERCENT }),
      ...(priority !== undefined && { priority }),
    };
  },
};
