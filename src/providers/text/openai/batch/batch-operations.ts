import type { BatchOperations } from '../../../../core/vendor-batch.ts';
import type { BatchContext } from '../../openai-compatible/batch/batch-context.ts';
import { OpenAIBatchOperations } from '../../openai-compatible/batch/openai-batch-operations.ts';

/** A batch ends within a day; its input is of no use two days later. */
const INPUT_EXPIRES_AFTER_SECONDS = 3 * 24 * 60 * 60;

/** OpenAI's batches, of the Responses API and of Chat Completions. */
export const createBatchOperations = (context: BatchContext): BatchOperations =>
  new OpenAIBatchOperations(context, {
    inputExpiresAfterSeconds: INPUT_EXPIRES_AFTER_SECONDS,
    maxCustomIdLength: 64,
  });
