import { createFileBatchWire } from '../../openai/batch/batch-wire.ts';

export const GROQ_BATCHES = createFileBatchWire('groq', '/openai/v1');
