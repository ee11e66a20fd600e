import { ratioSpread, type Spread, spreadOf, toSpreadText } from './statistics.ts';
import type { Report, Table, Verdict } from './measurement.ts';

/** A figure of the present tree and of another build, measured in the same rounds. */
export interface Comparison {
  /** What was measured, with its unit. */
  readonly what: string;
  readonly now: readonly number[];
  readonly before: readonly number[];
  /** Whether more of it is better, as of requests per second, or less, as of milliseconds. */
  readonly better: 'more' | 'less';
}

const ratioOf = ({ now, before }: Comparison): Spread => ratioSpread(now, before);

/** Undecided where the median is worse, but some of the rounds are not: the difference is below the spread of the runs. */
const isNotWorse = (better: Comparison['better'], { median, least, most }: Spread): boolean | null => {
  if (better === 'more' ? median >= 1 : median <= 1) return true;
  return (better === 'more' ? most >= 1 : least <= 1) ? null : false;
};

const toTable = (beforeName: string, comparisons: readonly Comparison[]): Table => ({
  title: `Against ${beforeName}, alternating within each round`,
  head: ['', beforeName, 'now', 'now / before', 'better is'],
  rows: comparisons.map((comparison) => [
    comparison.what,
    toSpreadText(spreadOf(comparison.before)),
    toSpreadText(spreadOf(comparison.now)),
    `**${toSpreadText(ratioOf(comparison))}**`,
    comparison.better,
  ]),
});

const toVerdict = (beforeName: string, comparison: Comparison): Verdict => {
  const ratio = ratioOf(comparison);
  return {
    goal: `${comparison.what}: not worse than ${beforeName}`,
    found: `${toSpreadText(ratio)} times`,
    reached: isNotWorse(comparison.better, ratio),
  };
};

/** The table and the verdicts of a report that compare with another build; none where there is none. */
export const reportComparisons = (
  before: { readonly name: string } | null,
  comparisons: readonly Comparison[],
): Pick<Report, 'tables' | 'verdicts'> =>
  before === null
    ? { tables: [], verdicts: [] }
    : {
        tables: [toTable(before.name, comparisons)],
        verdicts: comparisons.map((comparison) => toVerdict(before.name, comparison)),
      };
