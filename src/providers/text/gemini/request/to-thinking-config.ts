import { type ThinkingConfig, ThinkingLevel } from '@google/genai/web';
import { alwaysReasons } from '../../../../core/capabilities.ts';
import type { ModelConfig, ReasoningEffort } from '../../../../core/model-config.ts';
import type { ReasoningSetting } from '../../../../core/text-request.ts';
import { unsupportedPart } from '../../../shared/unsupported-part.ts';

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
      return { includeThoughts: true, thinkingLevel: getLevel(setting.effort) };
    case 'budget':
      return { includeThoughts: setting.tokens > 0, thinkingBudget: setting.tokens };
  }
};

const LEVELS: Partial<Record<ReasoningEffort, ThinkingLevel>> = {
  minimal: ThinkingLevel.MINIMAL,
  low: ThinkingLevel.LOW,
  medium: ThinkingLevel.MEDIUM,
  high: ThinkingLevel.HIGH,
  xhigh: ThinkingLevel.XHIGH,
};

const getLevel = (effort: ReasoningEffort): ThinkingLevel => {
  const level = LEVELS[effort];
  if (level === undefined)
    throw unsupportedPart(`the reasoning effort ${effort}`, `Use ${Object.keys(LEVELS).join(' or ')}.`);
  return level;
};
