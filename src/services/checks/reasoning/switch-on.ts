import type { ReasoningSetting } from '../../../core/text-request.ts';
import { DEFAULT_REASONING, type ReasoningSubject } from './coerce-reasoning.ts';
import { findNearestReasoning, toEffortSetting } from './nearest-effort.ts';
import { toUsualBudget } from './usual-budget.ts';

/** Reasoning without a word on how much. */
export const switchOn = ({ config, maxOutputTokens }: ReasoningSubject): ReasoningSetting => {
  const { reasoning } = config;
  switch (reasoning.type) {
    case 'none':
    case 'counterpart':
    case 'always':
      return DEFAULT_REASONING;
    case 'toggle':
    case 'adaptive':
      return { type: 'on' };
    case 'budget':
      return toUsualBudget(reasoning, maxOutputTokens);
    case 'effort':
    case 'level': {
      const usual = reasoning.default === 'none' ? null : reasoning.default;
      return toEffortSetting(usual ?? findNearestReasoning('medium', reasoning.values) ?? 'medium');
    }
  }
};
