import { createProblem, ModelgraphError, type Problem, RequestRejected } from '../core/errors.ts';
import type { ModelConfig } from '../core/model-config.ts';
import { findEndOf, statusOn } from '../core/model-status.ts';
import type { Resolution } from '../core/resolution.ts';
import type { TextProviderDescriptor } from '../core/text-provider.ts';
import { createToday, type Today } from '../core/utc-day.ts';
import { nearest } from '../lib/nearest.ts';
import { shorten } from '../lib/shorten.ts';
import { type CatalogueChanges, findChanges } from './catalogue-changes.ts';
import { baseLayers, type CatalogueLayers, type MergedCatalogue, normaliseName } from './catalogue-layers.ts';
import {
  type CatalogueSnapshot,
  createSnapshot,
  DEFAULT_ALIAS,
  findSuccessor,
} from './catalogue-snapshot.ts';
import { type DefaultOptions, findDefaultTarget } from './default-model.ts';
import { isRetired } from './merge-feeds.ts';
import { mergeLayers } from './merge-layers.ts';
import { type ResolutionContext, resolveName, toVendorWords } from './resolve-name.ts';
import { type Catalogue, findCatalogueProblems } from './validate-catalogue.ts';

/** Longer than any name of a model: what is longer is compared with none. */
export const MAX_MODEL_NAME_LENGTH = 200;

/** Characters of a name that are quoted: enough to be recognised. */
const MAX_QUOTED = 80;

/** The operator's choices on names. */
export interface RegistryOptions extends DefaultOptions {
  readonly allowsUnknown: boolean;
  /** Whether a provider has what it needs to be called. */
  readonly isConfigured: (provider: string) => boolean;
  /** Whether sources are asked for more models later, so that a name may be one of theirs. */
  readonly isRefreshed: boolean;
}

const PLAIN: RegistryOptions = {
  defaultModel: null,
  ownProviders: [],
  allowsUnknown: false,
  isConfigured: () => false,
  isRefreshed: false,
};

export type LayerChange = Partial<Omit<CatalogueLayers, 'base'>>;

/** A catalogue that cannot be served, with every reason. */
export class CatalogueRefused extends ModelgraphError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const list = problems.map((problem) => `- ${problem}`).join('\n');
    super('INTERNAL', `The model catalogue cannot be served:\n${list}`);
    this.name = 'CatalogueRefused';
    this.problems = problems;
  }
}

const assertNone = (problems: readonly string[]): void => {
  if (problems.length > 0) throw new CatalogueRefused(problems);
};

/**
 * The models that can be asked for, by name, alias or upstream id.
 * Names are trimmed and case-insensitive; an unknown one is an error, never another model in silence.
 * A catalogue is never changed, only replaced as a whole by one that has passed the same checks; what runs keeps the
 * config it began with.
 */
export class ModelRegistry {
  /** The present UTC day, YYYY-MM-DD: prices and shutdown dates go by it. */
  readonly today: Today;
  readonly #providers: readonly TextProviderDescriptor[];
  readonly #options: RegistryOptions;
  readonly #context: ResolutionContext;
  #layers: CatalogueLayers;
  #merged: MergedCatalogue;
  #snapshot: CatalogueSnapshot;

