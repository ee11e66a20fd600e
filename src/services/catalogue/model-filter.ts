import { effortsOf } from '../../core/capabilities.ts';
import type { CatalogueModel } from '../../core/catalogue.ts';
import { canReason } from '../../core/model-config.ts';
import type { ModelFilter, ModelOrder, ModelOrderField } from '../../core/model-query.ts';

type Given<K extends keyof ModelFilter> = NonNullable<ModelFilter[K]>;
type Conditions = {
  readonly [K in keyof ModelFilter]: (model: CatalogueModel, wanted: Given<K>, available: boolean) => boolean;
};

const includesAll = <T>(all: readonly T[], wanted: readonly T[]): boolean =>
  wanted.every((item) => all.includes(item));

const CONDITIONS: Conditions = {
  search: ({ config, aliases }, wanted) => {
    const text = wanted.trim().toLowerCase();
    return [config.name, config.displayName, ...aliases].some((name) => name.toLowerCase().includes(text));
  },
  providers: ({ config }, wanted) => wanted.some((name) => name.trim().toLowerCase() === config.provider),
  available: (_, wanted, available) => available === wanted,
  status: ({ config }, wanted) => wanted.includes(config.status.type),
  inputModalities: ({ config }, wanted) => includesAll(config.inputModalities, wanted),
  reasoning: ({ config }, wanted) => canReason(config) === wanted,
  reasoningEffort: ({ config }, wanted) => effortsOf(config).includes(wanted),
  functionCalling: ({ config }, wanted) => config.functionCalling === wanted,
  structuredOutput: ({ config }, wanted) => config.structuredOutput === wanted,
  streaming: ({ config }, wanted) => config.streaming === wanted,
  citations: ({ config }, wanted) => config.citations === wanted,
  builtInTools: ({ config }, wanted) => includesAll(config.builtInTools, wanted),
  batch: ({ config }, wanted) => (config.batch.type === 'native') === wanted,
  minContextWindow: ({ config: { limits } }, wanted) =>
    limits.contextWindow !== null && limits.contextWindow >= wanted,
  maxInputPricePerMillion: ({ config }, wanted) =>
    config.pricing !== null && config.pricing.inputPerMillion <= wanted,
  maxOutputPricePerMillion: ({ config }, wanted) =>
    config.pricing !== null && config.pricing.outputPerMillion <= wanted,
};

type Condition = (model: CatalogueModel, wanted: unknown, available: boolean) => boolean;

/** Whether a model, available or not, meets every condition given. An unknown price or context window meets no bound. */
export const createModelMatcher = (
  filter: Partial<ModelFilter>,
): ((model: CatalogueModel, available: boolean) => boolean) => {
  const given = Object.entries(CONDITIONS).flatMap(([key, condition]) => {
    const wanted = filter[key as keyof ModelFilter];
    // One key's condition and one key's value always fit; the compiler cannot follow the two through a union of keys.
    return wanted === null || wanted === undefined ? [] : [[condition as Condition, wanted] as const];
  });
  return (model, available) => given.every(([condition, wanted]) => condition(model, wanted, available));
};

const SORT_KEYS: Readonly<Record<ModelOrderField, (model: CatalogueModel) => string | number | null>> = {
  name: ({ config }) => config.name,
  provider: ({ config }) => config.provider,
  'release-date': ({ config }) => config.releaseDate,
  'context-window': ({ config }) => config.limits.contextWindow,
  'input-price': ({ config }) => config.pricing?.inputPerMillion ?? null,
  'output-price': ({ config }) => config.pricing?.outputPerMillion ?? null,
};

/** Stable: equal models keep catalogue order. Models without a value come last in either direction. */
export const orderModels = (
  models: readonly CatalogueModel[],
  order: ModelOrder,
): readonly CatalogueModel[] => {
  const keyOf = SORT_KEYS[order.field];
  const sign = order.direction === 'asc' ? 1 : -1;
  return models.toSorted((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (left === right) return 0;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -sign : sign;
  });
};
