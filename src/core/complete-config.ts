import type { ModelConfig, ModelDefinition, Pricing } from './model-config.ts';

/** What holds for a model of which it was never asked. */
const MODEST = {
  media: { image: null, audio: null, file: null },
  laterSystemMessages: true,
  parallelToolCallsCanBeForbidden: false,
  toolCallSignatures: false,
  callIds: 'any',
  schemas: { topLevelUnions: true, strict: null },
  jsonMode: false,
  toolChoiceCoversBuiltInTools: true,
  reasoningTags: false,
  promptCaches: [],
  providerOptions: true,
} as const satisfies Partial<ModelDefinition>;

/** Prices as they are stored, with what is known now of tools, tiers and long writes. A price that was stored stands. */
const completePricing = (stored: Pricing, present: Pricing | null | undefined): Pricing => {
  const { cacheWriteLongPerMillion = null, toolFees = [], serviceTiers = [] } = present ?? {};
  const known = { cacheWriteLongPerMillion, toolFees, serviceTiers };
  return { ...known, ...stored };
};

/**
 * A config that was stored, possibly by an earlier version of this server that knew fewer facts: what it lacks is taken
 * from the model as it is in the catalogue now, if it is still there. What was stored stands.
 */
export const completeConfig = (stored: ModelConfig, present: ModelConfig | undefined): ModelConfig => ({
  ...MODEST,
  ...present,
  ...stored,
  ...(stored.pricing && { pricing: completePricing(stored.pricing, present?.pricing) }),
});
