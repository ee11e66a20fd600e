import DataLoader from 'dataloader';
import type { Found } from '../core/found.ts';
import type { Loaders } from '../schema/context.ts';
import type { BatchService } from '../services/batches/batch-service.ts';
import type { GenerationService } from '../services/generations/generation-service.ts';

export interface LoaderServices {
  readonly generations: GenerationService;
  readonly batches: BatchService;
}

/**
 * Gathers the keys that resolvers ask for in one turn, and loads them together. Nothing is kept: a subscription has its
 * loaders for its whole life, and what they load changes meanwhile.
 */
const createLoader = <Key, Value>(
  load: (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>,
): DataLoader<Key, Value> => new DataLoader<Key, Value>((keys) => load(keys), { cache: false });

const createFindLoader = <Key, Value>(
  find: (keys: readonly Key[]) => Promise<readonly Found<Value>[]>,
): DataLoader<Key, Value | null> =>
  createLoader(async (keys) => (await find(keys)).map((found) => found ?? null));

/**
 * The loaders of one operation, each made when it is first used: most operations need none. What cannot be read is the
 * error of its own key; a store that is away is that of all.
 */
export const createLoaders = ({ generations, batches }: LoaderServices, principalId: string): Loaders => {
  const made: Partial<{ -readonly [name in keyof Loaders]: Loaders[name] }> = {};
  return {
    get generation() {
      return (made.generation ??= createFindLoader((ids) => generations.findGenerations(ids, principalId)));
    },
    get batch() {
      return (made.batch ??= createFindLoader((ids) => batches.findBatches(ids, principalId)));
    },
    get batchItem() {
      return (made.batchItem ??= createFindLoader((ids) => batches.findItems(ids, principalId)));
    },
    get namedItem() {
      return (made.namedItem ??= createFindLoader((names) => batches.findItemsNamed(names, principalId)));
    },
    get itemPage() {
      return (made.itemPage ??= createLoader((requests) => batches.itemPages(requests)));
    },
  };
};
