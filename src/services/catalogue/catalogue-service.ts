import { capabilitiesOf } from '../../core/capabilities.ts';
import {
  type CatalogueModel,
  type CatalogueProvider,
  type CatalogueState,
  UNREFRESHED,
} from '../../core/catalogue.ts';
import { RequestRejected } from '../../core/errors.ts';
import { completeConfig } from '../../core/complete-config.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { ProviderHealth } from '../../core/provider-health.ts';
import type { ModelFilter, ModelOrder } from '../../core/model-query.ts';
import type { AccessRules } from '../../core/principal.ts';
import type { Resolution } from '../../core/resolution.ts';
import { NO_PROVIDER_KEYS, type ProviderKeys } from '../../core/provider-keys.ts';
import type { ServerKeyHealth } from '../../core/server-key.ts';
import type { TextProviderDescriptor } from '../../core/text-provider.ts';
import type { CatalogueSnapshot } from '../../registry/catalogue-snapshot.ts';
import { MAX_MODEL_NAME_LENGTH, type ModelRegistry } from '../../registry/model-registry.ts';
import type { ProviderFactory } from '../../registry/provider-factory.ts';
import { mayUse } from '../principals/model-access.ts';
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

/** What follows from one snapshot of the catalogue, computed once. */
interface View {
  readonly snapshot: CatalogueSnapshot;
  readonly models: ReadonlyMap<string, CatalogueModel>;
  readonly providers: ReadonlyMap<string, CatalogueProvider>;
  /** Answers of `models` by what was asked, the most recent last. */
  readonly answers: Map<string, readonly CatalogueModel[]>;
}

/** What is asked of the models. */
interface ModelsQuery {
  readonly filter: Partial<ModelFilter>;
  readonly order: ModelOrder | null;
  /** Providers that can be asked now. */
  readonly available: ReadonlySet<string>;
  readonly access: Pick<AccessRules, 'models'>;
}

/** As many answers as are kept for clients that ask the same again. */
const MOST_ANSWERS = 64;

/** Questions of more characters than this are not kept. */
const LONGEST_QUESTION = 1_000;

/** What can be asked for: models and providers, filtered, ordered, resolved. Reads memory only. */
export class CatalogueService {
  readonly #registry: ModelRegistry;
  readonly #descriptors: readonly TextProviderDescriptor[];
  readonly #factory: ProviderFactory;
  readonly #health: ProviderHealthService;
  readonly #state: () => CatalogueState;
  #view: View;

  constructor(
    registry: ModelRegistry,
    descriptors: readonly TextProviderDescriptor[],
    factory: ProviderFactory,
    health: ProviderHealthService,
    state: () => CatalogueState = () => UNREFRESHED,
  ) {
    this.#registry = registry;
    this.#descriptors = descriptors;
    this.#factory = factory;
    this.#health = health;
    this.#state = state;
    this.#view = this.#createView(registry.snapshot());
  }

  /** The present UTC day, YYYY-MM-DD: prices and shutdown dates go by it. */
  today(): string {
    return this.#registry.today();
  }

