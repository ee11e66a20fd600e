import type { ModelConfig } from '../core/model-config.ts';
import { replacementOf } from '../core/model-status.ts';
import { findByNameOrAlias, type MergedCatalogue, normaliseName } from './catalogue-layers.ts';
import { isRetired } from './merge-feeds.ts';

/** The alias that always resolves. */
export const DEFAULT_ALIAS = 'default';

/** One whole catalogue on one day, ready to be looked up; never changed. */
export interface CatalogueSnapshot {
  /** The UTC day, YYYY-MM-DD, by which models are retired. */
  readonly day: string;
  /** Every model that clients can find, retired ones included, in catalogue order. */
  readonly models: ReadonlyMap<string, ModelConfig>;
  readonly aliases: ReadonlyMap<string, string>;
  readonly byApiModel: ReadonlyMap<string, ModelConfig>;
  /** By provider and a name in which a version's dots are hyphens, as OpenRouter has dots where Anthropic has none. */
  readonly byLooseName: ReadonlyMap<string, ModelConfig>;
  /** Aliases that lead to a model, by its name. */
  readonly aliasesOf: ReadonlyMap<string, readonly string[]>;
  /** Loose names of models that are kept from clients: their own, upstream ids and aliases. */
  readonly hidden: ReadonlySet<string>;
  /** What an operator should know of it. */
  readonly notes: readonly string[];
}

/** A name of one provider in which dots and hyphens are the same. */
export const toLooseName = (provider: string, name: string): string =>
  `${provider}/${name.replaceAll('.', '-')}`;

/** The model that takes the place of a retired one; the model itself where it is not, or nothing takes its place. */
export const findSuccessor = (
  config: ModelConfig,
  models: ReadonlyMap<string, ModelConfig>,
  day: string,
): ModelConfig => {
  let at = config;
  for (let hops = 0; hops < models.size && isRetired(at, day); hops += 1) {
    const next = models.get(replacementOf(at.status) ?? '');
    if (next === undefined) return config;
    at = next;
  }
  return isRetired(at, day) ? config : at;
};

/** Every name of models that are kept from clients: no such name is an unknown one. */
const findHiddenNames = (
  { models, hidden }: MergedCatalogue,
  aliases: ReadonlyMap<string, string>,
): ReadonlySet<string> => {
  if (hidden.size === 0) return new Set();
  const named = new Map(models.map((config) => [config.name, config]));
  const led = [...aliases.keys()].map((alias) => [alias, findByNameOrAlias(alias, named, aliases)] as const);
  return new Set(
    [
      ...models.flatMap((config) => [config.name, config.apiModel].map((name) => [name, config] as const)),
      ...led,
    ].flatMap(([name, config]) =>
      config !== undefined && hidden.has(config.name)
        ? [toLooseName(config.provider, normaliseName(name))]
        : [],
    ),
  );
};

/**
 * A snapshot of a catalogue that has passed its checks. Aliases of models that are kept from clients are left out.
 * `defaultTarget` is what the alias `default` leads to, which is a setting of the server and none of a model's names.
 */
export const createSnapshot = (
  merged: MergedCatalogue,
  day: string,
  defaultTarget?: string,
): CatalogueSnapshot => {
  const offered = merged.models.filter(({ name }) => !merged.hidden.has(name));
  const models = new Map(offered.map((config) => [config.name, config]));
  const all = new Map(
    Object.entries(merged.aliases).map(([from, to]) => [normaliseName(from), normaliseName(to)]),
  );
  const aliases = new Map([...all].filter(([alias]) => findByNameOrAlias(alias, models, all) !== undefined));
  const aliasesOf = new Map<string, string[]>();
  const notes: string[] = [];
  for (const alias of aliases.keys()) {
    const config = findByNameOrAlias(alias, models, aliases);
    if (config === undefined) continue;
    const successor = findSuccessor(config, models, day);
    if (isRetired(config, day)) {
      const instead =
        successor === config ? 'nothing takes its place' : `"${successor.name}" takes its place`;
      notes.push(`alias "${alias}" leads to "${config.name}", which is retired: ${instead}`);
      if (successor === config) continue;
    }
    const known = aliasesOf.get(successor.name);
    if (known === undefined) aliasesOf.set(successor.name, [alias]);
    else known.push(alias);
  }
  const byLooseName = new Map<string, ModelConfig>();
  for (const config of offered.toReversed())
    for (const name of [...(aliasesOf.get(config.name) ?? []), normaliseName(config.apiModel), config.name])
      byLooseName.set(toLooseName(config.provider, name), config);
  return {
    day,
    models,
    aliases: defaultTarget === undefined ? aliases : new Map([...aliases, [DEFAULT_ALIAS, defaultTarget]]),
    byApiModel: new Map(offered.toReversed().map((config) => [normaliseName(config.apiModel), config])),
    byLooseName,
    aliasesOf,
    hidden: findHiddenNames(merged, all),
    notes,
  };
};
