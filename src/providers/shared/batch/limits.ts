import { ModelgraphError } from '../../../core/errors.ts';
import type { ModelConfig } from '../../../core/model-config.ts';

/** OpenAI: "The batch input file is larger than the 209715200 maximum", where its documentation says 200 MB. */
const BYTES_PER_MB = 1024 * 1024;

export interface BatchLimiter {
  /**
   * Counts one more request and the bytes it adds to what is sent. Throws `INVALID_REQUEST` with the number allowed as
   * soon as a limit is passed; at the limit is within it.
   */
  readonly add: (bytes: number) => void;
}

/** Holds one batch to what the catalogue says its model's vendor takes, while the batch is being written. */
export const createBatchLimiter = ({ name, batch }: ModelConfig): BatchLimiter => {
  if (batch.type === 'none')
    throw new ModelgraphError('INTERNAL', `The vendor of "${name}" takes no batches of it.`);
  const { maxRequests, maxFileSizeMb } = batch;
  const maxBytes = maxFileSizeMb * BYTES_PER_MB;
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
          `A batch of "${name}" takes at most ${maxFileSizeMb} MB (${maxBytes} bytes), as its vendor counts them.`,
        );
    },
  };
};
