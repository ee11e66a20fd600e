import type { ModelConfig, PromptCache } from '../../core/model-config.ts';
import type { Findings } from './findings.ts';

/** A wish that changes no answer: where it cannot be passed on the request goes ahead without it, and says so. */
export const checkPromptCache = (
  given: PromptCache,
  config: ModelConfig,
  findings: Findings,
): PromptCache => {
  if (given === 'provider-default' || config.promptCaches.includes(given)) return given;
  findings.warn(
    'PARAMETER_DROPPED',
    `The model "${config.name}" cannot be asked for the prompt cache ${given.toUpperCase()}: its provider decides.`,
    { path: ['input', 'cache'], from: given.toUpperCase(), to: null },
  );
  return 'provider-default';
};
