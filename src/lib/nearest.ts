import { distance } from 'fastest-levenshtein';

/**
 * The `count` candidates closest to a misspelt name, best first. A candidate that contains the name, or is contained
 * in it, comes before one that is merely spelt alike.
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
