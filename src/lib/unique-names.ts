/** Names of which no two are the same. */
export interface UniqueNames {
  /** The first variant of a wanted name that has not been claimed. */
  readonly claim: (wanted: string) => string;
  /** How many have been claimed. */
  readonly size: () => number;
}

/**
 * `toVariant` gives the variants of a name, by a count from 0 on, each another one. However often the same name is wanted, a
 * claim goes on where the last one has ended: many claims cost no more than their number.
 */
export const createUniqueNames = (toVariant: (wanted: string, count: number) => string): UniqueNames => {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return {
    claim: (wanted) => {
      let count = counts.get(wanted) ?? 0;
      let name = toVariant(wanted, count);
      while (taken.has(name)) {
        count += 1;
        name = toVariant(wanted, count);
      }
      counts.set(wanted, count + 1);
      taken.add(name);
      return name;
    },
    size: () => taken.size,
  };
};
