import type { BatchResult } from '../../../core/vendor-batch.ts';
import { findModelgraphError, type ModelgraphError } from '../../../core/errors.ts';
import { collect, type StreamEvent } from '../../../core/stream-event.ts';
import { toGenerationError } from '../../../core/to-generation-error.ts';
import { guardStream } from '../call/terminal-guard.ts';
import type { VendorCallOptions } from './vendor-call.ts';

export const toFailedResult = (customId: string, error: ModelgraphError): BatchResult => ({
  customId,
  status: 'failed',
  error: toGenerationError(error),
});

/**
 * What came of one request of a batch, read as a single answer would be. An answer that cannot be read has failed
 * alone; only aborting the signal throws.
 */
export const readResult = async (
  customId: string,
  open: () => AsyncIterable<StreamEvent>,
  call: VendorCallOptions,
): Promise<BatchResult> => {
  try {
    return { customId, status: 'succeeded', result: await collect(guardStream({ ...call, open })) };
  } catch (error) {
    const known = findModelgraphError(error);
    if (known === undefined || call.signal.aborted) throw error;
    return toFailedResult(customId, known);
  }
};
