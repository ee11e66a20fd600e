import { isDeepStrictEqual } from 'node:util';
import type { CatalogueSnapshot } from './catalogue-snapshot.ts';

/** What differs between two snapshots, as clients see them: names of models in catalogue order, and aliases. */
export interface CatalogueChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly aliases: readonly string[];
}

export const isUnchanged = ({ added, removed, changed, aliases }: CatalogueChanges): boolean =>
  added.length + removed.length + changed.length + aliases.length === 0;

export const findChanges = (before: CatalogueSnapshot, after: CatalogueSnapshot): CatalogueChanges => ({
  added: [...after.models.keys()].filter((name) => !before.models.has(name)),
  removed: [...before.models.keys()].filter((name) => !after.models.has(name)),
  changed: [...after.models].flatMap(([name, config]) => {
    const known = before.models.get(name);
    return known === undefined || isDeepStrictEqual(known, config) ? [] : [name];
  }),
  aliases: [...new Set([...before.aliases.keys(), ...after.aliases.keys()])].filter(
    (alias) => before.aliases.get(alias) !== after.aliases.get(alias),
  ),
});
