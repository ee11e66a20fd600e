import type { BatchOperations } from '../../../../core/vendor-batch.ts';
import type { BatchContext } from '../../openai-compatible/batch/batch-context.ts';
import { OpenAIBatchOperations } from '../../openai-compatible/batch/openai-batch-operations.ts';

/** Groq's batches, of Chat Completions. */
export const createBatchOperations = (context: BatchContext): BatchOperations =>
  new OpenAIBatchOperations(context, { inputExpiresAfterSeconds: null, maxCustomIdLength: 64 });
