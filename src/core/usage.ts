/**
 * Tokens of one generation. A number the provider did not report is null, never 0.
 * `inputTokens` includes cache reads, cache writes and audio; `outputTokens` includes reasoning:
 * readers convert where a vendor counts otherwise, so that a part never exceeds its total.
 */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly audioInputTokens: number | null;
  readonly source: UsageSource;
}

export type UsageSource = 'provider' | 'estimated';

/** What a generation cost, in the currency's units (not cents), from the price row in force on `effectiveDate`. */
export interface Cost {
  readonly currency: string;
  readonly total: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly effectiveDate: string | null;
}

/** A part of a whole, never above it, whatever a vendor counted. null where it was not reported. */
export const partOf = (whole: number | null, part: number | null | undefined): number | null => {
  if (part == null) return null;
  return whole === null ? part : Math.min(part, whole);
};

const sum = (a: number | null, b: number | null): number | null =>
  a === null && b === null ? null : (a ?? 0) + (b ?? 0);

/** The tokens of two calls together; a number is null only where neither call reported it. */
export const addUsage = (a: Usage | null, b: Usage): Usage =>
  a === null
    ? b
    : {
        inputTokens: sum(a.inputTokens, b.inputTokens),
        outputTokens: sum(a.outputTokens, b.outputTokens),
        totalTokens: sum(a.totalTokens, b.totalTokens),
        cacheReadTokens: sum(a.cacheReadTokens, b.cacheReadTokens),
        cacheWriteTokens: sum(a.cacheWriteTokens, b.cacheWriteTokens),
        reasoningTokens: sum(a.reasoningTokens, b.reasoningTokens),
        audioInputTokens: sum(a.audioInputTokens, b.audioInputTokens),
        source: a.source === 'estimated' ? 'estimated' : b.source,
      };

/** What two calls at the prices of one model cost together; a cost that is unknown is left out. */
export const addCost = (a: Cost | null, b: Cost | null): Cost | null => {
  if (a === null || b === null) return a ?? b;
  return {
    ...a,
    total: a.total + b.total,
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
  };
};
