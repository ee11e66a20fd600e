import { hidePassingSecrets } from './secrets.ts';

/**
 * A caller's own keys for vendors, by provider. They serve the request that they came with, in memory alone: the object
 * shows nothing of them to whatever prints, serializes or copies it.
 */
export class ProviderKeys {
  readonly #keys: ReadonlyMap<string, string>;

  constructor(keys: ReadonlyMap<string, string>) {
    this.#keys = keys;
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

  /** Has `redactSecrets` hide them until the returned function is called: vendors quote the keys that they were sent. */
  hide(): () => void {
    return hidePassingSecrets([...this.#keys.values()]);
  }
}

/** Of a caller that has brought none. */
export const NO_PROVIDER_KEYS = new ProviderKeys(new Map());
