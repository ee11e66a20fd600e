import type { ReasoningInput } from '../../core/generate-input.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { ReasoningSetting } from '../../core/text-request.ts';
import type { Findings } from './findings.ts';
import { checkBudget } from './reasoning/check-budget.ts';
import { checkEffort, checkSwitch } from './reasoning/check-effort.ts';
import {
  type AskedReasoning,
  coerceReasoning,
  DEFAULT_REASONING,
  REASONING_PATH,
  type ReasoningSubject,
  toWishField,
} from './reasoning/coerce-reasoning.ts';
import { findContradiction, findReasoningWish } from './reasoning/reasoning-wish.ts';
import { switchOff } from './reasoning/switch-off.ts';

const refuseReasoning = (wish: AskedReasoning, subject: ReasoningSubject): ReasoningSetting =>
  coerceReasoning(
    {
      ...toWishField(wish),
      why: 'does not reason',
      allowed: [],
      suggestion: 'Leave reasoning out, or choose a model that reasons: models(where: { reasoning: true }).',
    },
    { setting: DEFAULT_REASONING, shown: null },
    subject,
  );

/** Maps what the caller wants to what the model's API takes; anything it lacks goes through `findings`. */
export const checkReasoning = (
  input: ReasoningInput | null,
  config: ModelConfig,
  maxOutputTokens: number,
  findings: Findings,
): ReasoningSetting => {
  if (input === null) return DEFAULT_REASONING;
  const contradiction = findContradiction(input);
  if (contradiction !== undefined) {
    findings.reject('INVALID_REQUEST', REASONING_PATH, contradiction);
    return DEFAULT_REASONING;
  }
  const wish = findReasoningWish(input);
  if (wish === undefined) return DEFAULT_REASONING;
  const subject = { config, maxOutputTokens, findings };
  if (wish.type === 'off') return switchOff(input, subject);
  const { reasoning } = config;
  switch (reasoning.type) {
    case 'none':
    case 'counterpart':
      return refuseReasoning(wish, subject);
    case 'toggle':
      return checkSwitch(wish, subject);
    case 'always':
    case 'effort':
    case 'level':
    case 'adaptive':
      return checkEffort(wish, subject);
    case 'budget':
      return checkBudget(wish, reasoning, subject);
  }
};

/** Whether the model will reason under a setting, as far as its config tells. */
export const willReason = (setting: ReasoningSetting, config: ModelConfig): boolean => {
  if (setting.type !== 'provider-default') return setting.type !== 'off';
  const { reasoning } = config;
  switch (reasoning.type) {
    case 'none':
    case 'counterpart':
      return false;
    case 'toggle':
      return reasoning.default;
    case 'effort':
    case 'level':
    case 'adaptive':
      return reasoning.default !== 'none';
    case 'always':
    case 'budget':
      return true;
  }
};
