import { distance } from 'fastest-levenshtein';

/**
 * The `count` candidates closest to a misspelt name, best first. A candidate that contains the name, or is contained
 * in it, comes before one that is merely spelt alike. Costs the length of the name times that of all candidates: a caller
 * bounds both.
 */
export const nearest = (name: string, candidates: readonly string[], count: number): readonly string[] =>
  candidates
    .map((candidate) => {
      const contained = candidate.includes(name) || name.includes(candidate);
      return { candidate, score: distance(name, candidate) - (contained ? name.length : 0) };
    })
    .sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);

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
