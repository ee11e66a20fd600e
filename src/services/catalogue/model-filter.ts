import { effortsOf } from '../../core/capabilities.ts';
import type { CatalogueModel } from '../../core/catalogue.ts';
import { type RequestRejected, rejection } from '../../core/errors.ts';
import { canReason } from '../../core/model-config.ts';
import type { ModelFilter, ModelOrder, ModelOrderField } from '../../core/model-query.ts';

type Given<K extends keyof ModelFilter> = NonNullable<ModelFilter[K]>;
/** Whether a model meets what is wanted. */
type Matches = (model: CatalogueModel, available: boolean) => boolean;
/** What is wanted is made ready once, and not for each model. */
type Conditions = { readonly [K in keyof ModelFilter]: (wanted: Given<K>) => Matches };

/** Longest search, longest name of a provider and most names of providers: no model has a longer one, nor so many. */
const MAX_SEARCH = 200;

const refuse = (field: keyof ModelFilter, what: string): RequestRejected =>
  rejection('INVALID_REQUEST', ['where', field], `${field} may have at most ${MAX_SEARCH} ${what}.`, {
    allowed: [`at most ${MAX_SEARCH} ${what}`],
  });

const toSearched = (search: string): string => {
  if (search.length > MAX_SEARCH) throw refuse('search', 'characters');
  return search.trim().toLowerCase();
};

const toProviders = (names: readonly string[]): ReadonlySet<string> => {
  if (names.length > MAX_SEARCH) throw refuse('providers', 'names');
  if (names.some(({ length }) => length > MAX_SEARCH)) throw refuse('providers', 'characters in a name');
  return new Set(names.map((name) => name.trim().toLowerCase()));
};

const includesAll = <T>(all: readonly T[], wanted: ReadonlySet<T>): boolean =>
  wanted.values().every((item) => all.includes(item));

const CONDITIONS: Conditions = {
  search: (wanted) => {
    const text = toSearched(wanted);
    return ({ config, aliases }) =>
      [config.name, config.displayName, ...aliases].some((name) => name.toLowerCase().includes(text));
  },
  providers: (wanted) => {
    const names = toProviders(wanted);
    return ({ config }) => names.has(config.provider);
  },
  available: (wanted) => (_, available) => available === wanted,
  status: (wanted) => {
    const statuses = new Set(wanted);
    return ({ config }) => statuses.has(config.status.type);
  },
  inputModalities: (wanted) => {
    const modalities = new Set(wanted);
    return ({ config }) => includesAll(config.inputModalities, modalities);
  },
  reasoning:
    (wanted) =>
    ({ config }) =>
      canReason(config) === wanted,
  reasoningEffort:
    (wanted) =>
    ({ config }) =>
      effortsOf(config).includes(wanted),
  functionCalling:
    (wanted) =>
    ({ config }) =>
      config.functionCalling === wanted,
  structuredOutput:
    (wanted) =>
    ({ config }) =>
      config.structuredOutput === wanted,
  streaming:
    (wanted) =>
    ({ config }) =>
      config.streaming === wanted,
  citations:
    (wanted) =>
    ({ config }) =>
      config.citations === wanted,
  builtInTools: (wanted) => {
    const tools = new Set(wanted);
    return ({ config }) => includesAll(config.builtInTools, tools);
  },
  batch:
    (wanted) =>
    ({ config }) =>
      (config.batch.type === 'native') === wanted,
  minContextWindow:
    (wanted) =>
    ({ config: { limits } }) =>
      limits.contextWindow !== null && limits.contextWindow >= wanted,
  maxInputPricePerMillion:
    (wanted) =>
    ({ config }) =>
      config.pricing !== null && config.pricing.inputPerMillion <= wanted,
  maxOutputPricePerMillion:
    (wanted) =>
    ({ config }) =>
      config.pricing !== null && config.pricing.outputPerMillion <= wanted,
};

/**
 * Whether a model, available or not, meets every condition given. An unknown price or context window meets no bound. Throws
 * `INVALID_REQUEST` for conditions that are too long.
 */
export const createModelMatcher = (filter: Partial<ModelFilter>): Matches => {
  const given = Object.entries(CONDITIONS).flatMap(([key, condition]) => {
    const wanted = filter[key as keyof ModelFilter];
    // One key's condition and one key's value always fit; the compiler cannot follow the two through a union of keys.
    return wanted === null || wanted === undefined
      ? []
      : [(condition as (wanted: unknown) => Matches)(wanted)];
  });
  return (model, available) => given.every((matches) => matches(model, available));
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
