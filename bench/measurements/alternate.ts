import type { Comparison } from '../report/comparison.ts';
import { ratioSpread, type Spread } from '../report/statistics.ts';

export interface Subject<T> {
  readonly name: string;
  readonly measure: () => Promise<T>;
}

/** The results of each subject, by its name, in the order of the rounds. */
export type Rounds<T> = ReadonlyMap<string, readonly T[]>;

export interface AlternateOptions {
  /** Rounds that count. */
  readonly runs: number;
  /** Whether a round that does not count comes first. */
  readonly warmsUp: boolean;
  /** Called before each round that counts, with its number from 1 on. */
  readonly onRound?: (round: number) => void;
}

/**
 * Measures the subjects in turn, so that what changes on the machine over time reaches all of them. The order is
 * reversed from round to round, so that none of them always follows the same other one.
 */
export const alternate = async <T>(
  subjects: readonly Subject<T>[],
  { runs, warmsUp, onRound }: AlternateOptions,
): Promise<Rounds<T>> => {
  const rounds = new Map<string, T[]>(subjects.map(({ name }) => [name, []]));
  for (let round = warmsUp ? 0 : 1; round <= runs; round += 1) {
    if (round > 0) onRound?.(round);
    for (const { name, measure } of round % 2 === 0 ? subjects.toReversed() : subjects) {
      const result = await measure();
      if (round > 0) rounds.get(name)?.push(result);
    }
  }
  return rounds;
};

/** The results of one subject. */
export const getRounds = <T>(rounds: Rounds<T>, name: string): readonly T[] => {
  const found = rounds.get(name);
  if (found === undefined) throw new RangeError(`nothing was measured under the name ${name}`);
  return found;
};

/** One subject's value divided by another's, within each round. */
export const ratioOf = <T>(
  rounds: Rounds<T>,
  [dividend, divisor]: readonly [dividend: string, divisor: string],
  read: (result: T) => number,
): Spread => ratioSpread(getRounds(rounds, dividend).map(read), getRounds(rounds, divisor).map(read));

/** One figure of the present tree and of another build, out of rounds that measured both. */
export const compareRounds = <T>(
  rounds: Rounds<T>,
  { now, before }: { readonly now: string; readonly before: string },
  { what, better }: Pick<Comparison, 'what' | 'better'>,
  read: (result: T) => number,
): Comparison => ({
  what,
  better,
  now: getRounds(rounds, now).map(read),
  before: getRounds(rounds, before).map(read),
});
