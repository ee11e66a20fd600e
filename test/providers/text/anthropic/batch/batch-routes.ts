import { type BatchOperations, hasBatchOperations } from '../../../../../src/core/vendor-batch.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import { createWithVendor, json, type Routes } from '../../../../support/upstream/vendor-routes.ts';
import { NATIVE_BATCH } from '../../openai-compatible/batch/batch-harness.ts';
import { anthropicConfig, connectTo, type LoggedWarning } from '../anthropic-harness.ts';
import { BATCH_ID, runningBody } from '../fixtures/hand-made-batches.ts';

export const BATCHED = anthropicConfig({ batch: NATIVE_BATCH });

export interface ConnectedBatches {
  readonly batches: BatchOperations;
  readonly warnings: readonly LoggedWarning[];
}

export const connectBatches = (baseUrl: string, config: ModelConfig = BATCHED): ConnectedBatches => {
  const { provider, warnings } = connectTo(baseUrl, { config });
  if (!hasBatchOperations(provider)) throw new Error('the provider has no batches');
  return { batches: provider.batches, warnings };
};

export const withVendor = createWithVendor(connectBatches);

export const CREATE = 'POST /v1/messages/batches';
export const LIST = 'GET /v1/messages/batches';
export const GET_BATCH = `GET /v1/messages/batches/${BATCH_ID}`;
export const GET_RESULTS = `${GET_BATCH}/results`;
export const CANCEL = `POST /v1/messages/batches/${BATCH_ID}/cancel`;

export const SUBMISSION: Routes = { [CREATE]: json(runningBody()) };
