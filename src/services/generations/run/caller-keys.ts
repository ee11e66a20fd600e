import { ModelgraphError } from '../../../core/errors.ts';
import { NO_PROVIDER_KEYS, type ProviderKeys } from '../../../core/provider-keys.ts';

/** How long keys are hidden after their last use, in milliseconds. */
const LINGER_MS = 5_000;

const NONE_BOUND: ReadonlySet<string> = new Set();

const missingKey = (provider: string): ModelgraphError =>
  new ModelgraphError(
    'UNAUTHENTICATED',
    `The generation began with a key of its caller for "${provider}", which is not kept. Send the key again with the results, to the server process that runs the generation.`,
  );

/**
 * The keys of a run's caller, for as long as a request that has brought them is being served: from the start, or from tool
 * results, until the run ends or waits for tool results. They are hidden from logs and errors meanwhile.
 */
export class CallerKeys {
  #keys: ProviderKeys;
  #show: () => void;
  /** Providers that were reached with a key of the caller: later turns are not asked for with the server's. */
  #bound: ReadonlySet<string> = NONE_BOUND;

  constructor(keys: ProviderKeys = NO_PROVIDER_KEYS) {
    this.#keys = keys;
    this.#show = keys.hide();
  }

  /** The keys for a call of the provider. */
  take(provider: string): ProviderKeys {
    if (this.#keys.has(provider)) this.#bound = new Set([...this.#bound, provider]);
    return this.#keys;
  }

  /** Whether calls of the provider are made with a key of the caller. */
  covers(provider: string): boolean {
    return this.#keys.has(provider);
  }

  /** Whether calls of the provider are billed to the caller: this one, and those of later turns. */
  pays(provider: string): boolean {
    return this.#keys.has(provider) || this.#bound.has(provider);
  }

  /** Throws `UNAUTHENTICATED` where the next turn of the provider needs a key that is not among these. */
  check(keys: ProviderKeys, provider: string): void {
    if (this.#bound.has(provider) && !keys.has(provider)) throw missingKey(provider);
  }

  /** Takes the keys of the request that continues the run; a run that began with keys of the server goes on with them. */
  renew(keys: ProviderKeys, provider: string): void {
    this.check(keys, provider);
    this.drop();
    if (!this.#bound.has(provider)) return;
    this.#keys = keys;
    this.#show = keys.hide();
  }

  drop(): void {
    if (this.#keys.isEmpty) return;
    this.#keys = NO_PROVIDER_KEYS;
    // What the closing of a call reports may still quote them.
    setTimeout(this.#show, LINGER_MS).unref();
  }
}
