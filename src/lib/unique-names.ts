/** Names of which no two are the same. */
export interface UniqueNames {
  /** The first variant of a wanted name that has not been claimed. */
  readonly claim: (wanted: string) => string;
  /** How many have been claimed. */
  readonly size: () => number;
}

/**
 * `toVariant` gives the variants of a name, by a count from 0 on, each another one; names with the same first variant must have
 * all of them in common. However often they are wanted, a claim goes on where the last one has ended: many claims cost no more
 * than their number.
 */
export const createUniqueNames = (toVariant: (wanted: string, count: number) => string): UniqueNames => {
  const taken = new Set<string>();
  const firsts = new Map<string, string>();
  /** By the first variant. */
  const counts = new Map<string, number>();
  return {
    claim: (wanted) => {
      const first = firsts.get(wanted) ?? toVariant(wanted, 0);
      firsts.set(wanted, first);
      let count = counts.get(first) ?? 0;
      let name = count === 0 ? first : toVariant(wanted, count);
      while (taken.has(name)) {
        count += 1;
        name = toVariant(wanted, count);
      }
      counts.set(first, count + 1);
      taken.add(name);
      return name;
    },
    size: () => taken.size,
  };
};
