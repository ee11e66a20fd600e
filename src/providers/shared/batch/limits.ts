import { ModelgraphError } from '../../../core/errors.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { describeBytes, findBatchLimits } from '../../../core/vendor-batch.ts';

export interface BatchLimiter {
  /**
   * Counts one more request and the bytes it adds to what is sent. Throws `INVALID_REQUEST` with the number allowed as
   * soon as a limit is passed; at the limit is within it.
   */
  readonly add: (bytes: number) => void;
}

/** Holds one batch to what the catalogue says its model's vendor takes, while the batch is being written. */
export const createBatchLimiter = ({ name, batch }: ModelConfig): BatchLimiter => {
  const limits = findBatchLimits(batch);
  if (limits === null)
    throw new ModelgraphError('INTERNAL', `The vendor of "${name}" takes no batches of it.`);
  const { maxRequests, maxBytes } = limits;
  let requests = 0;
  let size = 0;
  return {
    add: (bytes) => {
      requests += 1;
      size += bytes;
      if (requests > maxRequests)
        throw new ModelgraphError(
          'INVALID_REQUEST',
          `A batch of "${name}" takes at most ${maxRequests} requests.`,
        );
      if (size > maxBytes)
        throw new ModelgraphError(
          'INVALID_REQUEST',
          `A batch of "${name}" takes at most ${describeBytes(maxBytes)}, as its vendor counts them.`,
        );
    },
  };
};
