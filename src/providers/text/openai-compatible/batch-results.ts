import type { BatchResult } from '../../../core/batch.ts';
import { findModelgraphError, type ModelgraphError } from '../../../core/errors.ts';
import { collect, type StreamEvent } from '../../../core/stream-event.ts';
import { toGenerationError } from '../../../core/to-generation-error.ts';
import { guardStream } from '../../upstream/terminal-guard.ts';
import { type BatchContext, toCallOptions } from './batch-context.ts';

export const failedResult = (customId: string, error: ModelgraphError): BatchResult => ({
  customId,
  status: 'failed',
  error: toGenerationError(error),
});

/**
 * What came of one request, read as a single answer would be. An answer that cannot be read has failed alone; only
 * aborting the signal throws.
 */
export const readResult = async (
  customId: string,
  open: () => AsyncIterable<StreamEvent>,
  context: BatchContext,
  signal: AbortSignal,
): Promise<BatchResult> => {
  try {
    const result = await collect(guardStream({ ...toCallOptions(context, signal), open }));
    return { customId, status: 'succeeded', result };
  } catch (error) {
    const known = findModelgraphError(error);
    if (known === undefined || signal.aborted) throw error;
    return failedResult(customId, known);
  }
};
