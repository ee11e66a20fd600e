import {
  type Batch,
  type BatchItem,
  type BatchItemStatus,
  type BatchStatus,
  findItemPosition,
  isFinalBatchStatus,
} from '../../core/batch.ts';
import { ModelgraphError, RequestRejected } from '../../core/errors.ts';
import type { BatchItemPage, BatchPage, PageQuery } from '../../stores/batches/batch-list.ts';
import { type ReadyIterator, toReadyIterator } from '../../lib/ready-iterator.ts';
import { BatchIntake, type BatchIntakeOptions } from './intake/batch-intake.ts';
import type { BatchSubmission } from './intake/batch-submission.ts';
import type { BatchTiming } from './work/batch-timing.ts';
import { followBatch } from './follow-batch.ts';

export type { BatchSubmission, BatchSubmissionLine } from './intake/batch-submission.ts';
export type { BatchItemPage, BatchPage, PageQuery } from '../../stores/batches/batch-list.ts';

export interface BatchServiceOptions extends BatchIntakeOptions {
  readonly timing: BatchTiming;
}

/** Unknown, or another principal's: the two are not told apart. */
const noBatch = (id: string): RequestRejected =>
  new RequestRejected([
    {
      code: 'NOT_FOUND',
      message: `There is no batch "${id}".`,
      path: ['id'],
      allowed: null,
      suggestion: null,
    },
  ]);

const isClosing = (): ModelgraphError =>
  new ModelgraphError('SERVICE_UNAVAILABLE', 'The server is shutting down. Submit the batch again.');

/** Takes batches in, shows them and stops them, on any node; the work itself is done elsewhere. */
export class BatchService {
  readonly #options: BatchServiceOptions;
  readonly #closing = new AbortController();
  /** Ends the submissions that are still coming in. */
  readonly #hurry = new AbortController();
  readonly #coming = new Set<Promise<string>>();

  constructor(options: BatchServiceOptions) {
    this.#options = options;
  }

  /**
   * Takes the requests in as they come, checks each as a single generation would be, and answers once all are stored.
   * Throws `RequestRejected` with the first 100 problems, at `['input', source, position, …]`, and leaves nothing behind
   * then, nor when the signal is aborted.
   */
  async submit(submission: BatchSubmission): Promise<Batch> {
    if (this.#closing.signal.aborted) throw isClosing();
    const signal = AbortSignal.any([submission.signal, this.#hurry.signal]);
    const coming = new BatchIntake(this.#options, { ...submission, signal }).run();
    this.#coming.add(coming);
    try {
      return await this.#get(await coming, submission.principalId);
    } finally {
      this.#coming.delete(coming);
    }
  }

  /** A batch by id; undefined when it is unknown, expired or another principal's. */
  async findBatch(id: string, principalId: string): Promise<Batch | undefined> {
    const batch = await this.#options.store.find(id);
    return batch?.principalId === principalId ? batch : undefined;
  }

  /** A principal's batches, newest first. */
  list(principalId: string, query: PageQuery<BatchStatus>): Promise<BatchPage> {
    return this.#options.store.list(principalId, query);
  }

  /** The items of a batch in the order of their submission. Throws `NOT_FOUND` where `findBatch` finds nothing. */
  async items(
    batchId: string,
    principalId: string,
    query: PageQuery<BatchItemStatus>,
  ): Promise<BatchItemPage> {
    return this.#options.store.items(await this.#get(batchId, principalId), query);
  }

  /** An item by the name its owner gave it; undefined when there is none. */
  async findItem(batchId: string, principalId: string, customId: string): Promise<BatchItem | undefined> {
    const batch = await this.findBatch(batchId, principalId);
    return batch && this.#options.store.findItem(batchId, customId);
  }

  async findItemById(id: string, principalId: string): Promise<BatchItem | undefined> {
    const position = findItemPosition(id);
    if (position === undefined) return undefined;
    const batch = await this.findBatch(position.batchId, principalId);
    return batch && this.#options.store.findItemAt(batch.id, position.index);
  }

  /**
   * Asks for the end of a batch: `cancelling` until its vendor has ended it, then `cancelled`. What is done stays
   * readable; one that has ended stays as it is. Throws `NOT_FOUND`.
   */
  async cancel(id: string, principalId: string): Promise<Batch> {
    const batch = await this.#get(id, principalId);
    if (isFinalBatchStatus(batch.status)) return batch;
    await this.#options.store.cancel(id);
    return this.#get(id, principalId);
  }

  /**
   * The state now, then each change, a few a second at the most; ends after the final state, when the signal is aborted,
   * or when this server shuts down. Throws `NOT_FOUND`.
   */
  async updates(id: string, principalId: string, signal: AbortSignal): Promise<ReadyIterator<Batch>> {
    const { store, timing } = this.#options;
    await this.#get(id, principalId);
    const updates = followBatch({
      find: () => this.findBatch(id, principalId),
      onChange: (handle) =>
        store.onChange((changed) => {
          if (changed === undefined || changed === id) handle();
        }),
      lookMs: timing.followMs,
      gapMs: timing.followGapMs,
      signal: AbortSignal.any([signal, this.#closing.signal]),
    });
    return toReadyIterator(updates);
  }

  /**
   * Takes no new batch, and ends whoever follows one. Submissions that are coming in have so long to end, and are refused
   * with `SERVICE_UNAVAILABLE` then. Resolves when none is left.
   */
  async stop(graceMs: number): Promise<void> {
    this.#closing.abort();
    const impatience = setTimeout(() => this.#hurry.abort(isClosing()), graceMs);
    await Promise.allSettled(this.#coming);
    clearTimeout(impatience);
  }

  async #get(id: string, principalId: string): Promise<Batch> {
    const batch = await this.findBatch(id, principalId);
    if (batch === undefined) throw noBatch(id);
    return batch;
  }
}
