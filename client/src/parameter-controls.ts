import type { GenerationParameter } from './schema-types.ts';

interface ParameterControl {
  /** Path in GenerateInput. */
  readonly field: string;
  readonly label: string;
  readonly kind: 'range' | 'choice' | 'toggle' | 'list';
  readonly step: number;
  /** Bounds where the server names none. */
  readonly min: number;
  readonly max: number;
}

const of = (
  kind: ParameterControl['kind'],
  field: string,
  label: string,
  step = 1,
  min = 0,
  max = 2_147_483_647,
): ParameterControl => ({ kind, field, label, step, min, max });

/** The field of GenerateInput that each parameter stands for, and how it is set. */
export const PARAMETER_CONTROLS: Readonly<Record<GenerationParameter, ParameterControl>> = {
  TEMPERATURE: of('range', 'temperature', 'Temperature', 0.1, 0, 2),
  TOP_P: of('range', 'topP', 'Top P', 0.01, 0, 1),
  TOP_K: of('range', 'topK', 'Top K', 1, 1, 100),
  MAX_OUTPUT_TOKENS: of('range', 'maxOutputTokens', 'Output limit in tokens', 1, 1),
  STOP_SEQUENCES: of('list', 'stopSequences', 'Stop sequences'),
  SEED: of('range', 'seed', 'Seed'),
  PRESENCE_PENALTY: of('range', 'presencePenalty', 'Presence penalty', 0.1, -2, 2),
  FREQUENCY_PENALTY: of('range', 'frequencyPenalty', 'Frequency penalty', 0.1, -2, 2),
  REASONING_EFFORT: of('choice', 'reasoning.effort', 'Reasoning effort'),
  REASONING_BUDGET_TOKENS: of('range', 'reasoning.budgetTokens', 'Reasoning budget in tokens'),
  VERBOSITY: of('choice', 'verbosity', 'Verbosity'),
  PARALLEL_TOOL_CALLS: of('toggle', 'parallelToolCalls', 'Parallel tool calls'),
};

const LABELS: Readonly<Record<string, string>> = { XHIGH: 'Very high', MAX: 'Maximum' };

/** `MEDIUM` as "Medium". */
export const toChoiceLabel = (value: string): string =>
  LABELS[value] ?? value.charAt(0) + value.slice(1).toLowerCase().replaceAll('_', ' ');
