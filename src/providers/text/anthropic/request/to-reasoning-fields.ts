import type Anthropic from '@anthropic-ai/sdk';
import type { ModelConfig, ReasoningEffort } from '../../../../core/model-config.ts';
import type { TextRequest } from '../../../../core/text-request.ts';

export interface ReasoningFields {
  readonly thinking: Anthropic.ThinkingConfigParam | null;
  readonly effort: NonNullable<Anthropic.OutputConfig['effort']> | null;
}

/** The newer models leave the text of their reasoning out unless it is asked for. */
const SHOWN = { display: 'summarized' } as const;

const ADAPTIVE: Anthropic.ThinkingConfigAdaptive = { type: 'adaptive', ...SHOWN };

/**
 * Reasoning as the model takes it. Left to the model, nothing is sent, except that a model which always reasons is asked
 * to show it. An effort goes with adaptive reasoning where the model has that, alone where it does not.
 */
export const toReasoningFields = (
  { reasoning, maxOutputTokens }: Pick<TextRequest, 'reasoning' | 'maxOutputTokens'>,
  config: ModelConfig,
): ReasoningFields => {
  const support = config.reasoning;
  const isAdaptive = support.type === 'adaptive' || support.type === 'always';
  switch (reasoning.type) {
    case 'provider-default': {
      const always = support.type === 'always' || (support.type === 'adaptive' && !support.canDisable);
      return { thinking: always ? ADAPTIVE : null, effort: null };
    }
    case 'off':
      return { thinking: { type: 'disabled' }, effort: null };
    case 'effort':
      if (reasoning.effort === 'none') return { thinking: { type: 'disabled' }, effort: null };
      return { thinking: isAdaptive ? ADAPTIVE : null, effort: toEffort(reasoning.effort) };
    case 'budget':
      return { thinking: enabled(reasoning.tokens), effort: null };
    case 'on':
      return {
        thinking: support.type === 'budget' ? enabled(usualBudget(support, maxOutputTokens)) : ADAPTIVE,
        effort: null,
      };
  }
};

const enabled = (tokens: number): Anthropic.ThinkingConfigEnabled => ({
  type: 'enabled',
  budget_tokens: tokens,
  ...SHOWN,
});

/** Half of the output, within what the model takes: the API wants a number, and the answer needs room as well. */
const usualBudget = (
  { min, max }: { readonly min: number; readonly max: number | null },
  maxOutputTokens: number,
): number => Math.max(min, Math.min(max ?? Number.POSITIVE_INFINITY, Math.floor(maxOutputTokens / 2)));

/** The API's least effort is `low`. */
const toEffort = (effort: Exclude<ReasoningEffort, 'none'>): NonNullable<Anthropic.OutputConfig['effort']> =>
  effort === 'minimal' ? 'low' : effort;
