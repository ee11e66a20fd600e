import { EMPTY_RESULT, type ItemOrigin, type ItemResult } from '../../../core/batch.ts';
import type { BilledTurn } from '../../../core/billed-turn.ts';
import type { BatchResult, PartialAnswer } from '../../../core/vendor-batch.ts';
import { isRetryable, type ErrorCode, ProviderError } from '../../../core/errors.ts';
import type { Generation, GenerationError, GenerationResult } from '../../../core/generation.ts';
import type { JsonValue } from '../../../core/json.ts';
import { readJsonOutput } from '../../../core/json-output.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { AnswerExpectation, ItemOutcome, PendingItem } from '../../../stores/batches/batch-job.ts';
import { toGenerationError } from '../../../core/to-generation-error.ts';
import { findAnswerWarnings } from '../../generations/run/generation-warnings.ts';
import { violationError, violationWarning } from '../../generations/run/output-violations.ts';
import type { Judgement } from './check-answers.ts';
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
  return {
    ...failedResult(error),
    ...kept,
    text: text === '' ? null : text,
    cost,
    origin: findOrigin(config.provider, kept, null),
  };
};

/** Who answered, and its state; null where nothing of the answer belongs to the provider alone. */
const findOrigin = (
  provider: string,
  { reasoning, toolCalls }: Pick<ItemResult, 'reasoning' | 'toolCalls'>,
  state: JsonValue | null,
): ItemOrigin | null => {
  const isOwned = reasoning !== null || state !== null || toolCalls.some(({ opaque }) => opaque !== null);
  return isOwned ? { provider, state } : null;
};

/** What is wrong with the answer itself; null: nothing that fails it. */
const findAnswerError = (
  text: string,
  { provider }: ModelConfig,
  { wantsJson }: AnswerExpectation,
  judgement: Judgement | undefined,
): GenerationError | null => {
  if (wantsJson && readJsonOutput(text).type === 'too-deep')
    return toGenerationError(new ProviderError('PROVIDER_FAILED', { provider }));
  if (judgement === undefined || judgement.violations.length === 0) return null;
  return judgement.onViolation === 'report' ? null : violationError(judgement.violations, provider);
};

/** What is made of an answer that has come whole. */
const toAnsweredOutcome = (
  customId: string,
  { state, ...result }: GenerationResult,
  config: ModelConfig,
  expectation: AnswerExpectation,
  judgement: Judgement | undefined,
): ItemOutcome => {
  const outputViolations = judgement?.violations ?? [];
  const found = findAnswerWarnings({
    finishReason: result.finishReason,
    isEmpty: result.text === '',
    hasReasoned: result.reasoning !== null || (result.usage?.reasoningTokens ?? 0) > 0,
    jsonText: expectation.wantsJson ? result.text : null,
    maxOutputTokens: expectation.maxOutputTokens,
  });
  const violated = outputViolations.length > 0 ? [violationWarning(outputViolations)] : [];
  const error = findAnswerError(result.text, config, expectation, judgement);
  return {
    customId,
    status: error === null ? 'succeeded' : 'failed',
    result: {
      ...result,
      warnings: [...result.warnings, ...violated, ...found],
      cost: costOf(result.usage, batchPricingOf(config)),
      error,
      outputViolations,
      origin: findOrigin(config.provider, result, state),
    },
  };
};

/**
 * What a vendor's batch says of one request, at the price of a batch, with the warnings of a single generation.
 * `judgement`: of an answer that is held against a schema.
 */
export const toOutcome = (
  answer: BatchResult,
  config: ModelConfig,
  expectation: AnswerExpectation,
  judgement?: Judgement,
): ItemOutcome => {
  const { customId, status } = answer;
  switch (status) {
    case 'failed':
      return { customId, status, result: toFailedResult(answer.error, answer.partial, config) };
    case 'cancelled':
    case 'expired':
      return { customId, status, result: EMPTY_RESULT };
    case 'succeeded':
      return toAnsweredOutcome(customId, answer.result, config, expectation, judgement);
  }
};

/**
 * The outcome of one request that was answered as a single generation. One that wants tool results has given its answer.
 * The warnings of the checks come first among those of the generation, and are stored with the item already.
 */
export const toSequentialOutcome = (
  { customId, warnings: known }: PendingItem,
  { status, warnings, turns, resolution, ...generation }: Generation,
  billed: readonly BilledTurn[],
): ItemOutcome => {
  const { text, reasoning, toolCalls, citations, finishReason, rawFinishReason, usage, cost, error } =
    generation;
  return {
    customId,
    status: status === 'failed' || status === 'cancelled' ? status : 'succeeded',
    billed,
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
      outputViolations: generation.outputViolations,
      origin: findOrigin(resolution.config.provider, generation, turns.at(-1)?.state ?? null),
    },
  };
};
