import type Anthropic from '@anthropic-ai/sdk';
import type { ModelConfig, ReasoningEffort } from '../../../../core/model-config.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import { unsupportedPart } from '../../../shared/unsupported-part.ts';

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
  { reasoning }: Pick<TextRequest, 'reasoning'>,
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
      return { thinking: ADAPTIVE, effort: null };
  }
};

const enabled = (tokens: number): Anthropic.ThinkingConfigEnabled => ({
  type: 'enabled',
  budget_tokens: tokens,
  ...SHOWN,
});

const toEffort = (
  effort: Exclude<ReasoningEffort, 'none'>,
): NonNullable<Anthropic.OutputConfig['effort']> => {
  if (effort === 'minimal') throw unsupportedPart('the reasoning effort minimal', 'Its least effort is low.');
  return effort;
};
