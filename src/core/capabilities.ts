import type { ModelConfig, ReasoningEffort } from './model-config.ts';
import { canReason } from './model-config.ts';

/** The union over a provider's models. Derived, never declared a second time. */
export interface ProviderCapabilities {
  readonly streaming: boolean;
  readonly reasoning: boolean;
  readonly citations: boolean;
  readonly functionCalling: boolean;
  readonly imageInput: boolean;
  readonly audioInput: boolean;
  readonly fileInput: boolean;
  readonly structuredOutput: boolean;
  readonly batchApi: boolean;
  readonly batchMaxRequests: number | null;
  readonly batchMaxFileSizeMb: number | null;
}

const greatest = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.max(...values);

export const capabilitiesOf = (models: readonly ModelConfig[]): ProviderCapabilities => {
  const batches = models.flatMap((model) => (model.batch.type === 'native' ? [model.batch] : []));
  return {
    streaming: models.some((model) => model.streaming),
    reasoning: models.some(canReason),
    citations: models.some((model) => model.citations),
    functionCalling: models.some((model) => model.functionCalling),
    imageInput: models.some((model) => model.inputModalities.includes('image')),
    audioInput: models.some((model) => model.inputModalities.includes('audio')),
    fileInput: models.some((model) => model.inputModalities.includes('file')),
    structuredOutput: models.some((model) => model.structuredOutput),
    batchApi: batches.length > 0,
    batchMaxRequests: greatest(batches.map((batch) => batch.maxRequests)),
    batchMaxFileSizeMb: greatest(batches.map((batch) => batch.maxFileSizeMb)),
  };
};

/** Efforts a caller may name for the model, least first; empty where it takes a budget, a switch or nothing. */
export const effortsOf = (config: ModelConfig): readonly ReasoningEffort[] => {
  const { reasoning } = config;
  if (reasoning.type === 'effort' || reasoning.type === 'level') return reasoning.values;
  if (reasoning.type !== 'adaptive') return [];
  return reasoning.canDisable && !reasoning.values.includes('none')
    ? ['none', ...reasoning.values]
    : reasoning.values;
};

/** Whether every request reasons: the model has no way to switch it off. */
export const alwaysReasons = (config: ModelConfig): boolean => {
  const { reasoning } = config;
  switch (reasoning.type) {
    case 'none':
    case 'counterpart':
    case 'toggle':
      return false;
    case 'always':
      return true;
    case 'effort':
    case 'level':
      return !reasoning.values.includes('none');
    case 'adaptive':
    case 'budget':
      return !reasoning.canDisable;
  }
};
