import { type Batch, type BatchItem, type BatchStatus, findItemPosition } from '../../core/batch.ts';
import { isTerminalBatch } from '../../core/batch-states.ts';
import { ModelgraphError, rejection, RequestRejected } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import { NO_PROVIDER_KEYS } from '../../core/provider-keys.ts';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import type { BatchPage, PageQuery } from '../../stores/batches/batch-list.ts';
import type { BatchItemPage, ItemOwners, ItemPageRequest } from '../../stores/batches/item-list.ts';
import { type Found, unwrapFound } from '../../core/found.ts';
import { findMetadataProblem } from '../checks/check-metadata.ts';
import { findVisibleUsers, mayCancel, toVisibleBatch, visibilityOf } from '../principals/visibility.ts';
import { findListedOwner, type OwnerQuery } from '../principals/listed-owner.ts';
import { requireOperation } from '../principals/require-operation.ts';
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

const NO_ITEMS: BatchItemPage = { items: [], hasNextPage: false, totalCount: 0 };

const NO_BATCHES: BatchPage = { items: [], hasNextPage: false, totalCount: 0 };

const isWhole = (reader: Principal, { principalId }: Batch): boolean =>
  visibilityOf(reader, principalId) === 'whole';

const toOwners = (reader: Principal): ItemOwners => ({
  principalId: reader.id,
  prefix: findVisibleUsers(reader) ?? null,
});

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
    requireOperation(submission.principal, 'batch');
    if (this.#closing.signal.aborted) throw isClosing();
    refuseToKeep(submission.providerKeys ?? NO_PROVIDER_KEYS, ['input']);
    checkDescription(submission);
    const signal = AbortSignal.any([submission.signal, this.#cutShort.signal]);
    const coming = new BatchIntake(this.#options, { ...submission, signal }).run();
    this.#coming.add(coming);
    try {
      return await this.#get(await coming, submission.principal);
    } finally {
      this.#coming.delete(coming);
    }
  }

  /** A batch by id; undefined when it is unknown, expired or another principal's. */
  async findBatch(id: string, principal: Principal): Promise<Batch | undefined> {
    const [found] = await this.findBatches([id], principal);
    return unwrapFound(found);
  }

  /** Batches by id, in the order of the ids: one statement for all of them. */
  async findBatches(ids: readonly string[], principal: Principal): Promise<readonly Found<Batch>[]> {
    requireOperation(principal, 'read');
    const found = await this.#options.store.findMany(ids);
    return found.map((batch) =>
      batch === undefined || batch instanceof Error ? batch : toVisibleBatch(principal, batch),
    );
  }

  /** A principal's batches, newest first; of another owner those that the principal may see. */
  async list(principal: Principal, query: PageQuery<BatchStatus> & OwnerQuery): Promise<BatchPage> {
    requireOperation(principal, 'read');
    const owner = findListedOwner(principal, query);
    if (owner === undefined) return NO_BATCHES;
    const page = await this.#options.store.list(owner.id, query);
    const items = page.items.flatMap(({ cursor, batch }) => {
      const shown = toVisibleBatch(principal, batch);
      return shown === undefined ? [] : [{ cursor, batch: shown }];
    });
    return { ...page, items };
  }

  /**
   * Pages of the items of batches the caller has found, in the order of the requests; items come in the order of their
   * submission. One statement for all pages that are to have as many items of the same statuses. What is wrong with one
   * request is the error of its page. Of a batch whose content the caller may not see there are none.
   */
  async itemPages(
    requests: readonly ItemPageRequest[],
    principal: Principal,
  ): Promise<readonly (BatchItemPage | Error)[]> {
    const own = requests.filter(({ batch }) => isWhole(principal, batch));
    const pages = await this.#options.store.itemPages(own);
    const byRequest = new Map(own.map((request, index) => [request, pages[index]] as const));
    return requests.map((request) => byRequest.get(request) ?? NO_ITEMS);
  }

  /** Items by the names their caller gave them, in the order of the names: one statement for all of them. */
  async findItemsNamed(
    names: readonly ItemName[],
    principal: Principal,
  ): Promise<readonly Found<BatchItem>[]> {
    requireOperation(principal, 'read');
    return this.#options.store.findItemsNamed(toOwners(principal), names);
  }

  /** Items by id, in the order of the ids: one statement for all of them. */
  async findItems(ids: readonly string[], principal: Principal): Promise<readonly Found<BatchItem>[]> {
    requireOperation(principal, 'read');
    const positions = ids.map(findItemPosition);
    const wanted = positions.filter((position) => position !== undefined);
    const found =
      wanted.length === 0 ? [] : await this.#options.store.findItemsAt(toOwners(principal), wanted);
    const byPosition = new Map(wanted.map((position, index) => [position, found[index]] as const));
    return positions.map((position) => position && byPosition.get(position));
  }

  /**
   * Asks for the end of a batch: `cancelling` until its vendor has ended it, then `cancelled`. What is done stays
   * readable; one that has ended stays as it is. Throws `NOT_FOUND`.
   */
  async cancel(id: string, principal: Principal): Promise<Batch> {
    requireOperation(principal, 'batch');
    const batch = await this.#getCancellable(id, principal);
    if (isTerminalBatch(batch.status)) return batch;
    await this.#options.store.cancel(id);
    return this.#getCancellable(id, principal);
  }

  /**
   * The state now, then each change, a few a second at the most; ends after the terminal state, when the signal is aborted,
   * or when this server shuts down. Throws `NOT_FOUND`.
   */
  async updates(id: string, principal: Principal, signal: AbortSignal): Promise<ReadyIterator<Batch>> {
    requireOperation(principal, 'read', 'batch');
    const { store, timing } = this.#options;
    await this.#get(id, principal);
    return subscribeToBatch({
      find: () => this.#find(id, principal),
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

  /** The principal's own alone: what can only be seen cannot be cancelled. */
  async #find(id: string, principal: Principal): Promise<Batch | undefined> {
    const batch = await this.#options.store.find(id);
    return batch?.principalId === principal.id ? batch : undefined;
  }

  async #getCancellable(id: string, principal: Principal): Promise<Batch> {
    const batch = await this.#options.store.find(id);
    if (batch === undefined || !mayCancel(principal, batch.principalId)) throw noBatch(id);
    return toVisibleBatch(principal, batch) ?? batch;
  }

  async #get(id: string, principal: Principal): Promise<Batch> {
    const batch = await this.#find(id, principal);
    if (batch === undefined) throw noBatch(id);
    return batch;
  }
}
