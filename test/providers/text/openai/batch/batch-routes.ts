import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import { connectOpenAI } from '../../../../../src/providers/text/openai/provider.ts';
import {
  createWithVendor,
  json,
  type Route,
  type Routes,
} from '../../../../support/upstream/vendor-routes.ts';
import { connectBatches, NATIVE_BATCH } from '../../openai-compatible/batch/batch-harness.ts';
import { BATCH_ID, batchBody, ERROR_FILE, INPUT_FILE, OUTPUT_FILE } from '../fixtures/hand-made-batches.ts';
import { createConfig } from '../openai-harness.ts';

export const RESPONSES = createConfig('responses_api', { batch: NATIVE_BATCH });
export const CHAT = createConfig('chat_completion', { batch: NATIVE_BATCH });

export const withVendor = createWithVendor((origin, config: ModelConfig = RESPONSES) => ({
  batches: connectBatches(connectOpenAI, config, `${origin}/v1`),
}));

/** A file of lines that are JSON already. */
export const file =
  (...lines: readonly string[]): Route =>
  ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(lines.map((line) => `${line}\n`).join(''));
  };

export const SUBMISSION: Routes = {
  'POST /v1/files': json({ id: INPUT_FILE, object: 'file', purpose: 'batch' }),
  'POST /v1/batches': json(
    batchBody({ status: 'validating', request_counts: { total: 0, completed: 0, failed: 0 } }),
  ),
};
export const WITH_FILES = batchBody({ output_file_id: OUTPUT_FILE, error_file_id: ERROR_FILE });
export const GET_BATCH = `GET /v1/batches/${BATCH_ID}`;
export const GET_OUTPUT = `GET /v1/files/${OUTPUT_FILE}/content`;
export const GET_ERRORS = `GET /v1/files/${ERROR_FILE}/content`;
