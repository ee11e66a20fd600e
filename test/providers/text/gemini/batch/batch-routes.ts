import { type BatchOperations, hasBatchOperations } from '../../../../../src/core/vendor-batch.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import type { ProviderConnection } from '../../../../../src/core/text-provider.ts';
import {
  createWithVendor,
  json,
  type Route,
  type Routes,
} from '../../../../support/upstream/vendor-routes.ts';
import { NATIVE_BATCH } from '../../openai-compatible/batch/batch-harness.ts';
import { BATCH, INPUT_FILE, operation, OUTPUT_FILE } from '../fixtures/hand-made-batches.ts';
import { connect, createConfig } from '../gemini-harness.ts';

/** Large enough for batches that go as a file. */
export const BATCHED = createConfig({ batch: { ...NATIVE_BATCH, maxFileSizeMb: 64 } });

export const connectBatches = (
  baseUrl: string,
  config: ModelConfig = BATCHED,
  connection: Partial<ProviderConnection> = {},
): BatchOperations => {
  const provider = connect(baseUrl, connection, config);
  if (!hasBatchOperations(provider)) throw new Error('the provider has no batches');
  return provider.batches;
};

export const withVendor = createWithVendor((...how: Parameters<typeof connectBatches>) => ({
  batches: connectBatches(...how),
}));

export const CREATE = 'POST /v1beta/models/gemini-tested:batchGenerateContent';
export const START_UPLOAD = 'POST /upload/v1beta/files';
export const UPLOAD = 'POST /uploading';
export const LIST = 'GET /v1beta/batches';
export const GET_BATCH = `GET /v1beta/${BATCH}`;
export const CANCEL = `POST /v1beta/${BATCH}:cancel`;
export const DOWNLOAD = `GET /download/v1beta/${OUTPUT_FILE}:download`;

/** Tells where to upload to: at the same server, where nothing else is said. */
export const startUpload =
  (address?: string): Route =>
  ({ response, headers }) => {
    const to = address ?? `http://${headers.host}/uploading?upload_id=1`;
    response.writeHead(200, { 'x-goog-upload-url': to, 'x-goog-upload-status': 'active' });
    response.end();
  };

export const SUBMISSION: Routes = {
  [CREATE]: json(operation()),
  [START_UPLOAD]: startUpload(),
  [UPLOAD]: json({ file: { name: INPUT_FILE, state: 'ACTIVE' } }),
};
