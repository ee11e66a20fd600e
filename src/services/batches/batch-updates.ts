import type { Batch } from '../../core/batch.ts';
import { isTerminalBatch } from '../../core/batch-states.ts';
import { isStoreUnavailable } from '../../core/store-errors.ts';
import { type ReadyIterator, toReadyIterator } from '../../lib/ready-iterator.ts';
import { wait } from '../../lib/wait.ts';

export interface BatchUpdatesOptions {
  /** The batch as it is now; undefined once it is deleted. */
  readonly find: () => Promise<Batch | undefined>;
  /** Calls `handle` whenever the batch may have changed; gives a function that ends it. */
  readonly onChange: (handle: () => void) => () => void;
  /** How often `find` is called besides, in milliseconds. */
  readonly pollMs: number;
  /** The least time between two states that are delivered, in milliseconds. */
  readonly gapMs: number;
  readonly signal: AbortSignal;
}

/** Everything of a batch that changes. */
const stateOf = (batch: Batch): string => {
  const { status, counts, providerBatchIds, submittedAt, expiresAt, usage, warnings } = batch;
  return JSON.stringify([status, counts, providerBatchIds, submittedAt, expiresAt, usage, warnings]);
};

async function* readUpdates(
  { find, onChange, pollMs, gapMs }: BatchUpdatesOptions,
  signal: AbortSignal,
): AsyncGenerator<Batch, undefined, undefined> {
  let changed = Promise.withResolvers<void>();
  const stopListening = onChange(() => changed.resolve());
  let delivered: string | undefined;
  try {
    for (;;) {
      changed = Promise.withResolvers<void>();
      const batch = await findIfPossible(find);
      if (batch === null) return;
      const state = batch === undefined ? delivered : stateOf(batch);
      if (batch !== undefined && state !== delivered) {
        delivered = state;
        yield batch;
        if (isTerminalBatch(batch.status)) return;
        await wait(gapMs, signal);
      }
      await Promise.race([changed.promise, wait(pollMs, signal)]);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stopListening();
  }
}

/** null: the batch is deleted; undefined: the store cannot be reached. */
const findIfPossible = async (find: () => Promise<Batch | undefined>): Promise<Batch | null | undefined> => {
  try {
    return (await find()) ?? null;
  } catch (error) {
    if (isStoreUnavailable(error)) return undefined;
    throw error;
  }
};

/** The state now, then each change, until the terminal one. `return()` and aborting the signal end it at once. */
export const subscribeToBatch = (options: BatchUpdatesOptions): ReadyIterator<Batch> => {
  const leave = new AbortController();
  const batches = readUpdates(options, AbortSignal.any([options.signal, leave.signal]));
  return toReadyIterator({
    [Symbol.asyncIterator]: () => ({
      next: () => batches.next(),
      return() {
        // First, or it would be waited for: the generator is in the middle of a wait.
        leave.abort();
        return batches.return(undefined);
      },
    }),
  });
};
