import type { BatchOperations } from '../../../../../src/core/vendor-batch.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import { connectOpenAI } from '../../../../../src/providers/text/openai/provider.ts';
import {
  sendJson,
  startUpstream,
  type UpstreamRequest,
} from '../../../../support/upstream/upstream-server.ts';
import { connectBatches, NATIVE_BATCH, pathOf } from '../../openai-compatible/batch/batch-harness.ts';
import { BATCH_ID, batchBody, ERROR_FILE, INPUT_FILE, OUTPUT_FILE } from '../fixtures/hand-made-batches.ts';
import { createConfig } from '../openai-harness.ts';

export const RESPONSES = createConfig('responses_api', { batch: NATIVE_BATCH });
export const CHAT = createConfig('chat_completion', { batch: NATIVE_BATCH });

export interface Vendor {
  readonly batches: BatchOperations;
  readonly requests: readonly UpstreamRequest[];
}

/** A vendor that answers by method and path; what it was not told about is 404. */
export const withVendor = async (
  routes: Readonly<Record<string, (request: UpstreamRequest) => void>>,
  use: (vendor: Vendor) => Promise<void>,
  config: ModelConfig = RESPONSES,
): Promise<void> => {
  await using upstream = await startUpstream((request) => {
    const route = routes[pathOf(request).replace(/\?.*/, '')];
    if (route !== undefined) return route(request);
    return sendJson(request, { error: { message: 'not found' } }, { status: 404 });
  });
  await use({
    batches: connectBatches(connectOpenAI, config, `${upstream.origin}/v1`),
    requests: upstream.requests,
  });
};

export const json =
  (body: unknown, status = 200) =>
  (request: UpstreamRequest): void =>
    sendJson(request, body, { status });

export const file =
  (...lines: readonly string[]) =>
  ({ response }: UpstreamRequest): void => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(lines.map((line) => `${line}\n`).join(''));
  };

export const SUBMISSION = {
  'POST /v1/files': json({ id: INPUT_FILE, object: 'file', purpose: 'batch' }),
  'POST /v1/batches': json(
    batchBody({ status: 'validating', request_counts: { total: 0, completed: 0, failed: 0 } }),
  ),
};
export const WITH_FILES = batchBody({ output_file_id: OUTPUT_FILE, error_file_id: ERROR_FILE });
export const GET_BATCH = `GET /v1/batches/${BATCH_ID}`;
export const GET_OUTPUT = `GET /v1/files/${OUTPUT_FILE}/content`;
export const GET_ERRORS = `GET /v1/files/${ERROR_FILE}/content`;
