import type { GenerateContentResponseUsageMetadata } from '@google/genai/web';
import { partOf, type Usage } from '../../../../core/usage.ts';

/**
 * The API counts the prompt (cached tokens included) and what its tools fed the model apart, and so the answer and the
 * thoughts. null when it reports no numbers at all, as the early chunks of some streams do.
 */
export const toUsage = (metadata: GenerateContentResponseUsageMetadata): Usage | null => {
  const inputTokens = sum(metadata.promptTokenCount, metadata.toolUsePromptTokenCount);
  const usage = {
    inputTokens,
    outputTokens: sum(metadata.candidatesTokenCount, metadata.thoughtsTokenCount),
    totalTokens: metadata.totalTokenCount ?? null,
    cacheReadTokens: partOf(inputTokens, metadata.cachedContentTokenCount),
    cacheWriteTokens: null,
    reasoningTokens: metadata.thoughtsTokenCount ?? null,
    audioInputTokens: partOf(inputTokens, audioTokensOf(metadata)),
  };
  return Object.values(usage).every((count) => count === null) ? null : { ...usage, source: 'provider' };
};

const sum = (...counts: readonly (number | null | undefined)[]): number | null => {
  const reported = counts.filter((count) => typeof count === 'number');
  return reported.length === 0 ? null : reported.reduce((total, count) => total + count, 0);
};

const audioTokensOf = ({ promptTokensDetails = [] }: GenerateContentResponseUsageMetadata): number | null =>
  sum(...promptTokensDetails.map(({ modality, tokenCount }) => (modality === 'AUDIO' ? tokenCount : null)));
