import type { BatchResult } from '../../../src/core/vendor-batch.ts';
import type { GenerationResult } from '../../../src/core/generation.ts';

/** What becomes of a request that the toy's vendor refuses. */
export const FAILURE = {
  code: 'PROVIDER_REJECTED',
  message: 'The provider rejected the request: no.',
  retryable: false,
  retryAfterMs: null,
  provider: 'toy',
  providerStatus: 400,
} as const;

/** An answer of 10 tokens to a prompt of 100. */
export const toResult = (
  customId: string,
  changes: Partial<GenerationResult> = {},
): Extract<BatchResult, { status: 'succeeded' }> => ({
  customId,
  status: 'succeeded',
  result: {
    text: `Answer to ${customId}`,
    reasoning: null,
    toolCalls: [],
    citations: [],
    finishReason: 'stop',
    rawFinishReason: 'stop',
    usage: {
      inputTokens: 100,
      outputTokens: 10,
      totalTokens: 110,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      reasoningTokens: null,
      audioInputTokens: null,
      source: 'provider',
    },
    warnings: [],
    state: null,
    ...changes,
  },
});
