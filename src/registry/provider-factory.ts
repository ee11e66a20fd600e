import { ModelgraphError } from '../core/errors.ts';
import type { ModelConfig } from '../core/model-config.ts';
import type {
  ConnectTextProvider,
  ProviderConnection,
  TextProvider,
  TextProviderDescriptor,
} from '../core/text-provider.ts';
import type { ProviderKeys } from '../core/provider-keys.ts';
import { type ServerKey, toServerKey, type WeightedKey } from '../core/server-key.ts';
import { ServerKeys } from './server-keys.ts';
import type { TextProviderRegistry } from './text-provider-registry.ts';

/** How each provider is reached; from the settings. */
export type ConnectionFor = (descriptor: TextProviderDescriptor) => ProviderConnection;

export interface ProviderFactoryOptions {
  /** Where the server has several keys for a provider: all of them, in order. */
  readonly keysFor?: (name: string) => readonly WeightedKey[] | null;
}

/** Gives the provider of a model with that model's config attached. SDKs are loaded on first use, once. */
export class ProviderFactory {
  readonly #registry: TextProviderRegistry;
  readonly #connectionFor: ConnectionFor;
  readonly #connected = new Map<string, Promise<ReturnType<ConnectTextProvider>>>();
  /** Kept for as long as a config is in use: what has left the catalogue, or was never in it, is not remembered. */
  readonly #providers = new WeakMap<ModelConfig, TextProvider>();
  readonly #callers = new WeakMap<ProviderKeys, CallerProviders>();
  readonly #keysFor: (name: string) => readonly WeightedKey[] | null;
  readonly #keys = new Map<string, ServerKeys>();
  /** Providers of the keys after the first, by the key's id. */
  readonly #keyed = new WeakMap<ModelConfig, Map<string, Promise<TextProvider>>>();

  constructor(
    registry: TextProviderRegistry,
    connectionFor: ConnectionFor,
    { keysFor = () => null }: ProviderFactoryOptions = {},
  ) {
    this.#keysFor = keysFor;
    this.#registry = registry;
    this.#connectionFor = connectionFor;
  }

  /** The providers as a caller reaches them who has brought these keys. */
  forCaller(keys: ProviderKeys): Providers {
    if (keys.isEmpty && !keys.areRequired) return this;
    const known = this.#callers.get(keys) ?? new CallerProviders(this, keys);
    this.#callers.set(keys, known);
    return known;
  }

  /** Whether the provider needs a key of the caller and has none. The server itself needs none of any. */
  lacksCallerKey(_name: string): boolean {
    return false;
  }

  needsKey(name: string): boolean {
    return this.#descriptor(name).credentialVariable !== null;
  }

