import type { ModelConfig, ModelConfigs } from '../src/core/model-config.ts';
import { factsOf, shown } from './catalogue-facts.ts';
import type { PublishedModel } from './published-model.ts';
import type { PublishedCatalogue } from './read-models-file.ts';

/** One fact that differs, in words for a reader. */
export interface FieldChange {
  readonly field: string;
  readonly here: string;
  readonly there: string;
  /** No request fails or costs otherwise for it. */
  readonly harmless: boolean;
}

/** The differences of a published list for one provider. Ids and names are in the order of their list. */
export interface ProviderDifferences {
  readonly provider: string;
  /** Ids of text models that the catalogue does not have. */
  readonly missing: readonly string[];
  readonly changed: readonly { readonly model: string; readonly changes: readonly FieldChange[] }[];
  /** Names of our models that the list no longer has, or marks as deprecated while we do not. */
  readonly retired: readonly { readonly model: string; readonly reason: 'absent' | 'deprecated' }[];
}

const changesOf = (
  config: ModelConfig,
  published: PublishedModel,
  day: string | null,
): readonly FieldChange[] =>
  factsOf(config, published, day)
    .filter((fact) => fact.here !== fact.there)
    .map(({ field, here, there, harmless = false }) => ({
      field,
      here: shown(here),
      there: shown(there),
      harmless,
    }));

/** Whether the model belongs in the catalogue: text as input, text and at most speech as output, no embedding. */
const isTextModel = (id: string, { modalities, limit, status }: PublishedModel): boolean =>
  status !== 'deprecated' &&
  !id.includes('embedding') &&
  limit?.context !== 0 &&
  (modalities === undefined ||
    (modalities.input.includes('text') &&
      modalities.output.includes('text') &&
      modalities.output.every((name) => name === 'text' || name === 'audio')));

const compareProvider = (
  provider: string,
  configs: readonly ModelConfig[],
  published: ReadonlyMap<string, PublishedModel>,
  aliases: Readonly<Record<string, string>>,
  day: string | null,
): ProviderDifferences => {
  const pairs = configs.map((config) => ({
    config,
    there: published.get(config.apiModel) ?? published.get(config.name),
  }));
  const ours = new Set(configs.flatMap((config) => [config.apiModel, config.name]));
  return {
    provider,
    missing: [...published]
      .filter(([id, model]) => !ours.has(id) && !Object.hasOwn(aliases, id) && isTextModel(id, model))
      .map(([id]) => id),
    changed: pairs.flatMap(({ config, there }) => {
      const changes = there === undefined ? [] : changesOf(config, there, day);
      return changes.length === 0 ? [] : [{ model: config.name, changes }];
    }),
    retired: pairs.flatMap(({ config, there }): ProviderDifferences['retired'] => {
      if (there === undefined)
        return config.status.type === 'retired' ? [] : [{ model: config.name, reason: 'absent' }];
      if (there.status !== 'deprecated' || 'replacement' in config.status) return [];
      return [{ model: config.name, reason: 'deprecated' }];
    }),
  };
};

/**
 * The differences between a published list and our catalogue, in catalogue order, without providers that only one of
 * the two has and without published ids that are aliases of ours. A fact that the list omits is not a difference. `day`,
 * YYYY-MM-DD: the day the list is of, which decides what prices are in force and what is retired; null: as things stand.
 */
export const compareCatalogue = (
  catalogue: Readonly<Record<string, ModelConfigs>>,
  aliases: Readonly<Record<string, string>>,
  published: PublishedCatalogue,
  day: string | null = null,
): readonly ProviderDifferences[] =>
  Object.entries(catalogue).flatMap(([provider, models]) => {
    const there = published.get(provider);
    return there === undefined ? [] : [compareProvider(provider, Object.values(models), there, aliases, day)];
  });

export const isEqual = ({ missing, changed, retired }: ProviderDifferences): boolean =>
  missing.length + changed.length + retired.length === 0;

/** Something of a model that differs, and whether by harm. */
export interface Difference {
  readonly model: string;
  /** A field, or that the model is missing, no longer listed, or deprecated. */
  readonly what: string;
  readonly here: string;
  readonly there: string;
  readonly harmless: boolean;
}

/** The same, one by one. A model that a list does not have may be missing from the list alone. */
export const toDifferences = ({ missing, changed, retired }: ProviderDifferences): readonly Difference[] => [
  ...missing.map((model) => ({ model, what: 'missing', here: 'absent', there: 'listed', harmless: false })),
  ...changed.flatMap(({ model, changes }) =>
    changes.map(({ field, ...change }) => ({ model, what: field, ...change })),
  ),
  ...retired.map(({ model, reason }) => ({
    model,
    what: 'retired',
    here: 'in service',
    there: reason,
    harmless: reason === 'absent',
  })),
];

const RETIRED_WORDS = { absent: 'not in the file', deprecated: 'deprecated in the file' } as const;

/** Lines for a terminal: one block for each provider. */
export const printDifferences = (differences: readonly ProviderDifferences[]): string =>
  differences
    .map((at) =>
      isEqual(at)
        ? `${at.provider}: equal`
        : [
            `${at.provider}: ${at.missing.length} missing, ${at.changed.length} changed, ${at.retired.length} retired`,
            ...at.missing.map((id) => `  missing  ${id}`),
            ...at.changed.flatMap(({ model, changes }) => [
              `  changed  ${model}`,
              ...changes
                .toSorted((one, other) => Number(one.harmless) - Number(other.harmless))
                .map(
                  ({ field, here, there, harmless }) =>
                    `             ${field}: ${here} → ${there}${harmless ? ' (no harm)' : ''}`,
                ),
            ]),
            ...at.retired.map(({ model, reason }) => `  retired  ${model} (${RETIRED_WORDS[reason]})`),
          ].join('\n'),
    )
    .join('\n');
