import type { GenerateContentResponseUsageMetadata } from '@google/genai/web';
import { toIntCount } from '../../../shared/reading/to-count.ts';
import { partOf, type Usage } from '../../../../core/usage.ts';
import { toBilling } from '../../../shared/reading/to-billing.ts';

/** As answers have it: the SDK's types lack the tier of service. */
export type ReportedUsage = GenerateContentResponseUsageMetadata & { readonly serviceTier?: unknown };

/**
 * The API counts the prompt (cached tokens included) and what its tools fed the model apart, and so the answer and the
 * thoughts. null when it reports no numbers at all, as the early chunks of some streams do. `searches`: queries of the
 * response so far, which are billed.
 */
export const toUsage = (metadata: ReportedUsage, searches: number): Usage | null => {
  const inputTokens = sum(metadata.promptTokenCount, metadata.toolUsePromptTokenCount);
  const usage = {
    inputTokens,
    outputTokens: sum(metadata.candidatesTokenCount, metadata.thoughtsTokenCount),
    totalTokens: toIntCount(metadata.totalTokenCount),
    cacheReadTokens: partOf(inputTokens, toIntCount(metadata.cachedContentTokenCount)),
    cacheWriteTokens: null,
    reasoningTokens: toIntCount(metadata.thoughtsTokenCount),
    audioInputTokens: partOf(inputTokens, audioTokensOf(metadata)),
  };
  if (Object.values(usage).every((count) => count === null)) return null;
  const { serviceTier } = metadata;
  return {
    ...usage,
    source: 'provider',
    ...toBilling({ toolCounts: { web_search: searches }, serviceTier }),
  };
};

const sum = (...counts: readonly unknown[]): number | null => {
  const reported = counts.map(toIntCount).filter((count) => count !== null);
  return reported.length === 0 ? null : reported.reduce((total, count) => total + count, 0);
};

const audioTokensOf = ({ promptTokensDetails }: GenerateContentResponseUsageMetadata): number | null =>
  Array.isArray(promptTokensDetails)
    ? sum(...promptTokensDetails.map((detail) => (detail?.modality === 'AUDIO' ? detail.tokenCount : null)))
    : null;
