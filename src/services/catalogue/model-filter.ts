import { effortsOf } from '../../core/capabilities.ts';
import type { CatalogueModel } from '../../core/catalogue.ts';
import { type RequestRejected, rejection } from '../../core/errors.ts';
import { canReason, MODEL_ORIGINS, type Pricing } from '../../core/model-config.ts';
import { statusOn } from '../../core/model-status.ts';
import { pricingOn } from '../../core/pricing-on.ts';
import type { ModelFilter, ModelOrder, ModelOrderField } from '../../core/model-query.ts';

type Given<K extends keyof ModelFilter> = NonNullable<ModelFilter[K]>;
/** What changes while a model stays as it is. */
interface Present {
  readonly available: boolean;
  /** YYYY-MM-DD. */
  readonly day: string;
}

/** Whether a model meets what is wanted. */
type Matches = (model: CatalogueModel, present: Present) => boolean;
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

/** The prices in force on a day. */
const pricesOf = ({ config: { pricing } }: CatalogueModel, day: string): Pricing | null =>
  pricing === null ? null : pricingOn(pricing, day);

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
  available:
    (wanted) =>
    (_, { available }) =>
      available === wanted,
  status: (wanted) => {
    const statuses = new Set(wanted);
    return ({ config }, { day }) => statuses.has(statusOn(config.status, day).type);
  },
  origin: (wanted) => {
    const origins = new Set(wanted);
    return ({ config }) => origins.has(config.origin ?? 'built-in');
  },
  inputModalities: (wanted) => {
    const modalities = new Set(wanted);
    return ({ config }) => includesAll(config.inputModalities, modalities);
  },
  outputModalities: (wanted) => {
    const modalities = new Set(wanted);
    return ({ config }) => includesAll(config.outputModalities, modalities);
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
    (model, { day }) =>
      (pricesOf(model, day)?.inputPerMillion ?? Number.POSITIVE_INFINITY) <= wanted,
  maxOutputPricePerMillion:
    (wanted) =>
    (model, { day }) =>
      (pricesOf(model, day)?.outputPerMillion ?? Number.POSITIVE_INFINITY) <= wanted,
};

/**
 * Whether a model meets every condition given, as things are. An unknown price or context window meets no bound. Throws
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
  return (model, present) => given.every((matches) => matches(model, present));
};

/** Stages of life in their order. */
const STATUSES = ['active', 'preview', 'deprecated', 'retired'];

const SORT_KEYS: Readonly<
  Record<ModelOrderField, (model: CatalogueModel, day: string) => string | number | null>
> = {
  name: ({ config }) => config.name,
  provider: ({ config }) => config.provider,
  'release-date': ({ config }) => config.releaseDate,
  'context-window': ({ config }) => config.limits.contextWindow,
  'input-price': (model, day) => pricesOf(model, day)?.inputPerMillion ?? null,
  'output-price': (model, day) => pricesOf(model, day)?.outputPerMillion ?? null,
  status: ({ config }, day) => STATUSES.indexOf(statusOn(config.status, day).type),
  origin: ({ config }) => MODEL_ORIGINS.indexOf(config.origin ?? 'built-in'),
  'batch-discount': ({ config: { batch } }) => (batch.type === 'native' ? batch.discountPercent : null),
};

/**
 * Stable: equal models keep catalogue order. Models without a value come last in either direction. Prices and statuses are
 * those of a UTC day, YYYY-MM-DD.
 */
export const orderModels = (
  models: readonly CatalogueModel[],
  order: ModelOrder,
  day: string,
): readonly CatalogueModel[] => {
  const keyOf = SORT_KEYS[order.field];
  const sign = order.direction === 'asc' ? 1 : -1;
  return models.toSorted((a, b) => {
    const [left, right] = [keyOf(a, day), keyOf(b, day)];
    if (left === right) return 0;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -sign : sign;
  });
};
