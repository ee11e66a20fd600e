import { API_FIELDS, type ApiFields } from './api-fields.ts';
import { MEDIA_KINDS, mediaTypesOf, type ModelDefinition } from './model-config.ts';

/** A contradiction inside one model's definition, and the field it is in. */
export interface DefinitionProblem {
  readonly path: readonly string[];
  readonly message: string;
}

const problem = (path: readonly string[], message: string): DefinitionProblem => ({ path, message });

function* reasoningProblems({ reasoning }: ModelDefinition): Generator<DefinitionProblem> {
  if (!('values' in reasoning)) return;
  if (reasoning.values.length === 0)
    yield problem(['reasoning', 'values'], `reasoning by ${reasoning.type} names no values`);
  if (reasoning.default !== null && !reasoning.values.includes(reasoning.default))
    yield problem(
      ['reasoning', 'default'],
      `its default reasoning effort "${reasoning.default}" is not among its values`,
    );
}

function* rangeProblems({ sampling, temperature, reasoning }: ModelDefinition): Generator<DefinitionProblem> {
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

function* limitProblems({ limits }: ModelDefinition): Generator<DefinitionProblem> {
  const { maxOutputTokens, defaultMaxOutputTokens } = limits;
  const path = ['limits', 'defaultMaxOutputTokens'];
  if (defaultMaxOutputTokens < 1) yield problem(path, 'defaultMaxOutputTokens must be at least 1');
  if (maxOutputTokens !== null && defaultMaxOutputTokens > maxOutputTokens)
    yield problem(
      path,
      `defaultMaxOutputTokens ${defaultMaxOutputTokens} is above maxOutputTokens ${maxOutputTokens}`,
    );
}

function* mediaProblems({ inputModalities, media }: ModelDefinition): Generator<DefinitionProblem> {
  for (const kind of MEDIA_KINDS) {
    const input = media[kind];
    if (input === null) {
      if (inputModalities.includes(kind))
        yield problem(['media', kind], `it reads ${kind} input, and its API is said to have no place for it`);
      continue;
    }
    const path = ['media', kind, 'mediaTypes'];
    if (input.mediaTypes.length === 0) yield problem(path, `${kind} input names no media types`);
    const known = mediaTypesOf(kind);
    for (const mediaType of input.mediaTypes.filter((type) => !known.includes(type)))
      yield problem(path, `${kind} input names ${mediaType}, which is none of ${known.join(', ')}`);
  }
}

/** What a model is said to take although the API that serves it has no field for it. */
function* apiProblems(definition: ModelDefinition): Generator<DefinitionProblem> {
  const { apiType, reasoning, sampling, temperature } = definition;
  // An API that is not known is reported where the catalogue is validated.
  const fields: ApiFields | undefined = API_FIELDS[apiType];
  if (fields === undefined) return;
  const lacks = (path: readonly string[], what: string): DefinitionProblem =>
    problem(path, `${apiType} has no field for ${what}`);
  for (const kind of MEDIA_KINDS)
    if (definition.inputModalities.includes(kind) && !fields.media.includes(kind))
      yield lacks(['inputModalities'], `${kind} input`);
  if (temperature.type !== 'unsupported' && !fields.temperature) yield lacks(['temperature'], 'temperature');
  for (const [name, support] of Object.entries(sampling))
    if (support !== null && support !== false && !fields.sampling.some((known) => known === name))
      yield lacks(['sampling', name], name);
  if (definition.verbosity !== null && !fields.verbosity) yield lacks(['verbosity'], 'verbosity');
  if (definition.jsonMode && !fields.jsonMode) yield lacks(['jsonMode'], 'JSON output without a schema');
  for (const tool of definition.builtInTools)
    if (!fields.builtInTools.includes(tool)) yield lacks(['builtInTools'], `the built-in tool ${tool}`);
  if (![...fields.reasoning, 'none', 'counterpart'].includes(reasoning.type))
    yield lacks(['reasoning', 'type'], `reasoning by ${reasoning.type}`);
  if (!('values' in reasoning)) return;
  for (const effort of reasoning.values)
    if (!fields.efforts.includes(effort))
      yield lacks(['reasoning', 'values'], `the reasoning effort ${effort}`);
}

/** What is wrong with a model by itself, whatever other models there are; empty when nothing is. */
export const findDefinitionProblems = (definition: ModelDefinition): readonly DefinitionProblem[] => [
  ...reasoningProblems(definition),
  ...rangeProblems(definition),
  ...limitProblems(definition),
  ...mediaProblems(definition),
  ...apiProblems(definition),
];
