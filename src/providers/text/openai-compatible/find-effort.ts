import type { ModelConfig, ReasoningEffort } from '../../../core/model-config.ts';
import type { TextRequest } from '../../../core/text-request.ts';

/** The effort a request has to name; null leaves it to the model, or the model has no efforts. */
export const findEffort = ({ reasoning }: TextRequest, config: ModelConfig): ReasoningEffort | null => {
  if (config.reasoning.type !== 'effort') return null;
  const { values, default: usual } = config.reasoning;
  switch (reasoning.type) {
    case 'effort':
      return reasoning.effort;
    case 'off':
      return values.includes('none') ? 'none' : null;
    case 'on':
      // A model that does not reason by itself has to be told how much.
      if (usual !== 'none') return null;
      return values.includes('medium') ? 'medium' : (values.find((value) => value !== 'none') ?? null);
    case 'provider-default':
    case 'budget':
      return null;
  }
};
