import {
  MISSING_PROVIDER_KEYS,
  NO_PROVIDER_KEYS,
  ProviderKeys,
  type ProviderKeysMode,
} from '../core/provider-keys.ts';
import { isRecord } from '../lib/is-record.ts';
import type { Refusal } from './refusal.ts';

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

/** The mode of a principal; null: as the server is set. */
type OwnMode = ProviderKeysMode | null;

const noKeys = (mode: ProviderKeysMode): ProviderKeys =>
  mode === 'required' ? MISSING_PROVIDER_KEYS : NO_PROVIDER_KEYS;

/** Takes the keys that a request or a socket has brought; refuses them where their principal may bring none. */
export class ProviderKeyReader {
  readonly #usual: ProviderKeysMode;
  readonly #providers: () => readonly string[];

  /** `usual`: of principals without a mode of their own. `providers`: those that need a key. */
  constructor(usual: ProviderKeysMode, providers: () => readonly string[]) {
    this.#usual = usual;
    this.#providers = providers;
  }

  /** From the value of the header; undefined: there is none. */
  fromHeader(value: string | readonly string[] | undefined, own: OwnMode): ProviderKeys | Refusal {
    const mode = own ?? this.#usual;
    if (value === undefined) return noKeys(mode);
    return this.#read(readHeader(String(value)), mode);
  }

  /** From `providerKeys` of a `connection_init`; null and undefined: there are none. */
  fromPayload(value: unknown, own: OwnMode): ProviderKeys | Refusal {
    const mode = own ?? this.#usual;
    if (value === undefined || value === null) return noKeys(mode);
    if (!isRecord(value)) return mode === 'off' ? NOT_TAKEN : invalid('providerKeys is no object.');
    return this.#read(Object.entries(value), mode);
  }

  /** The keys of an open socket by the mode that its principal has now. */
  fit(keys: ProviderKeys, own: OwnMode): ProviderKeys | Refusal {
    const mode = own ?? this.#usual;
    if (mode === 'off' && !keys.isEmpty) return NOT_TAKEN;
    return keys.with(mode === 'required');
  }

  #read(entries: Entries, mode: ProviderKeysMode): ProviderKeys | Refusal {
    if (mode === 'off') return NOT_TAKEN;
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
    return keys.size === 0 ? noKeys(mode) : new ProviderKeys(keys, mode === 'required');
  }
}
