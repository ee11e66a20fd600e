import type { GoogleGenAI } from '@google/genai/web';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { TokenCountingProvider } from '../../../core/token-counting.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { readTokenCount } from '../../shared/reading/read-token-count.ts';
import { API_VERSION } from './api-version.ts';
import type { BatchCalls } from './batch/batch-calls.ts';
import { toRequestBody } from './request/to-request-body.ts';

/**
 * https://ai.google.dev/api/tokens: with the whole request, since its SDK passes on neither the system instruction nor the
 * tools.
 */
export const createTokenCounting = (
  client: GoogleGenAI,
  calls: BatchCalls,
  config: ModelConfig,
): TokenCountingProvider['countInputTokens'] => {
  const model = `models/${config.apiModel}`;
  return async (request, { signal }) => {
    const written = await toRequestBody(request, { client, config });
    const { body } = await calls.json({
      method: 'POST',
      address: `/${API_VERSION}/${model}:countTokens`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ generateContentRequest: { ...written, model } }),
      signal,
    });
    return readTokenCount(isRecord(body) ? body['totalTokens'] : undefined, 'gemini');
  };
};
