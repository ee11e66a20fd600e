import { hidePassingSecrets } from './secrets.ts';

/**
 * Whether callers bring keys of their own for providers. `required`: providers that need a key are called with those of
 * callers alone.
 */
export const PROVIDER_KEYS_MODES = ['off', 'allowed', 'required'] as const;
export type ProviderKeysMode = (typeof PROVIDER_KEYS_MODES)[number];

/**
 * A caller's own keys for vendors, by provider. They serve the request that they came with, in memory alone: the object
 * shows nothing of them to whatever prints, serializes or copies it.
 */
export class ProviderKeys {
  readonly #keys: ReadonlyMap<string, string>;
  /** Whether providers that need a key are called with these alone. */
  readonly areRequired: boolean;

  constructor(keys: ReadonlyMap<string, string>, areRequired = false) {
    this.#keys = keys;
    this.areRequired = areRequired;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  has(provider: string): boolean {
    return this.#keys.has(provider);
  }

  find(provider: string): string | undefined {
    return this.#keys.get(provider);
  }

  /** The same keys of a caller that may, or may not, use those of the server beside them. */
  with(areRequired: boolean): ProviderKeys {
    if (areRequired === this.areRequired) return this;
    if (this.isEmpty) return areRequired ? MISSING_PROVIDER_KEYS : NO_PROVIDER_KEYS;
    return new ProviderKeys(this.#keys, areRequired);
  }

  /** Has `redactSecrets` hide them until the returned function is called: vendors quote the keys that they were sent. */
  hide(): () => void {
    return hidePassingSecrets([...this.#keys.values()]);
  }
}

/** Of a caller that has brought none. */
export const NO_PROVIDER_KEYS = new ProviderKeys(new Map());

/** Of a caller that has brought none, and has to. */
export const MISSING_PROVIDER_KEYS = new ProviderKeys(new Map(), true);
