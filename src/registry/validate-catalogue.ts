import { findDefinitionProblems } from '../core/definition-problems.ts';
import { API_TYPES, type ModelConfig } from '../core/model-config.ts';
import { replacementOf } from '../core/model-status.ts';
import type { TextProviderDescriptor } from '../core/text-provider.ts';

export interface Catalogue {
  /** Every model in catalogue order; a name that occurs twice is reported as a problem. */
  readonly models: readonly ModelConfig[];
  readonly aliases: Readonly<Record<string, string>>;
  /** Where a model or an alias comes from, by its name, if that is worth saying: what its problems begin with. */
  readonly places?: ReadonlyMap<string, string>;
}

const normalise = (name: string): string => name.trim().toLowerCase();

const duplicates = (names: readonly string[]): ReadonlySet<string> => {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
};

function* duplicateProblems({ models, aliases }: Catalogue): Generator<string> {
  for (const name of duplicates(models.map((config) => normalise(config.name)))) {
    const owners = models.filter((config) => normalise(config.name) === name);
    yield `model "${name}" is defined more than once: by ${owners.map(({ provider }) => `"${provider}"`).join(' and ')}`;
  }
  for (const alias of duplicates(Object.keys(aliases).map(normalise)))
    yield `alias "${alias}" is defined more than once: case and outer spaces make no difference`;
}

function* aliasProblems({ aliases, places }: Catalogue, modelNames: ReadonlySet<string>): Generator<string> {
  const targets = new Map(Object.entries(aliases).map(([from, to]) => [normalise(from), normalise(to)]));
  for (const alias of targets.keys()) {
    const place = places?.get(alias);
    const where = place === undefined ? `alias "${alias}"` : `${place}: alias "${alias}"`;
    if (modelNames.has(alias)) yield `${where} shadows the model of the same name`;
    const seen = new Set<string>([alias]);
    let at = targets.get(alias);
    while (at !== undefined && !modelNames.has(at)) {
      if (seen.has(at)) {
        yield `${where} runs into a cycle: ${[...seen, at].join(' → ')}`;
        break;
      }
      seen.add(at);
      const next = targets.get(at);
      if (next === undefined) yield `${where} leads to "${at}", which is neither a model nor an alias`;
      at = next;
    }
  }
}

function* modelProblems(
  config: ModelConfig,
  models: ReadonlyMap<string, ModelConfig>,
  providers: ReadonlyMap<string, TextProviderDescriptor>,
  where: string,
): Generator<string> {
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
  const replacement = replacementOf(status);
  if (replacement !== null && !models.has(replacement))
    yield `${where}: its replacement "${replacement}" is no model`;
  for (const { message } of findDefinitionProblems(config)) yield `${where}: ${message}`;
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
    ...catalogue.models.flatMap((config) => {
      const where = catalogue.places?.get(config.name) ?? `model "${config.name}"`;
      return [...modelProblems(config, models, providers, where)];
    }),
    ...aliasProblems(catalogue, new Set(models.keys())),
  ];
};
