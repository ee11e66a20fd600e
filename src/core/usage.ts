import { MAX_INT } from '../lib/max-int.ts';
import type { BuiltInTool } from './model-config.ts';

/** How often the provider ran each of its own tools, as it counts them for its bill. Left out: not at all, or untold. */
export type ToolCounts = Readonly<Partial<Record<BuiltInTool, number>>>;

/** What a provider reports of a call that only its bill needs. Every part is left out where it says nothing of it. */
export interface Billing {
  /** Part of `cacheWriteTokens`: what is kept for longer than the provider's shortest time. */
  readonly cacheWriteLongTokens?: number;
  readonly toolCounts?: ToolCounts;
  /** The provider's own word for how the call was processed: `default`, `standard`, `flex`, `priority`, `batch` … */
  readonly serviceTier?: string;
  /** The amount that it bills for the whole call, in US dollars. */
  readonly amountUsd?: number;
}

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
  /** Left out where the provider reports nothing of the kind. Never shown as usage. */
  readonly billing?: Billing;
}

export type UsageSource = 'provider' | 'estimated';

/** Tokens of a request's input before it is sent. */
export interface TokenCount {
  readonly value: number;
  readonly source: UsageSource;
}

/** How the input of a request is counted: `provider` asks its vendor, where that has an endpoint for it. */
export const TOKEN_COUNTINGS = ['estimate', 'provider'] as const;
export type TokenCounting = (typeof TOKEN_COUNTINGS)[number];

export const COST_SOURCES = ['provider', 'price-list'] as const;
export type CostSource = (typeof COST_SOURCES)[number];

/** What the provider's own tools cost beside tokens. */
export interface ToolFee {
  readonly tool: BuiltInTool;
  readonly count: number;
  readonly amount: number;
}

/**
 * What a generation cost, in the currency's units (not cents), from the price row in force on `effectiveDate`. Every amount
 * is finite and at least 0.
 */
export interface Cost {
  readonly currency: string;
  /** The sum of the parts, or what the provider bills where it reports that itself: the parts are by the price list then. */
  readonly total: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly toolFees: readonly ToolFee[];
  /** `provider` only where the provider reported the amount of every call. */
  readonly source: CostSource;
  /** The sum of the parts, where `total` is not it; null without a price list. */
  readonly listTotal: number | null;
  /** The provider's own word for how it processed the latest call; null where it says nothing of it. */
  readonly serviceTier: string | null;
  readonly effectiveDate: string | null;
}

type AddedToCost = 'toolFees' | 'source' | 'listTotal' | 'serviceTier';
type StoredCost = Omit<Cost, AddedToCost> & Partial<Pick<Cost, AddedToCost>>;

/** A cost as it was stored, possibly by an earlier version of this server that knew only prices of tokens. */
export const completeCost = (stored: StoredCost | null): Cost | null =>
  stored && { toolFees: [], source: 'price-list', listTotal: null, serviceTier: null, ...stored };

/** A part of a whole, never above it, whatever a vendor counted. null where it was not reported. */
export const partOf = (whole: number | null, part: number | null | undefined): number | null => {
  if (part == null) return null;
  return whole === null ? part : Math.min(part, whole);
};

const sum = (a: number | null, b: number | null): number | null =>
  a === null && b === null ? null : (a ?? 0) + (b ?? 0);

/** The count of a fee is an Int in the schema. */
const addRuns = (a: number, b: number): number => Math.min(a + b, MAX_INT);

const addToolCounts = (a: ToolCounts = {}, b: ToolCounts = {}): ToolCounts => {
  const counts: Partial<Record<BuiltInTool, number>> = { ...a };
  for (const [tool, count] of Object.entries(b) as [BuiltInTool, number][])
    counts[tool] = addRuns(counts[tool] ?? 0, count);
  return counts;
};

/** Of each tool the greater count. */
export const maxToolCounts = (a: ToolCounts = {}, b: ToolCounts = {}): ToolCounts => {
  const counts: Partial<Record<BuiltInTool, number>> = { ...a };
  for (const [tool, count] of Object.entries(b) as [BuiltInTool, number][])
    counts[tool] = Math.max(counts[tool] ?? 0, count);
  return counts;
};

/** An amount is known of both calls, or of neither. */
const addBilling = (a: Billing | undefined, b: Billing | undefined): Billing | undefined => {
  if (a === undefined && b === undefined) return undefined;
  const { amountUsd: first, serviceTier: before } = a ?? {};
  const { amountUsd: second, serviceTier = before } = b ?? {};
  const long = sum(a?.cacheWriteLongTokens ?? null, b?.cacheWriteLongTokens ?? null);
  return {
    ...(long !== null && { cacheWriteLongTokens: long }),
    ...((a?.toolCounts ?? b?.toolCounts) && { toolCounts: addToolCounts(a?.toolCounts, b?.toolCounts) }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(first !== undefined && second !== undefined && { amountUsd: first + second }),
  };
};

/** The tokens of two calls together; a number is null only where neither call reported it. */
export const addUsage = (a: Usage | null, b: Usage): Usage => {
  if (a === null) return b;
  const billing = addBilling(a.billing, b.billing);
  return {
    inputTokens: sum(a.inputTokens, b.inputTokens),
    outputTokens: sum(a.outputTokens, b.outputTokens),
    totalTokens: sum(a.totalTokens, b.totalTokens),
    cacheReadTokens: sum(a.cacheReadTokens, b.cacheReadTokens),
    cacheWriteTokens: sum(a.cacheWriteTokens, b.cacheWriteTokens),
    reasoningTokens: sum(a.reasoningTokens, b.reasoningTokens),
    audioInputTokens: sum(a.audioInputTokens, b.audioInputTokens),
    source: a.source === 'estimated' ? 'estimated' : b.source,
    ...(billing && { billing }),
  };
};

const addToolFees = (a: readonly ToolFee[], b: readonly ToolFee[]): readonly ToolFee[] => {
  const fees = new Map(a.map((fee) => [fee.tool, fee]));
  for (const { tool, count, amount } of b) {
    const known = fees.get(tool);
    fees.set(tool, { tool, count: addRuns(known?.count ?? 0, count), amount: amount + (known?.amount ?? 0) });
  }
  return [...fees.values()];
};

/** What the price list makes of a cost; null where it has no price. */
const listTotalOf = ({ source, total, listTotal }: Cost): number | null =>
  source === 'price-list' ? (listTotal ?? total) : listTotal;

/** What two calls cost together; a cost that is unknown is left out. */
export const addCost = (a: Cost | null, b: Cost | null): Cost | null => {
  if (a === null || b === null) return a ?? b;
  const isListed = [a, b].every(({ source, listTotal }) => source === 'price-list' && listTotal === null);
  return {
    ...a,
    total: a.total + b.total,
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    toolFees: addToolFees(a.toolFees, b.toolFees),
    source: a.source === 'provider' && b.source === 'provider' ? 'provider' : 'price-list',
    listTotal: isListed ? null : sumOfBoth(listTotalOf(a), listTotalOf(b)),
    serviceTier: b.serviceTier ?? a.serviceTier,
  };
};

const sumOfBoth = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b;
