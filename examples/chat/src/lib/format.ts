import type { Cost, Model, Usage } from 'modelgraph-client';

const dollars = (amount: number, digits: number): string =>
  amount.toLocaleString('en', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  });

/** US dollars, with as many digits as a small amount needs. */
export const formatDollars = (amount: number): string =>
  dollars(amount, amount >= 1 || amount === 0 ? 2 : amount >= 0.01 ? 4 : 6);

export const formatCost = (cost: Cost | null | undefined): string | undefined => {
  if (cost == null) return undefined;
  return cost.total === 0 ? 'free' : formatDollars(cost.total);
};

export const formatCount = (count: number): string =>
  count.toLocaleString('en', {
    notation: count >= 10_000 ? 'compact' : 'standard',
    maximumFractionDigits: 1,
  });

export const formatUsage = (usage: Usage | null | undefined): string | undefined => {
  const { inputTokens, outputTokens } = usage ?? {};
  if (inputTokens == null && outputTokens == null) return undefined;
  return `${formatCount(inputTokens ?? 0)} in, ${formatCount(outputTokens ?? 0)} out`;
};

export const formatSeconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

export const formatBytes = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
};

/** Input and output price, per million tokens. */
export const formatPrice = ({ pricing }: Model): string => {
  if (pricing === null) return 'price unknown';
  if (pricing.inputPerMillion === 0 && pricing.outputPerMillion === 0) return 'free';
  return `${formatDollars(pricing.inputPerMillion)} in · ${formatDollars(pricing.outputPerMillion)} out`;
};
