import type { Delays } from '../clients/probe.ts';
import type { Verdict } from './measurement.ts';
import { type Spread, toSpreadText } from './statistics.ts';

/** How many milliseconds the server may add to a first delta, by the number of open streams: p50 and p99. */
const MOST_MS: Readonly<Record<number, readonly [p50: number, p99: number | null]>> = {
  1: [1, null],
  100: [1, null],
  1_000: [2, 10],
};

/** The verdicts on what the server adds to a first delta beside a number of open streams. */
export const judgeFirstDelta = (
  streams: number,
  addedBy: (read: (first: Delays) => number) => Spread,
): Verdict[] => {
  const [p50, p99] = MOST_MS[streams] ?? [null, null];
  const judge = (what: string, mostMs: number | null, read: (first: Delays) => number): Verdict[] => {
    if (mostMs === null) return [];
    const added = addedBy(read);
    return [
      {
        goal: `first delta, ${what}, at ${streams.toLocaleString('en')} ${streams === 1 ? 'stream' : 'streams'}: ${mostMs} ms added at most`,
        found: `${toSpreadText(added)} ms`,
        reached: added.median <= mostMs,
      },
    ];
  };
  return [...judge('p50', p50, ({ p50Ms }) => p50Ms), ...judge('p99', p99, ({ p99Ms }) => p99Ms)];
};
