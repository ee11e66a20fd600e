import { createProblem, ModelgraphError, type Problem, RequestRejected } from '../core/errors.ts';
import { canReason, type ModelConfig } from '../core/model-config.ts';
import type { Resolution, ResolutionStep } from '../core/resolution.ts';
import type { TextProviderDescriptor } from '../core/text-provider.ts';
import { createToday, type Today } from '../core/utc-day.ts';
import { nearest } from '../lib/nearest.ts';
import { shorten } from '../lib/shorten.ts';
import { type Catalogue, findCatalogueProblems } from './validate-catalogue.ts';

/** Longer than any name of a model: what is longer is compared with none. */
export const MAX_MODEL_NAME_LENGTH = 200;

/** Characters of a name that are quoted: enough to be recognised. */
const MAX_QUOTED = 80;

const normalise = (name: string): string => name.trim().toLowerCase();

/** One catalogue, ready to be looked up. */
interface Index {
  readonly models: ReadonlyMap<string, ModelConfig>;
  readonly aliases: ReadonlyMap<string, string>;
  readonly byApiModel: ReadonlyMap<string, ModelConfig>;
  readonly aliasesOf: ReadonlyMap<string, readonly string[]>;
}

const createIndex = (catalogue: Catalogue): Index => {
  const models = new Map(catalogue.models.map((config) => [config.name, config]));
  const aliases = new Map(
    Object.entries(catalogue.aliases).map(([from, to]) => [normalise(from), normalise(to)]),
  );
  const aliasesOf = new Map<string, string[]>();
  for (const alias of aliases.keys()) {
    let at = alias;
    while (!models.has(at)) at = aliases.get(at) ?? alias;
    aliasesOf.set(at, [...(aliasesOf.get(at) ?? []), alias]);
  }
  return {
    models,
    aliases,
    byApiModel: new Map(catalogue.models.toReversed().map((config) => [normalise(config.apiModel), config])),
    aliasesOf,
  };
};

/** Throws one error that names every problem of the catalogue. */
const assertServable = (catalogue: Catalogue, providers: readonly TextProviderDescriptor[]): void => {
  const problems = findCatalogueProblems(catalogue, providers);
  if (problems.length === 0) return;
  const list = problems.map((problem) => `- ${problem}`).join('\n');
  throw new ModelgraphError('INTERNAL', `The model catalogue cannot be served:\n${list}`);
};

/**
 * The models that can be asked for, by name, alias or upstream id.
 * Names are trimmed and case-insensitive; an unknown one is an error, never another model in silence.
 * A catalogue is never changed, only replaced by a larger one that has passed the same checks: what was there stays.
 */
export class ModelRegistry {
  /** The present UTC day, YYYY-MM-DD: prices and shutdown dates go by it. */
  readonly today: Today;
  readonly #providers: readonly TextProviderDescriptor[];
  #catalogue: Catalogue;
  #index: Index;

  /** Throws one error that names every problem of the catalogue. */
  constructor(
    catalogue: Catalogue,
    providers: readonly TextProviderDescriptor[],
    now: () => number = Date.now,
  ) {
    assertServable(catalogue, providers);
    this.today = createToday(now);
    this.#providers = providers;
    this.#catalogue = catalogue;
    this.#index = createIndex(catalogue);
  }

