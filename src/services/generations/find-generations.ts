import type { Found } from '../../core/found.ts';
import type { Generation } from '../../core/generation.ts';
import type { GenerationStore } from '../../stores/generations/generation-store.ts';
import type { GenerationCache } from './generation-cache.ts';

/**
 * Generations in the order of the ids: those of this node as they are in memory, and all others by one statement. `show` gives
 * what may be seen of each.
 */
export const findGenerations = async (
  { cache, store }: { readonly cache: GenerationCache; readonly store: GenerationStore },
  ids: readonly string[],
  show: (generation: Generation) => Generation | undefined,
): Promise<readonly Found<Generation>[]> => {
  const here = new Map(ids.map((id) => [id, cache.find(id)] as const));
  const elsewhere = [...here].filter(([, generation]) => generation === undefined).map(([id]) => id);
  const stored = elsewhere.length === 0 ? [] : await store.findMany(elsewhere);
  const found = new Map(elsewhere.map((id, index) => [id, stored[index]] as const));
  return ids.map((id) => {
    const known = found.get(id);
    if (known instanceof Error) return known;
    const generation = here.get(id) ?? known?.generation;
    return generation && show(generation);
  });
};
