import { type ThinkingConfig, ThinkingLevel } from '@google/genai/web';
import { alwaysReasons } from '../../../../core/capabilities.ts';
import type { ModelConfig, ReasoningEffort } from '../../../../core/model-config.ts';
import type { ReasoningSetting } from '../../../../core/text-request.ts';

/** The vendor's own choice of how much. */
const DYNAMIC_BUDGET = -1;

/**
 * Reasoning in the API's terms: a level from Gemini 3 on, a budget before, never both. Thoughts are asked for whenever
 * the model is known to reason; asking for them while it does not is an error of the API. undefined: nothing to send.
 */
export const toThinkingConfig = (
  setting: ReasoningSetting,
  config: ModelConfig,
): ThinkingConfig | undefined => {
  switch (setting.type) {
    case 'provider-default':
      return alwaysReasons(config) ? { includeThoughts: true } : undefined;
    case 'off':
      return config.reasoning.type === 'budget' ? { thinkingBudget: 0 } : undefined;
    case 'on':
      return {
        includeThoughts: true,
        ...(config.reasoning.type === 'budget' && { thinkingBudget: DYNAMIC_BUDGET }),
      };
    case 'effort':
      return { includeThoughts: true, thinkingLevel: mapEffort(setting.effort) };
    case 'budget':
      return { includeThoughts: setting.tokens > 0, thinkingBudget: setting.tokens };
  }
};

const mapEffort = (effort: ReasoningEffort): ThinkingLevel => {
  switch (effort) {
    case 'none':
    case 'minimal':
      return ThinkingLevel.MINIMAL;
    case 'low':
      return ThinkingLevel.LOW;
    case 'medium':
      return ThinkingLevel.MEDIUM;
    case 'high':
    case 'xhigh':
    case 'max':
      return ThinkingLevel.HIGH;
  }
};
