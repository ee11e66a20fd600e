import { alwaysReasons, effortsOf } from '../../../core/capabilities.ts';
import type { ReasoningInput } from '../../../core/generate-input.ts';
import { canReason } from '../../../core/model-config.ts';
import type { ReasoningSetting } from '../../../core/text-request.ts';
import {
  coerceReasoning,
  DEFAULT_REASONING,
  OTHER_MODEL,
  type ReasoningLack,
  type ReasoningReplacement,
  type ReasoningSubject,
} from './coerce-reasoning.ts';
import { findNearestEffort, toEffortNames, toEffortSetting } from './nearest-effort.ts';

const toOffField = ({ effort, budgetTokens }: ReasoningInput): Pick<ReasoningLack, 'field' | 'from'> => {
  if (effort !== null) return { field: 'effort', from: effort.toUpperCase() };
  return budgetTokens === null
    ? { field: 'enabled', from: false }
    : { field: 'budgetTokens', from: budgetTokens };
};

/** Reasoning switched off; where the model cannot do that, the least of it. */
export const switchOff = (input: ReasoningInput, subject: ReasoningSubject): ReasoningSetting => {
  const { config, maxOutputTokens } = subject;
  if (!canReason(config)) return DEFAULT_REASONING;
  if (!alwaysReasons(config)) return { type: 'off' };
  const why = 'always reasons: it has no way to switch reasoning off';
  const refuse = (
    allowed: readonly string[],
    suggestion: string,
    to: ReasoningReplacement,
  ): ReasoningSetting => coerceReasoning({ ...toOffField(input), why, allowed, suggestion }, to, subject);
  const efforts = effortsOf(config);
  const least = findNearestEffort('none', efforts);
  if (least !== undefined) {
    const shown = least.toUpperCase();
    const suggestion = `Use the least effort, ${shown}, or choose another model.`;
    return refuse(toEffortNames(efforts), suggestion, { setting: toEffortSetting(least), shown });
  }
  const { reasoning } = config;
  if (reasoning.type === 'budget' && reasoning.min < maxOutputTokens) {
    const suggestion = `Use the least budget, ${reasoning.min} tokens, or choose another model.`;
    const setting = { type: 'budget', tokens: reasoning.min } as const;
    return refuse([], suggestion, { setting, shown: reasoning.min });
  }
  return refuse([], OTHER_MODEL, { setting: DEFAULT_REASONING, shown: null });
};
