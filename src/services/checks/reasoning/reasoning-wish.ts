import type { ReasoningInput } from '../../../core/generate-input.ts';
import type { ReasoningEffort } from '../../../core/model-config.ts';

/** What a request wants of reasoning, in one word. */
export type ReasoningWish =
  | { readonly type: 'off' }
  | { readonly type: 'on' }
  | { readonly type: 'effort'; readonly effort: Exclude<ReasoningEffort, 'none'> }
  | { readonly type: 'budget'; readonly tokens: number };

/** undefined: the request leaves reasoning to the model. */
export const findReasoningWish = (input: ReasoningInput | null): ReasoningWish | undefined => {
  if (input === null) return undefined;
  if (input.enabled === false || input.effort === 'none' || input.budgetTokens === 0) return { type: 'off' };
  if (input.effort !== null) return { type: 'effort', effort: input.effort };
  if (input.budgetTokens !== null) return { type: 'budget', tokens: input.budgetTokens };
  return input.enabled === true ? { type: 'on' } : undefined;
};

/** Whether a request asks for reasoning: what decides if a counterpart answers. */
export const wantsReasoning = (input: ReasoningInput | null): boolean => {
  const wish = findReasoningWish(input);
  return wish !== undefined && wish.type !== 'off';
};

/** What two fields of the same input say against each other, in words for the caller; undefined: nothing. */
export const findContradiction = (input: ReasoningInput): string | undefined => {
  if (input.budgetTokens !== null && input.budgetTokens < 0) return 'budgetTokens must not be negative.';
  if (input.effort !== null && input.budgetTokens !== null)
    return 'Give an effort or budgetTokens, not both: they are two ways to say one thing.';
  const on = (input.effort !== null && input.effort !== 'none') || (input.budgetTokens ?? 0) > 0;
  const off = input.effort === 'none' || input.budgetTokens === 0;
  if (input.enabled === false && on) return 'enabled: false contradicts the effort or budget beside it.';
  if (input.enabled === true && off) return 'enabled: true contradicts the effort or budget beside it.';
  return undefined;
};
