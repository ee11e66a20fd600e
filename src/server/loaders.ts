import DataLoader from 'dataloader';
import type { Found } from '../core/found.ts';
import type { Principal } from '../core/principal.ts';
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
 * The loaders of one operation, each made when it is first asked for: most operations need none. What cannot be read is the
 * error of its own key; a store that is away is that of all.
 */
export class OperationLoaders implements Loaders {
  readonly #services: LoaderServices;
  readonly #principal: Principal;
  #generation: Loaders['generation'] | undefined;
  #generationPage: Loaders['generationPage'] | undefined;
  #batch: Loaders['batch'] | undefined;
  #batchItem: Loaders['batchItem'] | undefined;
  #namedItem: Loaders['namedItem'] | undefined;
  #itemPage: Loaders['itemPage'] | undefined;

  constructor(services: LoaderServices, principal: Principal) {
    this.#services = services;
    this.#principal = principal;
  }

  get generation(): Loaders['generation'] {
    return (this.#generation ??= createFindLoader((ids) =>
      this.#services.generations.findGenerations(ids, this.#principal),
    ));
  }

  get generationPage(): Loaders['generationPage'] {
    return (this.#generationPage ??= createLoader((requests) =>
      this.#services.generations.listPages(requests, this.#principal),
    ));
  }

  get batch(): Loaders['batch'] {
    return (this.#batch ??= createFindLoader((ids) =>
      this.#services.batches.findBatches(ids, this.#principal),
    ));
  }

  get batchItem(): Loaders['batchItem'] {
    return (this.#batchItem ??= createFindLoader((ids) =>
      this.#services.batches.findItems(ids, this.#principal),
    ));
  }

  get namedItem(): Loaders['namedItem'] {
    return (this.#namedItem ??= createFindLoader((names) =>
      this.#services.batches.findItemsNamed(names, this.#principal),
    ));
  }

  get itemPage(): Loaders['itemPage'] {
    return (this.#itemPage ??= createLoader((requests) =>
      this.#services.batches.itemPages(requests, this.#principal),
    ));
  }
}
