import { capabilitiesOf } from '../../core/capabilities.ts';
import type { CatalogueModel, CatalogueProvider } from '../../core/catalogue.ts';
import { RequestRejected } from '../../core/errors.ts';
import { completeConfig } from '../../core/complete-config.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { ProviderHealth } from '../../core/provider-health.ts';
import type { ModelFilter, ModelOrder } from '../../core/model-query.ts';
import type { Resolution } from '../../core/resolution.ts';
import type { TextProviderDescriptor } from '../../core/text-provider.ts';
import { MAX_MODEL_NAME_LENGTH, type ModelRegistry } from '../../registry/model-registry.ts';
import type { ProviderFactory } from '../../registry/provider-factory.ts';
import { createModelMatcher, orderModels } from './model-filter.ts';
import { parameterConstraintsOf } from './parameter-constraints.ts';
import type { ProviderHealthService } from '../providers/provider-health.ts';

const toGoneProvider = (name: string): CatalogueProvider => ({
  name,
  displayName: name,
  credentialVariable: null,
  documentationUrl: null,
  configured: false,
  capabilities: capabilitiesOf([]),
});

/** What can be asked for: models and providers, filtered, ordered, resolved. Reads memory only. */
export class CatalogueService {
  readonly #registry: ModelRegistry;
  readonly #descriptors: readonly TextProviderDescriptor[];
  readonly #factory: ProviderFactory;
  readonly #health: ProviderHealthService;
  #models: ReadonlyMap<string, CatalogueModel> = new Map();
  #providers: ReadonlyMap<string, CatalogueProvider> = new Map();

  constructor(
    registry: ModelRegistry,
    descriptors: readonly TextProviderDescriptor[],
    factory: ProviderFactory,
    health: ProviderHealthService,
  ) {
    this.#registry = registry;
    this.#descriptors = descriptors;
    this.#factory = factory;
    this.#health = health;
    this.refresh();
  }

  /** The present UTC day, YYYY-MM-DD: prices and shutdown dates go by it. */
  today(): string {
    return this.#registry.today();
  }

  /** Works everything out anew; to be called when the registry has taken more models. */
  refresh(): void {
    const registry = this.#registry;
    this.#models = new Map(
      registry
        .models()
        .map((config) => [
          config.name,
          { config, aliases: registry.aliasesOf(config.name), parameters: parameterConstraintsOf(config) },
        ]),
    );
    this.#providers = new Map(
      this.#descriptors.map(({ name, displayName, credentialVariable, documentationUrl }) => [
        name,
        {
          name,
          displayName,
          credentialVariable,
          documentationUrl,
          configured: this.#factory.isConfigured(name),
          capabilities: capabilitiesOf(registry.models(name)),
        },
      ]),
    );
  }

  /**
   * Models that meet every condition, in catalogue order unless one is asked for. Throws `INVALID_REQUEST` for conditions that
   * are too long: each is held against every model.
   */
  models(filter: Partial<ModelFilter>, order: ModelOrder | null): readonly CatalogueModel[] {
    const available = new Map([...this.#providers.keys()].map((name) => [name, this.isAvailable(name)]));
    const matches = createModelMatcher(filter);
    const found = [...this.#models.values()].filter((model) =>
      matches(model, available.get(model.config.provider) ?? false),
    );
    return order === null ? found : orderModels(found, order);
  }

  /** By name, alias or upstream id. Throws `INVALID_REQUEST` for a name that is too long for any. */
  findModel(name: string): CatalogueModel | undefined {
    if (name.length > MAX_MODEL_NAME_LENGTH)
      throw new RequestRejected([this.#registry.unknownModel(name, ['name'])]);
    const resolution = this.#registry.findResolution(name, { reasoning: false });
    return resolution === undefined ? undefined : this.#models.get(resolution.config.name);
  }

  /** The model of a config; one that has left the catalogue since the config was stored is what the config says. */
  getModelOf(config: ModelConfig): CatalogueModel {
    const known = this.#models.get(config.name);
    if (known !== undefined) return known;
    const complete = completeConfig(config, undefined);
    return { config: complete, aliases: [], parameters: parameterConstraintsOf(complete) };
  }

  /** Throws `MODEL_NOT_FOUND` with the nearest names. */
  resolve(name: string, reasoning: boolean): Resolution {
    return this.#registry.resolve(name, { reasoning });
  }

  /** Sorted by name. */
  providers(): readonly CatalogueProvider[] {
    return [...this.#providers.values()];
  }

  /** The provider of a model; of one that this server no longer has only the name is known. */
  getProvider(name: string): CatalogueProvider {
    return this.#providers.get(name) ?? toGoneProvider(name);
  }

  findProvider(name: string): CatalogueProvider | undefined {
    return name.length > MAX_MODEL_NAME_LENGTH ? undefined : this.#providers.get(name.trim().toLowerCase());
  }

  /** How a provider has been doing, as this server has seen it. */
  healthOf(provider: string): ProviderHealth {
    return this.#health.healthOf(provider);
  }

  /** Configured and not known to be down. */
  isAvailable(provider: string): boolean {
    return this.getProvider(provider).configured && this.#health.isAvailable(provider);
  }
}
