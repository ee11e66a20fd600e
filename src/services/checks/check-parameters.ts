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

/** Checks every sampling parameter against the model; a value the model does not take comes out as null. */
export const checkParameters = (
  input: GenerateInput,
  config: ModelConfig,
  reasons: boolean,
  findings: Findings,
): Sampling => {
  const dropped = { code: 'PARAMETER_DROPPED', to: null } as const;

  const refuse = (
    name: string,
    from: JsonValue,
    why: string,
    allowed: readonly string[],
    fix: string,
  ): null => {
    const message = `The model "${config.name}" ${why}.`;
    findings.unsupported({ path: ['input', name], from, message, allowed, suggestion: fix }, dropped);
    return null;
  };

  const inRange = (name: string, value: number | null, range: NumberRange | null): number | null => {
    if (value === null) return null;
    if (range === null) return refuse(name, value, `does not take ${name}`, [], `Leave ${name} out.`);
    if (value >= range.min && value <= range.max) return value;
    const span = `${range.min} to ${range.max}`;
    return refuse(
      name,
      value,
      `takes ${name} from ${span}, not ${value}`,
      [span],
      `Give a value from ${span}.`,
    );
  };

  const temperature = (): number | null => {
    const rule = config.temperature;
    if (rule.type !== 'onlyWithoutReasoning' || !reasons || input.temperature === null)
      return inRange('temperature', input.temperature, rule.type === 'unsupported' ? null : rule);
    return refuse(
      'temperature',
      input.temperature,
      'takes temperature only while it does not reason',
      [],
      'Leave temperature out, or switch reasoning off with reasoning: { enabled: false }.',
    );
  };

  const stopSequences = (): readonly string[] | null => {
    const given = input.stopSequences;
    if (given === null || given.length === 0) return null;
    if (given.includes('')) {
      findings.reject('INVALID_REQUEST', ['input', 'stopSequences'], 'A stop sequence must not be empty.');
      return null;
    }
    const support = config.sampling.stopSequences;
    if (support === null)
      return refuse('stopSequences', given, 'does not take stopSequences', [], 'Leave stopSequences out.');
    if (given.length <= support.max) return given;
    const most = `at most ${support.max}`;
    return refuse(
      'stopSequences',
      given,
      `takes ${most} stop sequences, not ${given.length}`,
      [most],
      `Give ${most}.`,
    );
  };

  const seed = (): number | null =>
    input.seed === null || config.sampling.seed
      ? input.seed
      : refuse('seed', input.seed, 'does not take seed', [], 'Leave seed out.');

  const verbosity = (): Sampling['verbosity'] => {
    const given = input.verbosity;
    if (given === null || config.verbosity?.includes(given)) return given;
    const allowed = (config.verbosity ?? []).map((value) => value.toUpperCase());
    return refuse(
      'verbosity',
      given.toUpperCase(),
      config.verbosity === null
        ? 'does not take verbosity'
        : `does not take the verbosity ${given.toUpperCase()}`,
      allowed,
      allowed.length === 0 ? 'Leave verbosity out.' : `Give one of ${allowed.join(', ')}.`,
    );
  };

  const { sampling } = config;
  return {
    temperature: temperature(),
    topP: inRange('topP', input.topP, sampling.topP),
    topK: inRange('topK', input.topK, sampling.topK),
    stopSequences: stopSequences(),
    seed: seed(),
    presencePenalty: inRange('presencePenalty', input.presencePenalty, sampling.presencePenalty),
    frequencyPenalty: inRange('frequencyPenalty', input.frequencyPenalty, sampling.frequencyPenalty),
    verbosity: verbosity(),
  };
};
