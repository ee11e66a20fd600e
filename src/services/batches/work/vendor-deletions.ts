import { ModelgraphError } from '../../../core/errors.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { hasBatchOperations } from '../../../core/vendor-batch.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import type { VendorDeletion, VendorDeletionStore } from '../../../stores/batches/vendor-deletion-store.ts';
import type { BatchConfigs } from './batch-configs.ts';

export interface VendorDeletionsOptions {
  readonly deletions: VendorDeletionStore;
  readonly configs: BatchConfigs;
  readonly providers: ProviderFactory;
  readonly log: ServiceLog;
}

const AT_ONCE = 4;

/** Longest time for the calls of one attempt, in milliseconds. */
const ATTEMPT_MS = 60_000;

/** Pause after the first attempt that failed, in milliseconds; doubled after each further one. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** Together two days. */
const MAX_ATTEMPTS = 16;

/** Has vendors delete what they have of batches that are deleted here: best effort, retried for two days. */
export class VendorDeletions {
  readonly #options: VendorDeletionsOptions;

  constructor(options: VendorDeletionsOptions) {
    this.#options = options;
  }

  /** Attempts all that are due. Rejects with `StoreUnavailable`; aborting the signal ends it after the present attempts. */
  async run(signal: AbortSignal): Promise<void> {
    const { deletions } = this.#options;
    while (!signal.aborted) {
      const due = await deletions.claim(AT_ONCE, ATTEMPT_MS * 2);
      await Promise.all(due.map((deletion) => this.#attempt(deletion, signal)));
      if (due.length < AT_ONCE) return;
    }
  }

  async #attempt(deletion: VendorDeletion, signal: AbortSignal): Promise<void> {
    const { deletions, log } = this.#options;
    const { providerBatchId, config, attempts } = deletion;
    const about = { providerBatchId, provider: config.provider, attempts };
    try {
      const isDeleted = await this.#delete(
        deletion,
        AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
      );
      if (isDeleted) log.info(about, 'a vendor has deleted what it had of a deleted batch');
      else
        log.warn(about, 'a vendor cannot delete what it has of a deleted batch: its own retention applies');
      await deletions.remove(deletion);
    } catch (error) {
      if (signal.aborted) return;
      if (attempts < MAX_ATTEMPTS) {
        log.warn(
          { ...about, err: error },
          'a vendor has not deleted what it has of a deleted batch; trying again',
        );
        await deletions.postpone(deletion, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)));
      } else {
        log.error(
          { ...about, err: error },
          'a vendor has not deleted what it has of a deleted batch: delete it there',
        );
        await deletions.remove(deletion);
      }
    }
  }

  /** Gives false where the vendor has no call for it. */
  async #delete({ config, keyId, providerBatchId }: VendorDeletion, signal: AbortSignal): Promise<boolean> {
    const { providers, configs } = this.#options;
    const key = keyId === null ? undefined : providers.keysOf(config.provider).find(keyId);
    if (keyId !== null && key === undefined)
      throw new ModelgraphError(
        'PROVIDER_NOT_CONFIGURED',
        `The key ${keyId} for "${config.provider}", to which the batch belongs, is not on this server any more.`,
      );
    const provider = await providers.getTextProviderWith(configs.of({ config }), key);
    if (!hasBatchOperations(provider) || provider.batches.delete === undefined) return false;
    await provider.batches.delete(providerBatchId, { signal });
    return true;
  }
}
