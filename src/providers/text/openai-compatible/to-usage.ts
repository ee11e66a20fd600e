import { mergeReports } from '../../shared/reading/merge-reports.ts';
import { toIntCount } from '../../shared/reading/to-count.ts';
import { partOf, type Usage } from '../../../core/usage.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { toBilling } from '../../shared/reading/to-billing.ts';
import { type BilledAnswer, type ReportedBill, toReportedBilling } from './to-reported-billing.ts';

export interface UsageCounting {
  /** Whether the vendor's number of output tokens includes the reasoning ones. */
  readonly outputIncludesReasoning: boolean;
}

/** The counts of both APIs: a gateway may write those of the one in an answer of the other. */
interface EitherCounts {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly prompt_tokens?: number | null;
  readonly completion_tokens?: number | null;
}

/** The `usage` of a chat completion, as far as any compatible vendor fills it. */
export interface ChatUsage extends ReportedBill, EitherCounts {
  readonly total_tokens?: number | null;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number | null;
    readonly cache_write_tokens?: number | null;
    readonly audio_tokens?: number | null;
  } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null } | null;
  /** DeepSeek's name for cached tokens. */
  readonly prompt_cache_hit_tokens?: number | null;
}

/** The `usage` of a response, as far as any compatible vendor fills it. */
export interface ResponsesUsage extends ReportedBill, EitherCounts {
  readonly total_tokens?: number | null;
  readonly input_tokens_details?: {
    readonly cached_tokens?: number | null;
    readonly cache_write_tokens?: number | null;
    readonly audio_tokens?: number | null;
    /** Perplexity's names for cached tokens and those written to the cache. */
    readonly cache_read_input_tokens?: number | null;
    readonly cache_creation_input_tokens?: number | null;
    readonly cache_write_tokens_details?: { readonly ttl_12h_tokens?: number | null } | null;
  } | null;
  readonly output_tokens_details?: { readonly reasoning_tokens?: number | null } | null;
}

/** The later report over the earlier one; what is no report changes nothing. */
export const mergeChatUsage = (earlier: ChatUsage | null, later: unknown): ChatUsage | null =>
  isRecord(later) ? mergeReports<ChatUsage>(earlier ?? {}, later) : earlier;

export const toChatUsage = (usage: ChatUsage, counting: UsageCounting, answer: BilledAnswer = {}): Usage => ({
  ...toUsage(
    {
      input: usage.prompt_tokens ?? usage.input_tokens,
      output: usage.completion_tokens ?? usage.output_tokens,
      total: usage.total_tokens,
      cacheRead: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens,
      cacheWrite: usage.prompt_tokens_details?.cache_write_tokens,
      audioInput: usage.prompt_tokens_details?.audio_tokens,
      reasoning: usage.completion_tokens_details?.reasoning_tokens,
    },
    counting,
  ),
  ...toBilling(toReportedBilling(usage, answer)),
});

export const toResponsesUsage = (
  usage: ResponsesUsage,
  counting: UsageCounting,
  answer: BilledAnswer = {},
): Usage => ({
  ...toUsage(
    {
      input: usage.input_tokens ?? usage.prompt_tokens,
      output: usage.output_tokens ?? usage.completion_tokens,
      total: usage.total_tokens,
      cacheRead:
        usage.input_tokens_details?.cached_tokens ?? usage.input_tokens_details?.cache_read_input_tokens,
      cacheWrite:
        usage.input_tokens_details?.cache_write_tokens ??
        usage.input_tokens_details?.cache_creation_input_tokens,
      audioInput: usage.input_tokens_details?.audio_tokens,
      reasoning: usage.output_tokens_details?.reasoning_tokens,
    },
    counting,
  ),
  ...toBilling({
    ...toReportedBilling(usage, answer),
    cacheWriteLongTokens: usage.input_tokens_details?.cache_write_tokens_details?.ttl_12h_tokens,
  }),
});

type Count = number | null | undefined;

interface Counts {
  readonly input: Count;
  readonly output: Count;
  readonly total: Count;
  readonly cacheRead: Count;
  readonly cacheWrite: Count;
  readonly audioInput: Count;
  readonly reasoning: Count;
}

const toUsage = (counts: Counts, { outputIncludesReasoning }: UsageCounting): Usage => {
  const input = toIntCount(counts.input);
  const reported = toIntCount(counts.output);
  const reasoning = toIntCount(counts.reasoning);
  const total = toIntCount(counts.total);
  // A server may count otherwise than its API does; where the total is the sum of all three, it proves that.
  const isApart = !outputIncludesReasoning || total === (input ?? 0) + (reported ?? 0) + (reasoning ?? 0);
  const output = reported === null || !isApart ? reported : reported + (reasoning ?? 0);
  return {
    inputTokens: input,
    outputTokens: output,
    totalTokens: total ?? (input === null || output === null ? null : input + output),
    cacheReadTokens: partOf(input, toIntCount(counts.cacheRead)),
    cacheWriteTokens: partOf(input, toIntCount(counts.cacheWrite)),
    reasoningTokens: partOf(output, reasoning),
    audioInputTokens: partOf(input, toIntCount(counts.audioInput)),
    source: 'provider',
  };
};
