import type { VendorBatch } from '../../../core/vendor-batch.ts';
import { ProviderError } from '../../../core/errors.ts';

/** What `cancel` gives; where the vendor refuses it because nothing is running any more, the batch as `poll` gives it. */
export const cancelBatch = async (
  cancel: () => Promise<VendorBatch>,
  poll: () => Promise<VendorBatch>,
): Promise<VendorBatch> => {
  try {
    return await cancel();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const batch = await poll();
    if (batch.state === 'running') throw error;
    return batch;
  }
};

/** OpenAI answers a conflict, others a plain refusal. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ProviderError && (error.providerStatus === 409 || error.providerStatus === 400);
