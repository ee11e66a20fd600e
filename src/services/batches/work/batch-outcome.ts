import { EMPTY_RESULT, type ItemResult } from '../../../core/batch.ts';
import type { BatchResult, PartialAnswer } from '../../../core/vendor-batch.ts';
import { isRetryable, type ErrorCode } from '../../../core/errors.ts';
import type { Generation, GenerationError } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { AnswerExpectation, ItemOutcome, PendingItem } from '../../../stores/batches/batch-job.ts';
import { findAnswerWarnings } from '../../generations/run/generation-warnings.ts';
import { batchPricingOf, costOf } from '../../pricing/cost.ts';

export const failedResult = (error: GenerationError): ItemResult => ({ ...EMPTY_RESULT, error });

/** An error of a batch or an item that does not come from a vendor. */
export const batchError = (
  code: ErrorCode,
  message: string,
  provider: string | null = null,
): GenerationError => ({
  code,
  message,
  retryable: isRetryable(code),
  retryAfterMs: null,
  provider,
  providerStatus: null,
});

/** What had come of an answer that failed is kept, as it is of a single generation, and may have been billed. */
const toFailedResult = (
  error: GenerationError,
  partial: PartialAnswer | undefined,
  config: ModelConfig,
): ItemResult => {
  if (partial === undefined) return failedResult(error);
  const { text, ...kept } = partial;
  const cost = costOf(kept.usage, batchPricingOf(config));
  return { ...failedResult(error), ...kept, text: text === '' ? null : text, cost };
};

/** What a vendor's batch says of one request, at the price of a batch, with the warnings of a single generation. */
export const toOutcome = (
  answer: BatchResult,
  config: ModelConfig,
  expectation: AnswerExpectation,
): ItemOutcome => {
  const { customId, status } = answer;
  switch (status) {
    case 'failed':
      return { customId, status, result: toFailedResult(answer.error, answer.partial, config) };
    case 'cancelled':
    case 'expired':
      return { customId, status, result: EMPTY_RESULT };
    case 'succeeded': {
      const { state: _state, ...result } = answer.result;
      const found = findAnswerWarnings({
        finishReason: result.finishReason,
        isEmpty: result.text === '',
        hasReasoned: result.reasoning !== null || (result.usage?.reasoningTokens ?? 0) > 0,
        jsonText: expectation.wantsJson ? result.text : null,
        maxOutputTokens: expectation.maxOutputTokens,
      });
      const cost = costOf(result.usage, batchPricingOf(config));
      return {
        customId,
        status,
        result: { ...result, warnings: [...result.warnings, ...found], cost, error: null },
      };
    }
  }
};

/**
 * The outcome of one request that was answered as a single generation. One that wants tool results has given its answer.
 * The warnings of the checks come first among those of the generation, and are stored with the item already.
 */
export const toSequentialOutcome = (
  { customId, warnings: known }: PendingItem,
  { status, warnings, ...generation }: Generation,
): ItemOutcome => {
  const { text, reasoning, toolCalls, citations, finishReason, rawFinishReason, usage, cost, error } =
    generation;
  return {
    customId,
    status: status === 'failed' || status === 'cancelled' ? status : 'succeeded',
    result: {
      text: error === null || text !== '' ? text : null,
      reasoning,
      toolCalls,
      citations,
      finishReason,
      rawFinishReason,
      usage,
      cost,
      warnings: warnings.slice(known.length),
      error,
    },
  };
};