  /** How the catalogue has come about. */
  state(): CatalogueState & { readonly modelCount: number } {
    const state = this.#state();
    const problems = [...state.problems, ...this.#registry.notes()];
    return { ...state, problems, modelCount: this.#present().models.size };
  }

  /**
   * Models that meet every condition, in catalogue order unless one is asked for. Those that are retired are left out
   * unless a status is asked for. Throws `INVALID_REQUEST` for conditions that are too long: each is held against every model.
   */
  models(
    filter: Partial<ModelFilter>,
    order: ModelOrder | null,
    access: Pick<AccessRules, 'models'>,
    keys: ProviderKeys = NO_PROVIDER_KEYS,
  ): readonly CatalogueModel[] {
    const view = this.#present();
    const names = [...view.providers.keys()];
    const available = new Set(names.filter((name) => this.isProviderAvailable(name, keys)));
    const key = JSON.stringify([filter, order, [...available], access.models]);
    const known = view.answers.get(key);
    const found = known ?? this.#findModels(view, { filter, order, available, access });
    if (key.length > LONGEST_QUESTION) return found;
    view.answers.delete(key);
    view.answers.set(key, found);
    const [oldest] = view.answers.keys();
    if (view.answers.size > MOST_ANSWERS && oldest !== undefined) view.answers.delete(oldest);
    return found;
  }

  /** By name, alias or upstream id. Throws `INVALID_REQUEST` for a name that is too long for any. */
  findModel(name: string): CatalogueModel | undefined {
    if (name.length > MAX_MODEL_NAME_LENGTH)
      throw new RequestRejected([this.#registry.unknownModel(name, ['name'])]);
    const resolution = this.#registry.findResolution(name, { reasoning: false });
    return resolution === undefined ? undefined : this.#present().models.get(resolution.config.name);
  }

  /** The model of a config; one that has left the catalogue since the config was stored is what the config says. */
  getModelOf(config: ModelConfig): CatalogueModel {
    const known = config.origin === 'unknown' ? undefined : this.#present().models.get(config.name);
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
    return [...this.#present().providers.values()];
  }

  /** The provider of a model; of one that this server no longer has only the name is known. */
  getProvider(name: string): CatalogueProvider {
    return this.#present().providers.get(name) ?? toGoneProvider(name);
  }

  findProvider(name: string): CatalogueProvider | undefined {
    const found = name.length > MAX_MODEL_NAME_LENGTH ? '' : name.trim().toLowerCase();
    return this.#present().providers.get(found);
  }

  /** How a provider has been doing, as this server has seen it. */
  healthOf(provider: string): ProviderHealth {
    return this.#health.healthOf(provider);
  }

  /** How each of the server's keys for a provider has been doing. */
  keysOf(provider: string): readonly ServerKeyHealth[] {
    return this.#descriptors.some(({ name }) => name === provider)
      ? this.#factory.keysOf(provider).health()
      : [];
  }

  /** Its provider is available to a caller with these keys, it is not retired, and the caller may use it. */
  isAvailable(
    config: ModelConfig,
    access: Pick<AccessRules, 'models'>,
    keys: ProviderKeys = NO_PROVIDER_KEYS,
  ): boolean {
    const isOffered = this.isProviderAvailable(config.provider, keys) && !this.#registry.isRetired(config);
    return isOffered && mayUse(access, config, this.#registry);
  }

  /** Configured and not known to be down; or the caller has a key of its own, of which this server knows nothing else. */
  isProviderAvailable(provider: string, keys: ProviderKeys = NO_PROVIDER_KEYS): boolean {
    if (keys.has(provider)) return true;
    if (keys.areRequired && this.#factory.forCaller(keys).lacksCallerKey(provider)) return false;
    return this.getProvider(provider).configured && this.#health.isAvailable(provider);
  }

  #findModels(view: View, { filter, order, available, access }: ModelsQuery): readonly CatalogueModel[] {
    const { day } = view.snapshot;
    const matches = createModelMatcher(filter);
    const wantsRetired = (filter.status ?? null) !== null;
    const found = [...view.models.values()].filter((model) => {
      const isRetired = this.#registry.isRetired(model.config);
      if (isRetired && !wantsRetired) return false;
      const isOffered = available.has(model.config.provider) && !isRetired;
      return matches(model, {
        available: isOffered && mayUse(access, model.config, this.#registry),
        day,
      });
    });
    return order === null ? found : orderModels(found, order, day);
  }

  /** What follows from the catalogue as it is now. */
  #present(): View {
    const snapshot = this.#registry.snapshot();
    if (snapshot !== this.#view.snapshot) this.#view = this.#createView(snapshot);
    return this.#view;
  }

  #createView(snapshot: CatalogueSnapshot): View {
    const configs = [...snapshot.models.values()];
    return {
      snapshot,
      models: new Map(
        configs.map((config) => [
          config.name,
          {
            config,
            aliases: snapshot.aliasesOf.get(config.name) ?? [],
            parameters: parameterConstraintsOf(config),
          },
        ]),
      ),
      providers: new Map(
        this.#descriptors.map(({ name, displayName, credentialVariable, documentationUrl }) => [
          name,
          {
            name,
            displayName,
            credentialVariable,
            documentationUrl,
            configured: this.#factory.isConfigured(name),
            capabilities: capabilitiesOf(
              configs.filter((config) => config.provider === name && !this.#registry.isRetired(config)),
            ),
          },
        ]),
      ),
      answers: new Map(),
    };
  }
}
