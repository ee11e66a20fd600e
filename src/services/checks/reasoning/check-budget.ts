import type { ReasoningEffort } from '../../../core/model-config.ts';
import type { ReasoningSetting } from '../../../core/text-request.ts';
import {
  type AskedReasoning,
  coerceReasoning,
  DEFAULT_REASONING,
  type ReasoningSubject,
  toWishField,
} from './coerce-reasoning.ts';
import { switchOn } from './switch-on.ts';
import { type BudgetSupport, mostTokens } from './usual-budget.ts';

/**
 * Share of the largest budget that stands for an effort, where a model takes tokens instead of efforts. Even the most
 * leaves room for an answer.
 */
const BUDGET_SHARE: Readonly<Record<Exclude<ReasoningEffort, 'none'>, number>> = {
  minimal: 0.05,
  low: 0.2,
  medium: 0.5,
  high: 0.75,
  xhigh: 0.85,
  max: 0.95,
};

/** For a model that takes a number of tokens: an effort stands for a share of the largest. */
export const checkBudget = (
  wish: AskedReasoning,
  support: BudgetSupport,
  subject: ReasoningSubject,
): ReasoningSetting => {
  const { config, maxOutputTokens, findings } = subject;
  const { min } = support;
  const most = mostTokens(support, maxOutputTokens);
  if (most < min) {
    findings.reject(
      'INVALID_REQUEST',
      ['input', 'maxOutputTokens'],
      `The model "${config.name}" reasons with at least ${min} tokens, which maxOutputTokens must exceed.`,
      { suggestion: `Give maxOutputTokens above ${min}, or switch reasoning off.` },
    );
    return DEFAULT_REASONING;
  }
  if (wish.type === 'on') return switchOn(subject);
  if (wish.type === 'effort')
    return { type: 'budget', tokens: Math.max(min, Math.round(BUDGET_SHARE[wish.effort] * most)) };
  const { tokens } = wish;
  if (tokens >= min && tokens <= most) return { type: 'budget', tokens };
  const closest = Math.min(most, Math.max(min, tokens));
  const span = `${min} to ${most}`;
  return coerceReasoning(
    {
      ...toWishField(wish),
      why: `takes a reasoning budget from ${span} tokens here, not ${tokens}`,
      allowed: [span],
      suggestion: `Give a budget from ${span}.`,
    },
    { setting: { type: 'budget', tokens: closest }, shown: closest },
    subject,
  );
};
