import {
  type BatchOperations,
  type BatchRequest,
  describeBytes,
  findBatchLimits,
} from '../../../core/vendor-batch.ts';
import { ModelgraphError } from '../../../core/errors.ts';
import type { GenerationError } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { BatchItemStore } from '../../../stores/batches/batch-item-store.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';
import { failedResult } from './batch-outcome.ts';
import { type FetchMedia, mayNeedBytes, resolveMedia } from '../../media/resolve-media.ts';

export interface PendingRequestsOptions {
  readonly config: ModelConfig;
  readonly operations: BatchOperations;
  readonly items: BatchItemStore;
  readonly fetchMedia: FetchMedia;
  /** Logs the failure of one request, and gives what a client may know of it. */
  readonly report: (error: unknown, customId: string) => GenerationError;
  readonly signal: AbortSignal;
}

/** Large ones: few are held at a time. */
const REQUESTS_A_PAGE = 20;

const noRoom = ({ name }: ModelConfig, maxBytes: number): ModelgraphError =>
  new ModelgraphError(
    'INVALID_REQUEST',
    `With the media that was fetched for it the request does not fit into this batch: one of "${name}" takes at most ` +
      `${describeBytes(maxBytes)}. Submit it in another batch.`,
  );

/**
 * The requests of a job that have no result yet, in order, with the bytes of media that their provider does not fetch by
 * itself. A request whose media cannot be fetched, or for which there is no room with it, gets its failure as its result and
 * is left out. Throws what the store throws, and the signal's reason.
 */
export async function* readPendingRequests(
  job: BatchJob,
  { config, operations, items, fetchMedia, report, signal }: PendingRequestsOptions,
): AsyncGenerator<BatchRequest, void, undefined> {
  // The batch was divided by the sizes that requests had without media that is fetched for them.
  const maxBytes = mayNeedBytes(config) ? (findBatchLimits(config.batch)?.maxBytes ?? null) : null;
  let size = 0;
  const makeRoom = (request: BatchRequest): void => {
    if (maxBytes === null) return;
    const bytes = operations.sizeOf(request);
    if (size + bytes > maxBytes) throw noRoom(config, maxBytes);
    size += bytes;
  };
  let from = job.firstIndex;
  for (;;) {
    const page = await items.pending(job, from, REQUESTS_A_PAGE);
    for (const { index, customId, request } of page) {
      from = index + 1;
      try {
        const ready = { customId, request: await resolveMedia(request, config, fetchMedia, signal) };
        makeRoom(ready);
        yield ready;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const result = failedResult(report(error, customId));
        await items.record(job, [{ customId, status: 'failed', result }]);
      }
    }
    if (page.length < REQUESTS_A_PAGE) return;
  }
}
