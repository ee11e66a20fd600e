import type { ReasoningInput } from '../../../core/generate-input.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { ReasoningSetting } from '../../../core/text-request.ts';
import type { Findings } from '../findings.ts';
import type { ReasoningWish } from './reasoning-wish.ts';

export const REASONING_PATH = ['input', 'reasoning'];
/** Nothing is sent: the vendor's own default holds. */
export const DEFAULT_REASONING: ReasoningSetting = { type: 'provider-default' };
export const OTHER_MODEL = 'Leave reasoning out, or choose another model.';

/** A model that is asked to reason, and where what it lacks is reported. */
export interface ReasoningSubject {
  readonly config: ModelConfig;
  readonly maxOutputTokens: number;
  readonly findings: Findings;
}

/** A wish for reasoning. */
export type AskedReasoning = Exclude<ReasoningWish, { readonly type: 'off' }>;

/** Something the model lacks: where it was asked for, why it cannot be had, and what would do. */
export interface ReasoningLack {
  readonly field: keyof ReasoningInput;
  readonly from: JsonValue;
  readonly why: string;
  readonly allowed: readonly string[];
  readonly suggestion: string;
}

/** What is sent in place of what the model lacks, and how a warning names it. */
export interface ReasoningReplacement {
  readonly setting: ReasoningSetting;
  readonly shown: JsonValue;
}

/** Reports what the model lacks and gives what is sent in its place. */
export const coerceReasoning = (
  lack: ReasoningLack,
  to: ReasoningReplacement,
  { config, findings }: ReasoningSubject,
): ReasoningSetting => {
  const { field, from, why, allowed, suggestion } = lack;
  const message = `The model "${config.name}" ${why}.`;
  findings.unsupported(
    { path: [...REASONING_PATH, field], from, message, allowed, suggestion },
    { code: 'REASONING_COERCED', to: to.shown },
  );
  return to.setting;
};

/** The field that a wish stands in, and its value there. */
export const toWishField = (wish: AskedReasoning): Pick<ReasoningLack, 'field' | 'from'> => {
  switch (wish.type) {
    case 'on':
      return { field: 'enabled', from: true };
    case 'effort':
      return { field: 'effort', from: wish.effort.toUpperCase() };
    case 'budget':
      return { field: 'budgetTokens', from: wish.tokens };
  }
};
