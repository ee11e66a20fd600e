import type { BatchOperations } from '../../../core/batch.ts';
import type { BatchContext } from '../openai-compatible/batch-context.ts';
import { OpenAIBatchOperations } from '../openai-compatible/openai-batch-operations.ts';

/** Groq's batches, of Chat Completions. */
export const createBatchOperations = (context: BatchContext): BatchOperations =>
  new OpenAIBatchOperations(context, { inputExpiresAfterSeconds: null, maxCustomIdLength: 64 });
