import type { ReasoningSupport } from '../../../core/model-config.ts';
import type { ReasoningSetting } from '../../../core/text-request.ts';

export type BudgetSupport = Extract<ReasoningSupport, { readonly type: 'budget' }>;

/** The largest budget. The output limit includes the reasoning, so a budget that fills it would leave no room for an answer. */
export const mostTokens = ({ max }: BudgetSupport, maxOutputTokens: number): number =>
  Math.min(max ?? Number.POSITIVE_INFINITY, maxOutputTokens - 1);

/** The budget for a request that names none: the vendor's choice, or half of the output where it wants a number. */
export const toUsualBudget = (support: BudgetSupport, maxOutputTokens: number): ReasoningSetting => {
  if (support.dynamic) return { type: 'on' };
  const half = Math.floor(maxOutputTokens / 2);
  return {
    type: 'budget',
    tokens: Math.max(support.min, Math.min(mostTokens(support, maxOutputTokens), half)),
  };
};