  /** The environment variable without which the provider cannot be called; undefined when nothing is missing. */
  findMissingCredential(name: string): string | undefined {
    const descriptor = this.#descriptor(name);
    if (descriptor.credentialVariable === null || this.#connectionFor(descriptor).apiKey !== null)
      return undefined;
    return descriptor.credentialVariable;
  }

  isConfigured(name: string): boolean {
    return this.findMissingCredential(name) === undefined;
  }

  /** The server's keys for a provider; none where it has no credential. */
  keysOf(name: string): ServerKeys {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const { apiKey } = this.#connectionFor(this.#descriptor(name));
    const keys = this.#keysFor(name) ?? (apiKey === null ? [] : [{ value: apiKey, weight: 1 }]);
    const made = new ServerKeys(keys.map(toServerKey));
    this.#keys.set(name, made);
    return made;
  }

  /** The provider of a model with one of the server's keys. Rejects as `getTextProvider` does. */
  getTextProviderWith(config: ModelConfig, key: ServerKey | undefined): Promise<TextProvider> {
    if (key === undefined || key.value === this.#connectionFor(this.#descriptor(config.provider)).apiKey)
      return this.getTextProvider(config);
    const keyed = this.#keyed.get(config) ?? new Map<string, Promise<TextProvider>>();
    this.#keyed.set(config, keyed);
    const known = keyed.get(key.id) ?? this.connectWith(config, key.value);
    keyed.set(key.id, known);
    // A failed load (a broken install) must not be remembered for ever.
    known.catch(() => keyed.delete(key.id));
    return known;
  }

  /** Throws `PROVIDER_NOT_CONFIGURED`, naming the environment variable, when there is no credential. */
  async getTextProvider(config: ModelConfig): Promise<TextProvider> {
    const known = this.#providers.get(config);
    if (known !== undefined) return known;
    const missing = this.findMissingCredential(config.provider);
    if (missing !== undefined)
      throw new ModelgraphError(
        'PROVIDER_NOT_CONFIGURED',
        `The provider "${config.provider}" is not configured on this server: ${missing} is not set.`,
      );
    const connect = await this.#connect(config.provider);
    const provider = this.#providers.get(config) ?? connect(config);
    this.#providers.set(config, provider);
    return provider;
  }

  /** The provider of a model for one key, which is kept by its caller alone. */
  async connectWith(config: ModelConfig, apiKey: string): Promise<TextProvider> {
    const descriptor = this.#descriptor(config.provider);
    const connect = await descriptor.load();
    return connect({ ...this.#connectionFor(descriptor), apiKey })(config);
  }

  /** Loads the SDKs of all configured providers, so that the first request does not wait for them. */
  async warm(): Promise<void> {
    const configured = this.#registry
      .descriptors()
      .filter((descriptor) => this.isConfigured(descriptor.name));
    await Promise.all(configured.map((descriptor) => this.#connect(descriptor.name)));
  }

  #connect(name: string): Promise<ReturnType<ConnectTextProvider>> {
    const descriptor = this.#descriptor(name);
    const known = this.#connected.get(name);
    if (known !== undefined) return known;
    const connecting = descriptor.load().then((connect) => connect(this.#connectionFor(descriptor)));
    this.#connected.set(name, connecting);
    // A failed load (a broken install) must not be remembered for ever.
    connecting.catch(() => this.#connected.delete(name));
    return connecting;
  }

  #descriptor(name: string): TextProviderDescriptor {
    const descriptor = this.#registry.findDescriptor(name);
    if (descriptor === undefined)
      throw new ModelgraphError('INTERNAL', `No provider "${name}" is registered.`);
    return descriptor;
  }
}

/** The providers as one caller reaches them. */
export type Providers = Pick<
  ProviderFactory,
  'findMissingCredential' | 'isConfigured' | 'lacksCallerKey' | 'getTextProvider'
>;

/**
 * Providers that are reached with the keys of a caller: those alone that it has brought one for, the others with the keys of
 * the server. Lives as long as the keys.
 */
export class CallerProviders implements Providers {
  readonly #factory: ProviderFactory;
  readonly #keys: ProviderKeys;
  readonly #providers = new WeakMap<ModelConfig, Promise<TextProvider>>();

  constructor(factory: ProviderFactory, keys: ProviderKeys) {
    this.#factory = factory;
    this.#keys = keys;
  }

  findMissingCredential(name: string): string | undefined {
    return this.#keys.has(name) ? undefined : this.#factory.findMissingCredential(name);
  }

  isConfigured(name: string): boolean {
    return this.findMissingCredential(name) === undefined && !this.lacksCallerKey(name);
  }

  lacksCallerKey(name: string): boolean {
    return this.#keys.areRequired && !this.#keys.has(name) && this.#factory.needsKey(name);
  }

  /** Rejects as that of the factory does. What was made for a key is never given to another caller. */
  getTextProvider(config: ModelConfig): Promise<TextProvider> {
    const key = this.#keys.find(config.provider);
    if (key === undefined) return this.#factory.getTextProvider(config);
    const known = this.#providers.get(config) ?? this.#factory.connectWith(config, key);
    this.#providers.set(config, known);
    return known;
  }
}
