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
> & {
  /** What each pass of the answer has used, its compactions of the context included. */
  readonly iterations?: unknown;
};

/** The later report over the earlier one: its numbers are cumulative, and what it leaves out has not changed. */
export const mergeUsage = (earlier: ReportedUsage, later: unknown): ReportedUsage =>
  isRecord(later) ? mergeReports(earlier, later) : earlier;

const COUNTED = [
  'input_tokens',
  'output_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
] as const;

/**
 * With what the vendor has used to compact the context before it answered: it is billed, and the counts of the answer are
 * without it (https://platform.claude.com/docs/en/build-with-claude/compaction).
 */
const withCompactions = (reported: ReportedUsage): ReportedUsage => {
  const passes: unknown = reported.iterations;
  const compactions = Array.isArray(passes) ? passes.filter(isCompaction) : [];
  if (compactions.length === 0) return reported;
  const sumOf = (name: (typeof COUNTED)[number]): number | null =>
    [reported, ...compactions]
      .map((counts) => toIntCount(counts[name]))
      .reduce((sum, count) => (count === null ? sum : (sum ?? 0) + count), null);
  return { ...reported, ...Object.fromEntries(COUNTED.map((name) => [name, sumOf(name)])) };
};

const isCompaction = (pass: unknown): pass is Record<string, unknown> =>
  isRecord(pass) && pass['type'] === 'compaction';

/** `input_tokens` excludes what was read from and written to the cache; ours includes both. */
export const toUsage = (last: ReportedUsage): Usage => {
  const reported = withCompactions(last);
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
