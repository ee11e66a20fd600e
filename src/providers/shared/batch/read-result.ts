import type { BatchResult, PartialAnswer } from '../../../core/vendor-batch.ts';
import { findModelgraphError, type ModelgraphError } from '../../../core/errors.ts';
import { AnswerCollector, type StreamEvent } from '../../../core/stream-event.ts';
import { toGenerationError } from '../../../core/to-generation-error.ts';
import { guardStream } from '../call/terminal-guard.ts';
import type { VendorCallOptions } from './vendor-call.ts';

export const toFailedResult = (customId: string, error: ModelgraphError): BatchResult => ({
  customId,
  status: 'failed',
  error: toGenerationError(error),
});

const isEmpty = ({ text, reasoning, toolCalls, citations, usage, warnings }: PartialAnswer): boolean =>
  text === '' && reasoning === null && usage === null && [toolCalls, citations, warnings].flat().length === 0;

/**
 * The outcome of one request of a batch, whose answer is read as a single one would be. An answer that cannot be read, or
 * that failed half way, fails alone and keeps what had come of it; only aborting the signal throws.
 */
export const readResult = async (
  customId: string,
  open: () => AsyncIterable<StreamEvent>,
  call: VendorCallOptions,
): Promise<BatchResult> => {
  const collector = new AnswerCollector();
  try {
    for await (const events of guardStream({ ...call, open }).batches())
      for (const event of events) collector.take(event);
    return { customId, status: 'succeeded', result: collector.toResult() };
  } catch (error) {
    const known = findModelgraphError(error);
    if (known === undefined || call.signal.aborted) throw error;
    const { answer: partial } = collector;
    return {
      customId,
      status: 'failed',
      error: toGenerationError(known),
      ...(!isEmpty(partial) && { partial }),
    };
  }
};
