import type { GoogleGenAI } from '@google/genai/web';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { ProviderLog } from '../../../../core/text-provider.ts';
import type { BatchCalls } from './batch-calls.ts';

/** What the batch API of one model needs. */
export interface BatchContext {
  /** Writes and reads single calls. */
  readonly client: GoogleGenAI;
  readonly calls: BatchCalls;
  readonly config: ModelConfig;
  readonly log: ProviderLog;
}
