import { otherRequest } from '../refusals.ts';
import type { GenerationCache } from './generation-cache.ts';
import type { IdempotencyEntry } from '../../stores/idempotency-keys.ts';

interface Entry {
  readonly requestHash: string;
  /** The id of the generation once it has begun; rejects where it could not. */
  readonly id: Promise<string>;
  /** null: it has not begun yet. */
  knownId: string | null;
}

/** Entries beyond which those of generations that are gone are looked for. */
const SWEEP_FROM = 1_000;

const nameOf = (principalId: string, key: string): string => JSON.stringify([principalId, key]);

/**
 * The idempotency keys of generations that are not stored: in the memory of this node alone, for as long as it has their
 * generation in memory.
 */
export class UnstoredKeys {
  readonly #cache: GenerationCache;
  readonly #entries = new Map<string, Entry>();

  constructor(cache: GenerationCache) {
    this.#cache = cache;
  }

  /** The id of the generation that a key stands for; undefined: it stands for none. Throws where that had another request. */
  find(principalId: string, { key, requestHash }: IdempotencyEntry): Promise<string> | undefined {
    const entry = this.#entries.get(nameOf(principalId, key));
    if (entry === undefined || this.#isGone(entry)) return undefined;
    if (entry.requestHash !== requestHash) throw otherRequest();
    return entry.id;
  }

  /** Has a key stand for what `begin` begins, from now on; for nothing where that rejects. */
  hold(
    principalId: string,
    { key, requestHash }: IdempotencyEntry,
    begin: () => Promise<string>,
  ): Promise<string> {
    if (this.#entries.size >= SWEEP_FROM) this.#sweep();
    const name = nameOf(principalId, key);
    const begun = Promise.withResolvers<string>();
    // Those who wait for it have handlers of their own; there may be none.
    begun.promise.catch(() => undefined);
    const entry: Entry = { requestHash, id: begun.promise, knownId: null };
    this.#entries.set(name, entry);
    begin().then(
      (id) => {
        entry.knownId = id;
        begun.resolve(id);
      },
      (error: unknown) => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
        begun.reject(error);
      },
    );
    return entry.id;
  }

  #isGone({ knownId }: Entry): boolean {
    return knownId !== null && this.#cache.find(knownId) === undefined;
  }

  #sweep(): void {
    for (const [name, entry] of this.#entries) if (this.#isGone(entry)) this.#entries.delete(name);
  }
}
