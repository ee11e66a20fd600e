import { GROQ_MODELS } from '../../../config/providers/groq/models.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import { flatPricing } from '../app/flat-pricing.ts';

const model: ModelConfig | undefined = GROQ_MODELS['llama-3.3-70b-versatile'];
if (model === undefined)
  throw new Error('the model of a vendor with Chat Completions has left the catalogue');

/** A model that does not reason, with prices of its own, and that is never shut down. */
export const BILLED_PRICING = flatPricing(0.59, 0.79);
export const BILLED_MODEL: ModelConfig = {
  ...model,
  name: 'billed',
  status: { type: 'active' },
  pricing: BILLED_PRICING,
};
