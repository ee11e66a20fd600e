import type { ModelConfig, ReasoningEffort } from '../../../core/model-config.ts';
import type { TextRequest } from '../../../core/text-request.ts';

/** The effort that a request names; null leaves it to the model, or the model has no efforts. Whether it has this one was checked. */
export const findEffort = ({ reasoning }: TextRequest, config: ModelConfig): ReasoningEffort | null => {
  if (config.reasoning.type !== 'effort') return null;
  switch (reasoning.type) {
    case 'effort':
      return reasoning.effort;
    case 'off':
      return 'none';
    case 'on':
    case 'provider-default':
    case 'budget':
      return null;
  }
};
