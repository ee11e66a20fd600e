import type { BatchRequest } from '../../../../core/vendor-batch.ts';
import type { ModelConfig } from '../../../../core/model-config.ts';
import { createBatchLimiter } from '../../../shared/batch/limits.ts';
import { toMessagesRequest } from '../request/to-messages-request.ts';

/** What stands around the list of requests in the body that creates a batch. */
const START = '{"requests":[';
const END = ']}';

/** One request as an entry of the list: its parameters are the body of a single waiting request. */
const toEntry = ({ customId, request }: BatchRequest, config: ModelConfig): string =>
  JSON.stringify({ custom_id: customId, params: toMessagesRequest(request, config) });

/** The bytes of a batch of this request alone; beside others it takes a few less. */
export const sizeOfRequest = (request: BatchRequest, config: ModelConfig): number =>
  Buffer.byteLength(toEntry(request, config)) + START.length + END.length;

/**
 * The body that creates a batch, in pieces, each request as it comes. Throws `INVALID_REQUEST` as soon as the vendor's
 * limits are passed, which are counted in the bytes of the whole body.
 */
export async function* toBatchBody(
  requests: AsyncIterable<BatchRequest>,
  config: ModelConfig,
): AsyncGenerator<string> {
  const limiter = createBatchLimiter(config);
  let before = START;
  for await (const request of requests) {
    const piece = before + toEntry(request, config);
    limiter.add(Buffer.byteLength(piece) + (before === START ? END.length : 0));
    yield piece;
    before = ',';
  }
  yield before === START ? START + END : END;
}
