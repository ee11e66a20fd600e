import type Anthropic from '@anthropic-ai/sdk';
import { isRecord } from '../../../../lib/is-record.ts';
import { mergeReports } from '../../../shared/reading/merge-reports.ts';
import { toIntCount } from '../../../shared/reading/to-count.ts';
import { partOf, type Usage } from '../../../../core/usage.ts';
import { toBilling } from '../../../shared/reading/to-billing.ts';

/** What a response reports of its tokens. Compatible servers leave fields out. */
export type ReportedUsage = Partial<
  Pick<
    Anthropic.MessageDeltaUsage,
    | 'input_tokens'
    | 'output_tokens'
    | 'cache_creation_input_tokens'
    | 'cache_read_input_tokens'
    | 'output_tokens_details'
    | 'server_tool_use'
  > &
    Pick<Anthropic.Usage, 'cache_creation' | 'service_tier' | 'speed'>
>;

/** The later report over the earlier one: its numbers are cumulative, and what it leaves out has not changed. */
export const mergeUsage = (earlier: ReportedUsage, later: unknown): ReportedUsage =>
  isRecord(later) ? mergeReports(earlier, later) : earlier;

/** `input_tokens` excludes what was read from and written to the cache; ours includes both. */
export const toUsage = (reported: ReportedUsage): Usage => {
  const cacheReadTokens = toIntCount(reported.cache_read_input_tokens);
  const cacheWriteTokens = toIntCount(reported.cache_creation_input_tokens);
  const uncachedTokens = toIntCount(reported.input_tokens);
  const inputTokens =
    uncachedTokens === null ? null : uncachedTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
  const outputTokens = toIntCount(reported.output_tokens);
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: partOf(outputTokens, toIntCount(reported.output_tokens_details?.thinking_tokens)),
    audioInputTokens: null,
    source: 'provider',
    ...toBilling({
      cacheWriteLongTokens: reported.cache_creation?.ephemeral_1h_input_tokens,
      toolCounts: {
        web_search: reported.server_tool_use?.web_search_requests,
        url_context: reported.server_tool_use?.web_fetch_requests,
      },
      // Fast mode has prices of its own, and a tier of its own only in name.
      serviceTier: reported.speed === 'fast' ? reported.speed : reported.service_tier,
    }),
  };
};