  /** Throws one error that names every problem of the catalogue. */
  constructor(
    catalogue: Catalogue,
    providers: readonly TextProviderDescriptor[],
    now: () => number = Date.now,
    options: Partial<RegistryOptions> = {},
  ) {
    this.today = createToday(now);
    this.#providers = providers;
    this.#options = { ...PLAIN, ...options };
    this.#context = {
      vendors: toVendorWords(providers),
      namings: new Map(
        providers.flatMap(({ name, naming }) => (naming === undefined ? [] : [[name, naming]])),
      ),
      isConfigured: this.#options.isConfigured,
      allowsUnknown: this.#options.allowsUnknown,
    };
    assertNone(findCatalogueProblems(catalogue, providers));
    this.#layers = baseLayers(catalogue);
    this.#merged = this.#merge(this.#layers);
    this.#snapshot = this.#createSnapshot(this.#merged);
  }

  /** Whether sources are asked for more models later, so that a name may be one of theirs. */
  get isRefreshed(): boolean {
    return this.#options.isRefreshed;
  }

  /** What the catalogue is made of. */
  get layers(): CatalogueLayers {
    return this.#layers;
  }

  /** The catalogue as it is now. A new object as soon as anything differs, the first look-up of a day included. */
  snapshot(): CatalogueSnapshot {
    if (this.#snapshot.day !== this.today()) this.#snapshot = this.#createSnapshot(this.#merged);
    return this.#snapshot;
  }

  /**
   * Puts layers in the place of those of the same name and gives what differs. Throws `CatalogueRefused`, which names every
   * problem, and then has taken nothing. `inspect` may find more that speaks against it.
   */
  update(
    change: LayerChange,
    inspect?: (before: Catalogue, after: Catalogue) => readonly string[],
  ): CatalogueChanges {
    const before = this.snapshot();
    const layers = { ...this.#layers, ...change };
    const merged = this.#merge(layers);
    assertNone(inspect?.(this.#merged, merged) ?? []);
    const after = this.#createSnapshot(merged);
    this.#layers = layers;
    this.#merged = merged;
    this.#snapshot = after;
    return findChanges(before, after);
  }

  /**
   * Takes models that were found after the start, and aliases for them. Those whose names are in use already are left
   * out, as is an alias that leads to no model yet. Gives the models taken. Throws as the constructor does, and then
   * has taken nothing.
   */
  add({ models, aliases }: Pick<Catalogue, 'models' | 'aliases'>): readonly ModelConfig[] {
    const known = new Set(this.#merged.models);
    const { discovered } = this.#layers;
    const names = new Set(discovered.models.map(({ name }) => name));
    const all = { ...discovered.aliases, ...aliases };
    const taken = models.filter(({ name }) => !names.has(name));
    if (taken.length === 0 && Object.keys(all).length === Object.keys(discovered.aliases).length) return [];
    this.update({ discovered: { models: [...discovered.models, ...taken], aliases: all } });
    const added = new Set(taken);
    return this.#merged.models.filter((config) => !known.has(config) && added.has(config));
  }

  /** Every reason for which `update` would refuse; empty: it would not. */
  findProblems(change: LayerChange): readonly string[] {
    return this.#tryToMerge({ ...this.#layers, ...change }).problems;
  }

  /** Why the operator's choice of the default model is none; empty: it is, or may be one yet. */
  findDefaultProblems(): readonly string[] {
    const { defaultModel, isRefreshed } = this.#options;
    if (defaultModel === null || isRefreshed || this.#isFound(defaultModel)) return [];
    const near = this.nearestNames(defaultModel);
    const advice = near.length === 0 ? '' : `; the nearest names are ${near.join(', ')}`;
    return [`MODELGRAPH_DEFAULT_MODEL: there is no model "${defaultModel}" that could be asked for${advice}`];
  }

  /** What an operator should know of the catalogue as it is now. */
  notes(): readonly string[] {
    const { notes } = this.snapshot();
    const { unmatched, places } = this.#merged;
    const { defaultModel } = this.#options;
    return [
      ...unmatched.map((name) => `${places.get(name) ?? `"${name}"`}: names a model that there is not yet`),
      ...(defaultModel !== null && !this.#isFound(defaultModel)
        ? [`MODELGRAPH_DEFAULT_MODEL: there is no model "${defaultModel}" that could be asked for`]
        : []),
      ...notes,
    ];
  }

  /** The model a name leads to, with every step and its reason; undefined for an unknown name. A retired model is found. */
  findResolution(requested: string, options: { readonly reasoning: boolean }): Resolution | undefined {
    if (requested.length > MAX_MODEL_NAME_LENGTH) return undefined;
    return resolveName(requested, options, this.snapshot(), this.#context);
  }

  /** As `findResolution`; throws what `unknownModel` gives, or `findRetirement`. */
  resolve(requested: string, options: { readonly reasoning: boolean }): Resolution {
    const resolution = this.findResolution(requested, options);
    if (resolution === undefined) throw new RequestRejected([this.unknownModel(requested, ['name'])]);
    const retired = this.findRetirement(resolution.config, ['name']);
    if (retired !== undefined) throw new RequestRejected([retired]);
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
    const near = names.length === 0 ? '' : ` The nearest names are: ${names.join(', ')}.`;
    const message = `There is no model "${shorten(requested.trim(), MAX_QUOTED)}".${near}`;
    const suggestion = `${names.length === 0 ? 'List' : 'Use one of the nearest names, or list'} what there is with the query "models".`;
    return createProblem('MODEL_NOT_FOUND', path, message, { allowed: names, suggestion });
  }

  /** The problem of a request for a model that its provider has shut down; undefined for any other model. */
  findRetirement(config: ModelConfig, path: readonly string[]): Problem | undefined {
    const { day, models } = this.snapshot();
    const status = statusOn(config.status, day);
    if (status.type !== 'retired') return undefined;
    const successor = findSuccessor(config, models, day);
    const replacement = successor === config ? null : successor.name;
    const message = findEndOf(config.name, { ...status, replacement }, day);
    return createProblem('MODEL_NOT_FOUND', path, message ?? `The model "${config.name}" is retired.`, {
      allowed: replacement === null ? [] : [replacement],
      suggestion:
        replacement === null ? 'List what there is with the query "models".' : `Use "${replacement}".`,
    });
  }

  /** The config a name, alias or upstream id leads to; with reasoning, possibly its counterpart's. Throws like `resolve`. */
  getModelConfig(name: string, options: { readonly reasoning: boolean } = { reasoning: false }): ModelConfig {
    return this.resolve(name, options).config;
  }

  /** By catalogue key only: no aliases, no upstream ids. */
  findModel(name: string): ModelConfig | undefined {
    return this.snapshot().models.get(name);
  }

  /** Whether a model is retired by now. */
  isRetired(config: ModelConfig): boolean {
    return isRetired(config, this.today());
  }

  /** Aliases that lead to a model, directly or through others. */
  aliasesOf(name: string): readonly string[] {
    return this.snapshot().aliasesOf.get(name) ?? [];
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
    const all = [...this.snapshot().models.values()];
    return provider === undefined ? all : all.filter((config) => config.provider === provider);
  }

  /** The three nearest names of models that can be asked for, and aliases of such; fewer where no more are near. */
  nearestNames(requested: string): readonly string[] {
    const { models, aliasesOf, day } = this.snapshot();
    const names = [...models.values()].flatMap((config) =>
      isRetired(config, day) ? [] : [config.name, ...(aliasesOf.get(config.name) ?? [])],
    );
    const given = normaliseName(requested);
    const slash = given.indexOf('/');
    const isPrefixed = slash > 0 && this.#context.vendors.has(given.slice(0, slash));
    return nearest(isPrefixed ? given.slice(slash + 1) : given, names, 3);
  }

  #tryToMerge(layers: CatalogueLayers) {
    const { namings } = this.#context;
    const { isRefreshed } = this.#options;
    const { merged, problems } = mergeLayers(layers, { today: this.today(), namings, isRefreshed });
    return { merged, problems: [...problems, ...findCatalogueProblems(merged, this.#providers)] };
  }

  #merge(layers: CatalogueLayers): MergedCatalogue {
    const { merged, problems } = this.#tryToMerge(layers);
    assertNone(problems);
    return merged;
  }

  #createSnapshot(merged: MergedCatalogue): CatalogueSnapshot {
    const day = this.today();
    const snapshot = createSnapshot(merged, day);
    if (snapshot.aliases.has(DEFAULT_ALIAS) || snapshot.models.has(DEFAULT_ALIAS)) return snapshot;
    const target = findDefaultTarget(snapshot, this.#context, this.#options);
    return createSnapshot(merged, day, target);
  }

  #isFound(name: string): boolean {
    const resolution = this.findResolution(name, { reasoning: false });
    return resolution !== undefined && !this.isRetired(resolution.config);
  }
}
