import { type BatchOperations, hasBatchOperations, hasNativeBatch } from '../../../core/vendor-batch.ts';
import type { BatchMode } from '../../../core/batch.ts';
import type { Warning, WarningCode } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import type { PreparedGeneration } from '../../checks/preview.ts';
import { BatchSplitter } from './split-batch.ts';

/** What the first acceptable request of a batch settles for all the others. */
export interface BatchPlan {
  readonly config: ModelConfig;
  readonly mode: BatchMode;
  /** Id of the server's key that its vendor batches are made with; null where none are, or no key is needed. */
  readonly keyId: string | null;
  /** null: the requests are sent one by one. */
  readonly operations: BatchOperations | null;
  readonly splitter: BatchSplitter;
  /** What is to be known of the batch as a whole. */
  readonly warnings: readonly Warning[];
}

/** Codes that tell of the model alone, so that they hold for every request of a batch alike. */
const CODES_OF_MODELS: ReadonlySet<WarningCode> = new Set(['MODEL_DEPRECATED', 'MODEL_UNKNOWN'] as const);

/** Said once of the whole batch, of no position in particular; each item says it as a single generation would. */
const toBatchWarnings = (warnings: readonly Warning[]): readonly Warning[] =>
  warnings.filter(({ code }) => CODES_OF_MODELS.has(code)).map((warning) => ({ ...warning, path: null }));

export const createBatchPlan = async (
  { resolution: { config }, warnings }: PreparedGeneration,
  providers: ProviderFactory,
): Promise<BatchPlan> => {
  const key = hasNativeBatch(config)
    ? providers.keysOf(config.provider).first({ mayMoveOn: true })
    : undefined;
  const provider = hasNativeBatch(config) ? await providers.getTextProviderWith(config, key) : undefined;
  const operations = provider !== undefined && hasBatchOperations(provider) ? provider.batches : null;
  return {
    config,
    mode: operations === null ? 'sequential' : 'native',
    keyId: operations === null ? null : (key?.id ?? null),
    operations,
    splitter: new BatchSplitter(operations === null ? { type: 'none' } : config.batch),
    warnings: toBatchWarnings(warnings),
  };
};
