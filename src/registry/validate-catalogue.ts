import { API_TYPES, type ModelConfig } from '../core/model-config.ts';
import type { TextProviderDescriptor } from '../core/text-provider.ts';

export interface Catalogue {
  /** Every model in catalogue order; a name that occurs twice is reported as a problem. */
  readonly models: readonly ModelConfig[];
  readonly aliases: Readonly<Record<string, string>>;
}

const normalise = (name: string): string => name.trim().toLowerCase();

const duplicates = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

function* duplicateProblems({ models, aliases }: Catalogue): Generator<string> {
  for (const name of duplicates(models.map((config) => normalise(config.name)))) {
    const owners = models.filter((config) => normalise(config.name) === name);
    yield `model "${name}" is defined more than once: by ${owners.map(({ provider }) => `"${provider}"`).join(' and ')}`;
  }
  for (const alias of duplicates(Object.keys(aliases).map(normalise)))
    yield `alias "${alias}" is defined more than once: case and outer spaces make no difference`;
}

function* aliasProblems({ aliases }: Catalogue, modelNames: ReadonlySet<string>): Generator<string> {
  const targets = new Map(Object.entries(aliases).map(([from, to]) => [normalise(from), normalise(to)]));
  for (const alias of targets.keys()) {
    if (modelNames.has(alias)) yield `alias "${alias}" shadows the model of the same name`;
    const seen = new Set<string>([alias]);
    let at = targets.get(alias);
    while (at !== undefined && !modelNames.has(at)) {
      if (seen.has(at)) {
        yield `alias "${alias}" runs into a cycle: ${[...seen, at].join(' → ')}`;
        break;
      }
      seen.add(at);
      const next = targets.get(at);
      if (next === undefined)
        yield `alias "${alias}" leads to "${at}", which is neither a model nor an alias`;
      at = next;
    }
  }
}

function* rangeProblems(config: ModelConfig): Generator<string> {
  const where = `model "${config.name}"`;
  const ranges: [string, { min: number; max: number | null } | null][] = [
    ['topP', config.sampling.topP],
    ['topK', config.sampling.topK],
    ['presencePenalty', config.sampling.presencePenalty],
    ['frequencyPenalty', config.sampling.frequencyPenalty],
    ['temperature', config.temperature.type === 'unsupported' ? null : config.temperature],
    ['reasoning budget', config.reasoning.type === 'budget' ? config.reasoning : null],
  ];
  for (const [name, range] of ranges) {
    if (range !== null && range.max !== null && range.min > range.max)
      yield `${where}: ${name} has min ${range.min} above max ${range.max}`;
  }
  const { maxOutputTokens, defaultMaxOutputTokens } = config.limits;
  if (defaultMaxOutputTokens < 1) yield `${where}: defaultMaxOutputTokens must be at least 1`;
  if (maxOutputTokens !== null && defaultMaxOutputTokens > maxOutputTokens)
    yield `${where}: defaultMaxOutputTokens ${defaultMaxOutputTokens} is above maxOutputTokens ${maxOutputTokens}`;
}

function* modelProblems(
  config: ModelConfig,
  models: ReadonlyMap<string, ModelConfig>,
  providers: ReadonlyMap<string, TextProviderDescriptor>,
): Generator<string> {
  const where = `model "${config.name}"`;
  const provider = providers.get(config.provider);
  if (provider === undefined) yield `${where}: no provider "${config.provider}" is registered`;
  if (!API_TYPES.includes(config.apiType)) yield `${where}: unknown api type "${config.apiType}"`;
  else if (provider !== undefined && !provider.apiTypes.includes(config.apiType))
    yield `${where}: provider "${config.provider}" does not speak api type "${config.apiType}"`;
  if (config.name !== normalise(config.name)) yield `${where}: its name must be trimmed and lower case`;
  const { reasoning, status } = config;
  if (reasoning.type === 'counterpart') {
    const counterpart = models.get(reasoning.model);
    if (counterpart === undefined) yield `${where}: its counterpart "${reasoning.model}" is no model`;
    else if (counterpart.reasoning.type === 'none' || counterpart.reasoning.type === 'counterpart')
      yield `${where}: its counterpart "${reasoning.model}" cannot reason`;
  }
  if ('values' in reasoning) {
    if (reasoning.values.length === 0) yield `${where}: reasoning by ${reasoning.type} names no values`;
    if (reasoning.default !== null && !reasoning.values.includes(reasoning.default))
      yield `${where}: its default reasoning effort "${reasoning.default}" is not among its values`;
  }
  if (status.type === 'deprecated' && !models.has(status.replacement))
    yield `${where}: its replacement "${status.replacement}" is no model`;
  yield* rangeProblems(config);
}

/** Every problem of a catalogue at once, in catalogue order; empty when it can be served. */
export const findCatalogueProblems = (
  catalogue: Catalogue,
  descriptors: readonly TextProviderDescriptor[],
): readonly string[] => {
  const models = new Map(catalogue.models.map((config) => [config.name, config]));
  const providers = new Map(descriptors.map((descriptor) => [descriptor.name, descriptor]));
  return [
    ...duplicateProblems(catalogue),
    ...catalogue.models.flatMap((config) => [...modelProblems(config, models, providers)]),
    ...aliasProblems(catalogue, new Set(models.keys())),
  ];
};
