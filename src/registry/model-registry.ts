import { ModelgraphError, type Problem, RequestRejected } from '../core/errors.ts';
import { canReason, type ModelConfig } from '../core/model-config.ts';
import type { Resolution, ResolutionStep } from '../core/resolution.ts';
import type { TextProviderDescriptor } from '../core/text-provider.ts';
import { nearest } from '../lib/nearest.ts';
import { type Catalogue, findCatalogueProblems } from './validate-catalogue.ts';

const normalise = (name: string): string => name.trim().toLowerCase();

/**
 * The models that can be asked for, by name, alias or upstream id. Immutable.
 * Names are trimmed and case-insensitive; an unknown one is an error, never another model in silence.
 */
export class ModelRegistry {
  readonly #models: ReadonlyMap<string, ModelConfig>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #byApiModel: ReadonlyMap<string, ModelConfig>;
  readonly #aliasesOf = new Map<string, string[]>();

  /** Throws one error that names every problem of the catalogue. */
  constructor(catalogue: Catalogue, providers: readonly TextProviderDescriptor[]) {
    const problems = findCatalogueProblems(catalogue, providers);
    if (problems.length > 0) {
      const list = problems.map((problem) => `- ${problem}`).join('\n');
      throw new ModelgraphError('INTERNAL', `The model catalogue cannot be served:\n${list}`);
    }
    this.#models = new Map(catalogue.models.map((config) => [config.name, config]));
    this.#aliases = new Map(
      Object.entries(catalogue.aliases).map(([from, to]) => [normalise(from), normalise(to)]),
    );
    this.#byApiModel = new Map(
      catalogue.models.toReversed().map((config) => [normalise(config.apiModel), config]),
    );
    for (const alias of this.#aliases.keys()) {
      let at = alias;
      while (!this.#models.has(at)) at = this.#aliases.get(at) ?? alias;
      this.#aliasesOf.set(at, [...(this.#aliasesOf.get(at) ?? []), alias]);
    }
  }

  /** The model a name leads to, with every step and its reason; undefined for an unknown name. */
  findResolution(requested: string, options: { readonly reasoning: boolean }): Resolution | undefined {
    const steps: ResolutionStep[] = [];
    let name = normalise(requested);
    for (let target = this.#aliases.get(name); target !== undefined; target = this.#aliases.get(name)) {
      steps.push({ from: name, to: target, reason: 'alias' });
      name = target;
    }
    let config = this.#models.get(name);
    if (config === undefined) {
      config = this.#byApiModel.get(name);
      if (config === undefined) return undefined;
      steps.push({ from: name, to: config.name, reason: 'api-model' });
    } else if (steps.length === 0) {
      steps.push({ from: requested, to: config.name, reason: 'exact' });
    }
    if (options.reasoning && config.reasoning.type === 'counterpart') {
      const counterpart = this.#models.get(config.reasoning.model);
      if (counterpart !== undefined) {
        steps.push({ from: config.name, to: counterpart.name, reason: 'reasoning-counterpart' });
        config = counterpart;
      }
    }
    return { requested, config, steps, reasoning: options.reasoning && canReason(config) };
  }

  /** As `findResolution`; throws `MODEL_NOT_FOUND` with the three nearest names. */
  resolve(requested: string, options: { readonly reasoning: boolean }): Resolution {
    const resolution = this.findResolution(requested, options);
    if (resolution === undefined) throw new RequestRejected([this.unknownModel(requested, ['name'])]);
    return resolution;
  }

  /** What to tell whoever asked for a model that there is not. */
  unknownModel(requested: string, path: readonly string[]): Problem {
    const names = this.nearestNames(requested);
    return {
      code: 'MODEL_NOT_FOUND',
      message: `There is no model "${requested.trim()}". The nearest names are: ${names.join(', ')}.`,
      path,
      allowed: names,
      suggestion: 'Use one of the nearest names, or list what there is with the query "models".',
    };
  }

  /** The config a name, alias or upstream id leads to; with reasoning, possibly its counterpart's. Throws like `resolve`. */
  getModelConfig(name: string, options: { readonly reasoning: boolean } = { reasoning: false }): ModelConfig {
    return this.resolve(name, options).config;
  }

  /** By catalogue key only: no aliases, no upstream ids. */
  findModel(name: string): ModelConfig | undefined {
    return this.#models.get(name);
  }

  /** Aliases that lead to a model, directly or through others. */
  aliasesOf(name: string): readonly string[] {
    return this.#aliasesOf.get(name) ?? [];
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
    const all = [...this.#models.values()];
    return provider === undefined ? all : all.filter((config) => config.provider === provider);
  }

  nearestNames(name: string): readonly string[] {
    return nearest(normalise(name), [...this.#models.keys(), ...this.#aliases.keys()], 3);
  }
}
