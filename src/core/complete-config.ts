import type { ModelConfig, ModelDefinition } from './model-config.ts';

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

/**
 * A config that was stored, possibly by an earlier version of this server that knew fewer facts: what it lacks is taken
 * from the model as it is in the catalogue now, if it is still there. What was stored stands.
 */
export const completeConfig = (stored: ModelConfig, present: ModelConfig | undefined): ModelConfig => ({
  ...MODEST,
  ...present,
  ...stored,
});
