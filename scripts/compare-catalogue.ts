import { alwaysReasons, effortsOf } from '../src/core/capabilities.ts';
import { canReason, type ModelConfig, type ModelConfigs } from '../src/core/model-config.ts';
import type { PublishedCatalogue, PublishedModel } from './read-models-file.ts';

/** One fact that differs, in words for a reader. */
export interface FieldChange {
  readonly field: string;
  readonly here: string;
  readonly there: string;
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

const sorted = (values: readonly string[]): string => [...values].sort().join(', ');
const shown = (value: number | string | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : value === '' ? 'none' : String(value);

/** Lists have 0 for an unknown separate price and for an unknown limit. */
const known = (value: number | undefined): number | null =>
  value === undefined || value === 0 ? null : value;

const toModality = (name: string): string => (name === 'pdf' ? 'file' : name);

interface Fact {
  readonly field: string;
  readonly here: number | string | null;
  readonly there: number | string | null;
}

function* priceFacts(config: ModelConfig, { cost }: PublishedModel): Generator<Fact> {
  if (known(cost?.input) === null && known(cost?.output) === null) return;
  const { pricing } = config;
  const rates = [
    ['price input', pricing?.inputPerMillion, cost?.input],
    ['price output', pricing?.outputPerMillion, cost?.output],
    ['price cache read', pricing?.cacheReadPerMillion, cost?.cache_read],
    ['price cache write', pricing?.cacheWritePerMillion, cost?.cache_write],
    ['price audio input', pricing?.audioInputPerMillion, cost?.input_audio],
  ] as const;
  for (const [field, here, there] of rates) {
    if (known(there) !== null) yield { field, here: here ?? null, there: known(there) };
  }
  const tier = (size: number, input: number | undefined, output: number | undefined): string =>
    `above ${size}: ${shown(input)} / ${shown(output)}`;
  yield {
    field: 'price tiers',
    here: (pricing?.tiers ?? [])
      .map((at) => tier(at.aboveInputTokens, at.inputPerMillion, at.outputPerMillion))
      .join('; '),
    there: (cost?.tiers ?? []).map((at) => tier(at.tier.size, at.input, at.output)).join('; '),
  };
}

function* limitFacts({ limits }: ModelConfig, { limit }: PublishedModel): Generator<Fact> {
  const pairs = [
    ['context window', limits.contextWindow, limit?.context],
    ['input limit', limits.maxInputTokens, limit?.input],
    ['output limit', limits.maxOutputTokens, limit?.output],
  ] as const;
  for (const [field, here, there] of pairs) {
    if (known(there) !== null) yield { field, here, there: known(there) };
  }
}

function* modalityFacts(config: ModelConfig, { modalities }: PublishedModel): Generator<Fact> {
  if (modalities === undefined) return;
  yield {
    field: 'input modalities',
    here: sorted(config.inputModalities),
    there: sorted(modalities.input.map(toModality)),
  };
  yield {
    field: 'output modalities',
    here: sorted(config.outputModalities),
    there: sorted(modalities.output.map(toModality)),
  };
}

/**
 * Compares in the terms of our model: for a model with efforts and a budget, the list has both and we have one. "Off" is
 * compared only if the list says that reasoning can be switched off, which it often omits.
 */
function* reasoningFacts(config: ModelConfig, published: PublishedModel): Generator<Fact> {
  if (published.reasoning === undefined) return;
  const here = canReason(config);
  yield { field: 'reasoning', here: String(here), there: String(published.reasoning) };
  if (!here || !published.reasoning) return;
  const options = published.reasoning_options ?? [];
  const efforts = options.find((option) => option.type === 'effort')?.values;
  const budget = options.find((option) => option.type === 'budget_tokens');
  const canSwitchOff =
    options.some((option) => option.type === 'toggle') || efforts?.includes('none') === true;
  if (canSwitchOff) yield { field: 'reasoning off', here: String(!alwaysReasons(config)), there: 'true' };
  if (config.reasoning.type === 'budget') {
    if (budget?.min !== undefined)
      yield { field: 'reasoning budget least', here: config.reasoning.min, there: budget.min };
    if (budget?.max !== undefined)
      yield { field: 'reasoning budget most', here: config.reasoning.max, there: budget.max };
    if (budget === undefined && efforts !== undefined)
      yield { field: 'reasoning', here: 'by budget', there: `by effort: ${efforts.join(', ')}` };
  } else if (efforts !== undefined) {
    const withoutNone = (values: readonly string[]) => values.filter((value) => value !== 'none').join(', ');
    yield { field: 'reasoning efforts', here: withoutNone(effortsOf(config)), there: withoutNone(efforts) };
  } else if (budget !== undefined) {
    yield { field: 'reasoning', here: `by ${config.reasoning.type}`, there: 'by budget' };
  }
}

function* knowledgeFacts({ knowledgeCutoff }: ModelConfig, { knowledge }: PublishedModel): Generator<Fact> {
  if (knowledge === undefined) return;
  const isSameDay =
    knowledgeCutoff !== null &&
    (knowledge.startsWith(knowledgeCutoff) || knowledgeCutoff.startsWith(knowledge));
  if (!isSameDay) yield { field: 'knowledge cut-off', here: knowledgeCutoff, there: knowledge };
}

const changesOf = (config: ModelConfig, published: PublishedModel): readonly FieldChange[] =>
  [
    ...priceFacts(config, published),
    ...limitFacts(config, published),
    ...modalityFacts(config, published),
    ...reasoningFacts(config, published),
    ...knowledgeFacts(config, published),
  ]
    .filter((fact) => fact.here !== fact.there)
    .map((fact) => ({ field: fact.field, here: shown(fact.here), there: shown(fact.there) }));

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
      const changes = there === undefined ? [] : changesOf(config, there);
      return changes.length === 0 ? [] : [{ model: config.name, changes }];
    }),
    retired: pairs.flatMap(({ config, there }): ProviderDifferences['retired'] => {
      if (there === undefined) return [{ model: config.name, reason: 'absent' }];
      if (there.status !== 'deprecated' || config.status.type === 'deprecated') return [];
      return [{ model: config.name, reason: 'deprecated' }];
    }),
  };
};

/**
 * The differences between a published list and our catalogue, in catalogue order, without providers that only one of
 * the two has and without published ids that are aliases of ours. A fact that the list omits is not a difference.
 */
export const compareCatalogue = (
  catalogue: Readonly<Record<string, ModelConfigs>>,
  aliases: Readonly<Record<string, string>>,
  published: PublishedCatalogue,
): readonly ProviderDifferences[] =>
  Object.entries(catalogue).flatMap(([provider, models]) => {
    const there = published.get(provider);
    return there === undefined ? [] : [compareProvider(provider, Object.values(models), there, aliases)];
  });

export const isEqual = ({ missing, changed, retired }: ProviderDifferences): boolean =>
  missing.length + changed.length + retired.length === 0;

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
              ...changes.map(({ field, here, there }) => `             ${field}: ${here} → ${there}`),
            ]),
            ...at.retired.map(({ model, reason }) => `  retired  ${model} (${RETIRED_WORDS[reason]})`),
          ].join('\n'),
    )
    .join('\n');
