import type Anthropic from '@anthropic-ai/sdk';
import { partOf, type Usage } from '../../../../core/usage.ts';

/** What a response reports of its tokens. Compatible servers leave fields out. */
export type ReportedUsage = Partial<
  Pick<
    Anthropic.MessageDeltaUsage,
    | 'input_tokens'
    | 'output_tokens'
    | 'cache_creation_input_tokens'
    | 'cache_read_input_tokens'
    | 'output_tokens_details'
  >
>;

/** The later report over the earlier one: its numbers are cumulative, and what it leaves out has not changed. */
export const mergeUsage = (earlier: ReportedUsage, later: ReportedUsage): ReportedUsage => ({
  ...earlier,
  ...Object.fromEntries(Object.entries(later).filter(([, value]) => value !== null && value !== undefined)),
});

/** `input_tokens` excludes what was read from and written to the cache; ours includes both. */
export const toUsage = (reported: ReportedUsage): Usage => {
  const cacheReadTokens = reported.cache_read_input_tokens ?? null;
  const cacheWriteTokens = reported.cache_creation_input_tokens ?? null;
  const uncachedTokens = reported.input_tokens ?? null;
  const inputTokens =
    uncachedTokens === null ? null : uncachedTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
  const outputTokens = reported.output_tokens ?? null;
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: partOf(outputTokens, reported.output_tokens_details?.thinking_tokens),
    audioInputTokens: null,
    source: 'provider',
  };
};