  /**
   * Takes models that were found after the start, and aliases for them. Those whose names are in use already are left
   * out, as is an alias that leads to no model yet. Gives the models taken. Throws as the constructor does, and then
   * has taken nothing.
   */
  add({ models, aliases }: Pick<Catalogue, 'models' | 'aliases'>): readonly ModelConfig[] {
    const taken = models.filter(({ name }) => !this.#isInUse(name));
    const all = [...this.#catalogue.models, ...taken];
    const names = new Set(all.map(({ name }) => name));
    const led = Object.entries(aliases).filter(([alias, to]) => !this.#isInUse(alias) && names.has(to));
    if (taken.length === 0 && led.length === 0) return [];
    const catalogue = {
      ...this.#catalogue,
      models: all,
      aliases: { ...this.#catalogue.aliases, ...Object.fromEntries(led) },
    };
    assertServable(catalogue, this.#providers);
    this.#catalogue = catalogue;
    this.#index = createIndex(catalogue);
    return taken;
  }

  /** The model a name leads to, with every step and its reason; undefined for an unknown name. */
  findResolution(requested: string, options: { readonly reasoning: boolean }): Resolution | undefined {
    if (requested.length > MAX_MODEL_NAME_LENGTH) return undefined;
    const steps: ResolutionStep[] = [];
    let name = normalise(requested);
    for (
      let target = this.#index.aliases.get(name);
      target !== undefined;
      target = this.#index.aliases.get(name)
    ) {
      steps.push({ from: name, to: target, reason: 'alias' });
      name = target;
    }
    let config = this.#index.models.get(name);
    if (config === undefined) {
      config = this.#index.byApiModel.get(name);
      if (config === undefined) return undefined;
      steps.push({ from: name, to: config.name, reason: 'api-model' });
    } else if (steps.length === 0) {
      steps.push({ from: requested, to: config.name, reason: 'exact' });
    }
    if (options.reasoning && config.reasoning.type === 'counterpart') {
      const counterpart = this.#index.models.get(config.reasoning.model);
      if (counterpart !== undefined) {
        steps.push({ from: config.name, to: counterpart.name, reason: 'reasoning-counterpart' });
        config = counterpart;
      }
    }
    return { requested, config, steps, reasoning: options.reasoning && canReason(config) };
  }

  /** As `findResolution`; throws what `unknownModel` gives. */
  resolve(requested: string, options: { readonly reasoning: boolean }): Resolution {
    const resolution = this.findResolution(requested, options);
    if (resolution === undefined) throw new RequestRejected([this.unknownModel(requested, ['name'])]);
    return resolution;
  }

  /** The problem of a request for a model that there is not: the nearest names, or that the name is too long for any. */
  unknownModel(requested: string, path: readonly string[]): Problem {
    if (requested.length > MAX_MODEL_NAME_LENGTH) {
      const most = `at most ${MAX_MODEL_NAME_LENGTH} characters`;
      const message = `The name of a model has ${most}; "${shorten(requested, MAX_QUOTED)}" has ${requested.length}.`;
      return createProblem('INVALID_REQUEST', path, message, { allowed: [most] });
    }
    const names = this.nearestNames(requested);
    const message = `There is no model "${shorten(requested.trim(), MAX_QUOTED)}". The nearest names are: ${names.join(', ')}.`;
    const suggestion = 'Use one of the nearest names, or list what there is with the query "models".';
    return createProblem('MODEL_NOT_FOUND', path, message, { allowed: names, suggestion });
  }

  /** The config a name, alias or upstream id leads to; with reasoning, possibly its counterpart's. Throws like `resolve`. */
  getModelConfig(name: string, options: { readonly reasoning: boolean } = { reasoning: false }): ModelConfig {
    return this.resolve(name, options).config;
  }

  /** By catalogue key only: no aliases, no upstream ids. */
  findModel(name: string): ModelConfig | undefined {
    return this.#index.models.get(name);
  }

  /** Aliases that lead to a model, directly or through others. */
  aliasesOf(name: string): readonly string[] {
    return this.#index.aliasesOf.get(name) ?? [];
  }

  /** Model names in catalogue order, of one provider or of all. */
  listModels(provider?: string): readonly string[] {
    return this.models(provider).map((config) => config.name);
  }

  /** Names of the providers that have models, sorted. */
  listProviders(): readonly string[] {
    return [...new Set(this.models().map((config) => config.provider))].sort();
  }

  /** Configs in catalogue order, of one provider or of all. */
  models(provider?: string): readonly ModelConfig[] {
    const all = [...this.#index.models.values()];
    return provider === undefined ? all : all.filter((config) => config.provider === provider);
  }

  #isInUse(name: string): boolean {
    return this.#index.models.has(name) || this.#index.aliases.has(name);
  }

  nearestNames(name: string): readonly string[] {
    return nearest(normalise(name), [...this.#index.models.keys(), ...this.#index.aliases.keys()], 3);
  }
}
