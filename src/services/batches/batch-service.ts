import { type Batch, type BatchItem, type BatchStatus, findItemPosition } from '../../core/batch.ts';
import { isTerminalBatch } from '../../core/batch-states.ts';
import { ModelgraphError, rejection, RequestRejected } from '../../core/errors.ts';
import { NO_PROVIDER_KEYS } from '../../core/provider-keys.ts';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import type { BatchPage, PageQuery } from '../../stores/batches/batch-list.ts';
import type { BatchItemPage, ItemPageRequest } from '../../stores/batches/item-list.ts';
import type { Found } from '../../core/found.ts';
import { findMetadataProblem } from '../checks/check-metadata.ts';
import { refuseToKeep } from '../refusals.ts';
import { subscribeToBatch } from './batch-updates.ts';
import { BatchIntake, type BatchIntakeOptions } from './intake/batch-intake.ts';
import type { BatchSubmission } from './intake/batch-submission.ts';
import type { BatchTiming } from './work/batch-timing.ts';

export type { BatchSubmission, BatchSubmissionLine } from './intake/batch-submission.ts';
export type { BatchPage, PageQuery } from '../../stores/batches/batch-list.ts';
export type { BatchItemPage, ItemPageRequest } from '../../stores/batches/item-list.ts';

export interface BatchServiceOptions extends BatchIntakeOptions {
  readonly timing: BatchTiming;
}

/** The name a caller gave to one request of a batch. */
export interface ItemName {
  readonly batchId: string;
  readonly customId: string;
}

/** The same for a batch that is unknown and for one that belongs to another principal. */
const noBatch = (id: string): RequestRejected => rejection('NOT_FOUND', ['id'], `There is no batch "${id}".`);

const isClosing = (): ModelgraphError =>
  new ModelgraphError('SERVICE_UNAVAILABLE', 'The server is shutting down. Submit the batch again.');

const MAX_NAME_LENGTH = 200;

/** Throws for a name or metadata that are too long: they are read with every page of batches. */
const checkDescription = ({ displayName, metadata }: BatchSubmission): void => {
  const problem = findMetadataProblem(metadata, ['input', 'metadata']);
  if (problem !== undefined) throw new RequestRejected([problem]);
  if (displayName !== null && displayName.length > MAX_NAME_LENGTH)
    throw rejection(
      'INVALID_REQUEST',
      ['input', 'displayName'],
      `displayName may have at most ${MAX_NAME_LENGTH} characters.`,
      { allowed: [`at most ${MAX_NAME_LENGTH} characters`] },
    );
};

/**
 * Takes batches in, shows them and cancels them, on any node; the work itself is done by `BatchRunner`. What belongs to
 * another principal is found as little as what does not exist.
 */
export class BatchService {
  readonly #options: BatchServiceOptions;
  readonly #closing = new AbortController();
  /** Ends the submissions that are still coming in. */
  readonly #cutShort = new AbortController();
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
    refuseToKeep(submission.providerKeys ?? NO_PROVIDER_KEYS, ['input']);
    checkDescription(submission);
    const signal = AbortSignal.any([submission.signal, this.#cutShort.signal]);
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

  /** Batches by id, in the order of the ids: one statement for all of them. */
  async findBatches(ids: readonly string[], principalId: string): Promise<readonly Found<Batch>[]> {
    const found = await this.#options.store.findMany(ids);
    return found.map((batch) =>
      batch === undefined || batch instanceof Error || batch.principalId === principalId ? batch : undefined,
    );
  }

  /** A principal's batches, newest first. */
  list(principalId: string, query: PageQuery<BatchStatus>): Promise<BatchPage> {
    return this.#options.store.list(principalId, query);
  }

  /**
   * Pages of the items of batches the caller has found, in the order of the requests; items come in the order of their
   * submission. One statement for all pages that are to have as many items of the same statuses. What is wrong with one
   * request is the error of its page.
   */
  itemPages(requests: readonly ItemPageRequest[]): Promise<readonly (BatchItemPage | Error)[]> {
    return this.#options.store.itemPages(requests);
  }

  /** Items by the names their caller gave them, in the order of the names: one statement for all of them. */
  findItemsNamed(names: readonly ItemName[], principalId: string): Promise<readonly Found<BatchItem>[]> {
    return this.#options.store.findItemsNamed(principalId, names);
  }

  /** Items by id, in the order of the ids: one statement for all of them. */
  async findItems(ids: readonly string[], principalId: string): Promise<readonly Found<BatchItem>[]> {
    const positions = ids.map(findItemPosition);
    const wanted = positions.filter((position) => position !== undefined);
    const found = wanted.length === 0 ? [] : await this.#options.store.findItemsAt(principalId, wanted);
    const byPosition = new Map(wanted.map((position, index) => [position, found[index]] as const));
    return positions.map((position) => position && byPosition.get(position));
  }

  /**
   * Asks for the end of a batch: `cancelling` until its vendor has ended it, then `cancelled`. What is done stays
   * readable; one that has ended stays as it is. Throws `NOT_FOUND`.
   */
  async cancel(id: string, principalId: string): Promise<Batch> {
    const batch = await this.#get(id, principalId);
    if (isTerminalBatch(batch.status)) return batch;
    await this.#options.store.cancel(id);
    return this.#get(id, principalId);
  }

  /**
   * The state now, then each change, a few a second at the most; ends after the terminal state, when the signal is aborted,
   * or when this server shuts down. Throws `NOT_FOUND`.
   */
  async updates(id: string, principalId: string, signal: AbortSignal): Promise<ReadyIterator<Batch>> {
    const { store, timing } = this.#options;
    await this.#get(id, principalId);
    return subscribeToBatch({
      find: () => this.findBatch(id, principalId),
      onChange: (handle) =>
        store.onChange((changed) => {
          if (changed === undefined || changed === id) handle();
        }),
      pollMs: timing.subscriptionPollMs,
      gapMs: timing.subscriptionGapMs,
      signal: AbortSignal.any([signal, this.#closing.signal]),
    });
  }

  /**
   * Takes no new batch, and ends every subscription. Submissions that are coming in have so long to end, and are refused
   * with `SERVICE_UNAVAILABLE` then. Resolves when none is left.
   */
  async stop(graceMs: number): Promise<void> {
    this.#closing.abort();
    const grace = setTimeout(() => this.#cutShort.abort(isClosing()), graceMs);
    await Promise.allSettled(this.#coming);
    clearTimeout(grace);
  }

  async #get(id: string, principalId: string): Promise<Batch> {
    const batch = await this.findBatch(id, principalId);
    if (batch === undefined) throw noBatch(id);
    return batch;
  }
}
