import { distance } from 'fastest-levenshtein';

/** A list of no more names than these is as well shown as searched: none of them has to be near. */
const SHORT_LIST = 10;

/** Its first word without its version: `o4-mini` and `o3` begin the same, `gpt-6` and `gpt` too. */
const stemOf = (name: string): string => (name.split('-')[0] ?? '').replace(/\d[\d.]*$/, '');

/**
 * The `count` candidates closest to a misspelt name, best first: those that contain it or are contained in it before those
 * that are merely spelt alike. A candidate that is neither, and does not begin with the same word, is not near and left out. Costs the
 * length of the name times that of all candidates: a caller bounds both.
 */
export const nearest = (name: string, candidates: readonly string[], count: number): readonly string[] => {
  const stem = stemOf(name);
  const farthest = Math.max(2, Math.floor(name.length / 3));
  const isShort = candidates.length <= SHORT_LIST;
  return candidates
    .flatMap((candidate) => {
      const contained = name !== '' && (candidate.includes(name) || name.includes(candidate));
      const distant = distance(name, candidate);
      const isAlike = distant <= farthest && distant < Math.max(name.length, candidate.length);
      const isNear = contained || isAlike || (stem !== '' && stemOf(candidate) === stem);
      return isNear || isShort ? [{ candidate, score: distant - (contained ? name.length : 0) }] : [];
    })
    .sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);
};

/** How much of a name may be misspelt for another to be meant. */
const MISSPELT = 0.4;

/** The candidate that a misspelt name is likely to mean; undefined: none of them is spelt alike. */
export const findSimilar = (name: string, candidates: readonly string[]): string | undefined => {
  const most = Math.floor(name.length * MISSPELT) + 1;
  const scored = candidates
    .map((candidate) => ({ candidate, score: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ score }) => score <= most)
    .toSorted((a, b) => a.score - b.score);
  return scored[0]?.candidate;
};
