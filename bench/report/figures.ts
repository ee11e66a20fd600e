import type { Figure } from './measurement.ts';
import { type Spread, spreadOf } from './statistics.ts';

const DIGITS = 6;

/** Of six digits, which is more than a run can repeat; null where there is no figure. */
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

/** The figures of each subject, by the columns of a report's table. */
export const toFigures = <T>(
  rounds: Iterable<readonly [subject: string, measured: readonly T[]]>,
  columns: readonly (readonly [title: string, read: (measured: T) => number])[],
  toSubject: (name: string) => string = (name) => name,
): readonly Figure[] =>
  [...rounds].flatMap(([name, measured]) =>
    columns.map(([title, read]) => toFigure(toSubject(name), title, spreadOf(measured.map(read)))),
  );
