import { effortsOf } from '../../core/capabilities.ts';
import type { ModelConfig, NumberRange } from '../../core/model-config.ts';
import { GENERATION_PARAMETERS, type ParameterConstraint } from '../../core/parameter-constraint.ts';

type Constraint = Omit<ParameterConstraint, 'parameter'>;

const UNSUPPORTED: Constraint = {
  supported: false,
  min: null,
  max: null,
  default: null,
  values: null,
  note: null,
};
const SUPPORTED: Constraint = { ...UNSUPPORTED, supported: true };

const ofRange = (range: NumberRange | null): Constraint =>
  range === null ? UNSUPPORTED : { ...SUPPORTED, min: range.min, max: range.max };

const ofTemperature = ({ temperature }: ModelConfig): Constraint => {
  switch (temperature.type) {
    case 'unsupported':
      return UNSUPPORTED;
    case 'range':
      return { ...ofRange(temperature), default: temperature.default };
    case 'onlyWithoutReasoning':
      return { ...ofRange(temperature), note: 'Only while reasoning is switched off.' };
  }
};

const ofReasoningEffort = (config: ModelConfig): Constraint => {
  const efforts = effortsOf(config);
  if (efforts.length === 0) return UNSUPPORTED;
  const { reasoning } = config;
  const usual = 'values' in reasoning ? reasoning.default : null;
  return {
    ...SUPPORTED,
    values: efforts.map((effort) => effort.toUpperCase()),
    default: usual === null ? null : usual.toUpperCase(),
  };
};

const ofReasoningBudget = ({ reasoning }: ModelConfig): Constraint =>
  reasoning.type === 'budget'
    ? {
        ...SUPPORTED,
        min: reasoning.min,
        max: reasoning.max,
        note: `Must stay below maxOutputTokens.${reasoning.canDisable ? ' 0 switches reasoning off.' : ''}`,
      }
    : UNSUPPORTED;

const ofParallelToolCalls = (config: ModelConfig): Constraint => {
  if (!config.parallelToolCalls) return UNSUPPORTED;
  return config.parallelToolCallsCanBeForbidden
    ? SUPPORTED
    : { ...SUPPORTED, values: ['true'], note: 'They cannot be forbidden.' };
};

const CONSTRAINTS: Readonly<Record<ParameterConstraint['parameter'], (config: ModelConfig) => Constraint>> = {
  temperature: ofTemperature,
  'top-p': ({ sampling }) => ofRange(sampling.topP),
  'top-k': ({ sampling }) => ofRange(sampling.topK),
  'max-output-tokens': ({ limits }) => ({
    ...SUPPORTED,
    min: 1,
    max: limits.maxOutputTokens,
    default: limits.defaultMaxOutputTokens,
    note: 'Includes reasoning tokens.',
  }),
  'stop-sequences': ({ sampling }) =>
    sampling.stopSequences === null
      ? UNSUPPORTED
      : { ...SUPPORTED, max: sampling.stopSequences.max, note: 'max is the number of sequences.' },
  seed: ({ sampling }) => (sampling.seed ? SUPPORTED : UNSUPPORTED),
  'presence-penalty': ({ sampling }) => ofRange(sampling.presencePenalty),
  'frequency-penalty': ({ sampling }) => ofRange(sampling.frequencyPenalty),
  'reasoning-effort': ofReasoningEffort,
  'reasoning-budget-tokens': ofReasoningBudget,
  verbosity: ({ verbosity }) =>
    verbosity === null
      ? UNSUPPORTED
      : { ...SUPPORTED, values: verbosity.map((value) => value.toUpperCase()) },
  'parallel-tool-calls': ofParallelToolCalls,
};

/** Every parameter there is and what the model makes of it: what a form is rendered from. */
export const parameterConstraintsOf = (config: ModelConfig): readonly ParameterConstraint[] =>
  GENERATION_PARAMETERS.map((parameter) => ({ parameter, ...CONSTRAINTS[parameter](config) }));
