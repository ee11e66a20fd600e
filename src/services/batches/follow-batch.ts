import { type Batch, isFinalBatchStatus } from '../../core/batch.ts';
import { ModelgraphError } from '../../core/errors.ts';
import { wait } from '../../lib/wait.ts';

export interface FollowBatchOptions {
  /** The batch as it is now; undefined once it is deleted. */
  readonly find: () => Promise<Batch | undefined>;
  /** Calls whenever it may have changed; gives a function that ends that. */
  readonly onChange: (handle: () => void) => () => void;
  /** How often it is looked at besides, in milliseconds. */
  readonly lookMs: number;
  /** The least time between two states that are given, in milliseconds. */
  readonly gapMs: number;
  readonly signal: AbortSignal;
}

/** Everything of a batch that changes. */
const stateOf = ({ status, counts, providerBatchIds, submittedAt, expiresAt, usage }: Batch): string =>
  JSON.stringify([status, counts, providerBatchIds, submittedAt, expiresAt, usage]);

async function* follow(
  { find, onChange, lookMs, gapMs }: FollowBatchOptions,
  signal: AbortSignal,
): AsyncGenerator<Batch, undefined, undefined> {
  let news = Promise.withResolvers<void>();
  const stopListening = onChange(() => news.resolve());
  let told: string | undefined;
  try {
    for (;;) {
      news = Promise.withResolvers<void>();
      const batch = await findUnlessAway(find);
      if (batch === null) return;
      const state = batch === undefined ? told : stateOf(batch);
      if (batch !== undefined && state !== told) {
        told = state;
        yield batch;
        if (isFinalBatchStatus(batch.status)) return;
        await wait(gapMs, signal);
      }
      await Promise.race([news.promise, wait(lookMs, signal)]);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stopListening();
  }
}

/** null: there is none any more; undefined: the store is away. */
const findUnlessAway = async (find: () => Promise<Batch | undefined>): Promise<Batch | null | undefined> => {
  try {
    return (await find()) ?? null;
  } catch (error) {
    if (error instanceof ModelgraphError && error.code === 'SERVICE_UNAVAILABLE') return undefined;
    throw error;
  }
};

/** The state now, then each change, until the final one. `return()` and aborting the signal end it at once. */
export const followBatch = (
  options: FollowBatchOptions,
): AsyncIterableIterator<Batch, undefined, undefined> => {
  const leave = new AbortController();
  const batches = follow(options, AbortSignal.any([options.signal, leave.signal]));
  return {
    next: () => batches.next(),
    return() {
      // First, or it would be waited for: the generator is in the middle of a wait.
      leave.abort();
      return batches.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
