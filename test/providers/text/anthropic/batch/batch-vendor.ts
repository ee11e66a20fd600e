import { type BatchOperations, hasBatchOperations } from '../../../../../src/core/vendor-batch.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import type { UpstreamServer } from '../../../../support/upstream/upstream-server.ts';
import { json, type Routes, startVendor } from '../../../../support/upstream/vendor-routes.ts';
import { NATIVE_BATCH } from '../../openai-compatible/batch/batch-harness.ts';
import { anthropicConfig, connectTo, type LoggedWarning } from '../anthropic-harness.ts';
import { BATCH_ID, runningBody } from '../fixtures/hand-made-batches.ts';

export const BATCHED = anthropicConfig({ batch: NATIVE_BATCH });

export interface BatchVendor {
  readonly batches: BatchOperations;
  readonly upstream: UpstreamServer;
  readonly warnings: readonly LoggedWarning[];
}

export const connectBatches = (
  baseUrl: string,
  config: ModelConfig = BATCHED,
): Pick<BatchVendor, 'batches' | 'warnings'> => {
  const { provider, warnings } = connectTo(baseUrl, { config });
  if (!hasBatchOperations(provider)) throw new Error('the provider has no batches');
  return { batches: provider.batches, warnings };
};

export const withVendor = async (
  routes: Routes,
  use: (vendor: BatchVendor) => Promise<void>,
  config: ModelConfig = BATCHED,
): Promise<void> => {
  await using upstream = await startVendor(routes);
  await use({ ...connectBatches(upstream.origin, config), upstream });
};

export const CREATE = 'POST /v1/messages/batches';
export const LIST = 'GET /v1/messages/batches';
export const GET_BATCH = `GET /v1/messages/batches/${BATCH_ID}`;
export const GET_RESULTS = `${GET_BATCH}/results`;
export const CANCEL = `POST /v1/messages/batches/${BATCH_ID}/cancel`;

export const SUBMISSION: Routes = { [CREATE]: json(runningBody()) };
