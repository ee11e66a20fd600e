import type { Figure } from './measurement.ts';
import type { Spread } from './statistics.ts';

const DIGITS = 4;

/** Of four digits, which is more than a run can repeat; null where there is no figure. */
const round = (value: number): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null;

/** A figure for programs. The name of its subject has no markup. */
export const toFigure = (subject: string, figure: string, { median, least, most }: Spread): Figure => ({
  subject: subject.replaceAll(/[*`]/g, ''),
  figure,
  median: round(median),
  least: round(least),
  most: round(most),
});
