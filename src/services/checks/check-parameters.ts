import type { GenerateInput } from '../../core/generate-input.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ModelConfig, NumberRange } from '../../core/model-config.ts';
import type { TextRequest } from '../../core/text-request.ts';
import type { Findings } from './findings.ts';

type Sampling = Pick<
  TextRequest,
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'stopSequences'
  | 'seed'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'verbosity'
>;

/** Reports that the model does not take a value; gives what is sent in its place: nothing. */
type Refuse = (
  name: string,
  from: JsonValue,
  why: string,
  allowed: readonly string[],
  suggestion: string,
) => null;

const createRefuse =
  (config: ModelConfig, findings: Findings): Refuse =>
  (name, from, why, allowed, suggestion) => {
    const message = `The model "${config.name}" ${why}.`;
    findings.unsupported(
      { path: ['input', name], from, message, allowed, suggestion },
      { code: 'PARAMETER_DROPPED', to: null },
    );
    return null;
  };

const checkRange = (
  name: string,
  value: number | null,
  range: NumberRange | null,
  refuse: Refuse,
): number | null => {
  if (value === null) return null;
  if (range === null) return refuse(name, value, `does not take ${name}`, [], `Leave ${name} out.`);
  if (value >= range.min && value <= range.max) return value;
  const span = `${range.min} to ${range.max}`;
  const why = `takes ${name} from ${span}, not ${value}`;
  return refuse(name, value, why, [span], `Give a value from ${span}.`);
};

const checkTemperature = (
  value: number | null,
  rule: ModelConfig['temperature'],
  reasons: boolean,
  refuse: Refuse,
): number | null => {
  if (rule.type !== 'onlyWithoutReasoning' || !reasons || value === null)
    return checkRange('temperature', value, rule.type === 'unsupported' ? null : rule, refuse);
  return refuse(
    'temperature',
    value,
    'takes temperature only while it does not reason',
    [],
    'Leave temperature out, or switch reasoning off with reasoning: { enabled: false }.',
  );
};

const checkStopSequences = (
  given: readonly string[] | null,
  support: ModelConfig['sampling']['stopSequences'],
  findings: Findings,
  refuse: Refuse,
): readonly string[] | null => {
  if (given === null || given.length === 0) return null;
  if (given.includes('')) {
    findings.reject('INVALID_REQUEST', ['input', 'stopSequences'], 'A stop sequence must not be empty.');
    return null;
  }
  if (support === null)
    return refuse('stopSequences', given, 'does not take stopSequences', [], 'Leave stopSequences out.');
  if (given.length <= support.max) return given;
  const most = `at most ${support.max}`;
  const why = `takes ${most} stop sequences, not ${given.length}`;
  return refuse('stopSequences', given, why, [most], `Give ${most}.`);
};

const checkSeed = (given: number | null, { sampling }: ModelConfig, refuse: Refuse): number | null =>
  given === null || sampling.seed
    ? given
    : refuse('seed', given, 'does not take seed', [], 'Leave seed out.');

const checkVerbosity = (
  given: Sampling['verbosity'],
  support: ModelConfig['verbosity'],
  refuse: Refuse,
): Sampling['verbosity'] => {
  if (given === null || support?.includes(given)) return given;
  const name = given.toUpperCase();
  if (support === null)
    return refuse('verbosity', name, 'does not take verbosity', [], 'Leave verbosity out.');
  const allowed = support.map((value) => value.toUpperCase());
  const why = `does not take the verbosity ${name}`;
  return refuse('verbosity', name, why, allowed, `Give one of ${allowed.join(', ')}.`);
};

/** Checks every sampling parameter against the model; a value the model does not take comes out as null. */
export const checkParameters = (
  input: GenerateInput,
  config: ModelConfig,
  reasons: boolean,
  findings: Findings,
): Sampling => {
  const refuse = createRefuse(config, findings);
  const { sampling } = config;
  const inRange = (name: 'topP' | 'topK' | 'presencePenalty' | 'frequencyPenalty'): number | null =>
    checkRange(name, input[name], sampling[name], refuse);
  return {
    temperature: checkTemperature(input.temperature, config.temperature, reasons, refuse),
    topP: inRange('topP'),
    topK: inRange('topK'),
    stopSequences: checkStopSequences(input.stopSequences, sampling.stopSequences, findings, refuse),
    seed: checkSeed(input.seed, config, refuse),
    presencePenalty: inRange('presencePenalty'),
    frequencyPenalty: inRange('frequencyPenalty'),
    verbosity: checkVerbosity(input.verbosity, config.verbosity, refuse),
  };
};
