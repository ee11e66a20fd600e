/** The value below which a share of the values lies, by nearest rank; NaN of nothing. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

/** The middle of the values; the mean of the two middle ones of an even number. */
export const median = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).toSorted();
  const upper = sorted.length >> 1;
  const high = sorted[upper] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[upper - 1] ?? Number.NaN)) / 2;
};

/** What several runs gave: the median, and between which values all of them lie. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/** Each value divided by the one at the same place among the others: the ratio within each run. */
export const ratioSpread = (dividends: readonly number[], divisors: readonly number[]): Spread =>
  spreadOf(dividends.map((value, index) => value / (divisors[index] ?? Number.NaN)));

export interface Slope {
  /** Growth per unit of time. */
  readonly slope: number;
  /** The standard error of the slope: how far it may be off by the scatter of the values alone. */
  readonly error: number;
}

/** The line of least squares through values that were taken at equal intervals. NaN of fewer than three values. */
export const fitSlope = (values: readonly number[], interval: number): Slope => {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sumOf = (read: (value: number, index: number) => number): number =>
    values.reduce((sum, value, index) => sum + read(value, index), 0);
  const squares = sumOf((_, index) => (index - middle) ** 2);
  const perStep = sumOf((value, index) => (index - middle) * (value - mean)) / squares;
  const residuals = sumOf((value, index) => (value - mean - perStep * (index - middle)) ** 2);
  const error = Math.sqrt(residuals / (values.length - 2) / squares);
  return { slope: perStep / interval, error: error / interval };
};

const digitsOf = (value: number): number => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

/** With about three digits, as a report shows it. */
export const toText = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString('en', { maximumFractionDigits: digitsOf(value) }) : 'none';

/** `12.3 (11.9–14.0)`; a single value where all are the same. */
export const toSpreadText = ({ median: middle, least, most }: Spread): string =>
  least === most ? toText(middle) : `${toText(middle)} (${toText(least)}–${toText(most)})`;
