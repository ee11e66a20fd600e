import type { ModelConfig } from './model-config.ts';

/** A contradiction inside one model's definition, and the field it is in. */
export interface DefinitionProblem {
  readonly path: readonly string[];
  readonly message: string;
}

type Checked = Pick<ModelConfig, 'reasoning' | 'temperature' | 'sampling' | 'limits'>;

const problem = (path: readonly string[], message: string): DefinitionProblem => ({ path, message });

function* reasoningProblems({ reasoning }: Checked): Generator<DefinitionProblem> {
  if (!('values' in reasoning)) return;
  if (reasoning.values.length === 0)
    yield problem(['reasoning', 'values'], `reasoning by ${reasoning.type} names no values`);
  if (reasoning.default !== null && !reasoning.values.includes(reasoning.default))
    yield problem(
      ['reasoning', 'default'],
      `its default reasoning effort "${reasoning.default}" is not among its values`,
    );
}

function* rangeProblems({ sampling, temperature, reasoning }: Checked): Generator<DefinitionProblem> {
  const ranges: [string[], string, { min: number; max: number | null } | null][] = [
    [['sampling', 'topP'], 'topP', sampling.topP],
    [['sampling', 'topK'], 'topK', sampling.topK],
    [['sampling', 'presencePenalty'], 'presencePenalty', sampling.presencePenalty],
    [['sampling', 'frequencyPenalty'], 'frequencyPenalty', sampling.frequencyPenalty],
    [['temperature'], 'temperature', temperature.type === 'unsupported' ? null : temperature],
    [['reasoning'], 'reasoning budget', reasoning.type === 'budget' ? reasoning : null],
  ];
  for (const [path, name, range] of ranges) {
    if (range !== null && range.max !== null && range.min > range.max)
      yield problem(path, `${name} has min ${range.min} above max ${range.max}`);
  }
}

function* limitProblems({ limits }: Checked): Generator<DefinitionProblem> {
  const { maxOutputTokens, defaultMaxOutputTokens } = limits;
  const path = ['limits', 'defaultMaxOutputTokens'];
  if (defaultMaxOutputTokens < 1) yield problem(path, 'defaultMaxOutputTokens must be at least 1');
  if (maxOutputTokens !== null && defaultMaxOutputTokens > maxOutputTokens)
    yield problem(
      path,
      `defaultMaxOutputTokens ${defaultMaxOutputTokens} is above maxOutputTokens ${maxOutputTokens}`,
    );
}

/** What is wrong with a model by itself, whatever other models there are; empty when nothing is. */
export const findDefinitionProblems = (definition: Checked): readonly DefinitionProblem[] => [
  ...reasoningProblems(definition),
  ...rangeProblems(definition),
  ...limitProblems(definition),
];
