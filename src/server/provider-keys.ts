import { NO_PROVIDER_KEYS, ProviderKeys } from '../core/provider-keys.ts';
import { isRecord } from '../lib/is-record.ts';
import type { Refusal } from './refusal.ts';

/** `required`: providers that need a key are called with those of callers alone. */
export type ProviderKeysSetting = 'off' | 'allowed' | 'required';

export const PROVIDER_KEY_HEADER = 'x-modelgraph-provider-key';

/** Printable ASCII without spaces and commas, which separate keys in the header. */
const KEY = /^[\x21-\x2b\x2d-\x7e]{8,512}$/;

const HOW = `Send ${PROVIDER_KEY_HEADER}: <provider> <key>, several separated by commas; or providerKeys, an object from providers to keys, in connection_init.`;

const NOT_TAKEN: Refusal = {
  code: 'FORBIDDEN',
  message: 'This server takes no keys of its callers for providers. Send the request without them.',
};

/** Nothing of a value is quoted: it may be a key in the wrong place. */
const invalid = (message: string): Refusal => ({ code: 'INVALID_REQUEST', message: `${message} ${HOW}` });

type Entries = readonly (readonly [provider: string, key: unknown])[];

const readHeader = (value: string): Entries =>
  value.split(',').map((entry) => {
    const [provider = '', key, ...others] = entry.trim().split(/\s+/);
    return [provider.toLowerCase(), others.length === 0 ? key : undefined];
  });

/** Takes the keys that a request or a socket has brought; refuses them where this server takes none. */
export class ProviderKeyReader {
  readonly #setting: ProviderKeysSetting;
  readonly #providers: () => readonly string[];

  /** `providers`: those that need a key. */
  constructor(setting: ProviderKeysSetting, providers: () => readonly string[]) {
    this.#setting = setting;
    this.#providers = providers;
  }

  /** From the value of the header; undefined: there is none. */
  fromHeader(value: string | readonly string[] | undefined): ProviderKeys | Refusal {
    if (value === undefined) return NO_PROVIDER_KEYS;
    return this.#read(readHeader(String(value)));
  }

  /** From `providerKeys` of a `connection_init`; null and undefined: there are none. */
  fromPayload(value: unknown): ProviderKeys | Refusal {
    if (value === undefined || value === null) return NO_PROVIDER_KEYS;
    if (!isRecord(value)) return this.#setting === 'off' ? NOT_TAKEN : invalid('providerKeys is no object.');
    return this.#read(Object.entries(value));
  }

  #read(entries: Entries): ProviderKeys | Refusal {
    if (this.#setting === 'off') return NOT_TAKEN;
    const providers = this.#providers();
    const keys = new Map<string, string>();
    for (const [provider, key] of entries) {
      if (!providers.includes(provider))
        return invalid(`A key is for none of the providers that need one: ${providers.join(', ')}.`);
      if (typeof key !== 'string' || !KEY.test(key))
        return invalid(`The key for ${provider} is not 8 to 512 printable ASCII characters without a comma.`);
      if (keys.has(provider)) return invalid(`There are two keys for ${provider}.`);
      keys.set(provider, key);
    }
    return keys.size === 0 ? NO_PROVIDER_KEYS : new ProviderKeys(keys);
  }
}
