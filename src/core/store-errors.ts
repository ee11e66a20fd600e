import { findModelgraphError, ModelgraphError } from './errors.ts';

/**
 * Why a store cannot be used: it cannot be reached or written to, its disk is full, its file is damaged, its files have been
 * deleted, or what is needed of it has been locked for too long.
 */
export type StoreFailure = 'away' | 'full' | 'damaged' | 'deleted' | 'busy';

const WORDS: Readonly<Record<StoreFailure, string>> = {
  away: 'is unavailable',
  full: 'has no space left on its disk',
  damaged: 'is damaged',
  deleted: 'has lost its files',
  busy: 'is busy',
};

/**
 * The database is gone, busy or full: the same statement may work later. Whether a transaction took place is unknown
 * where its commit was under way when this was thrown.
 */
export class StoreUnavailable extends ModelgraphError {
  readonly failure: StoreFailure;

  constructor(cause: unknown, failure: StoreFailure = 'away') {
    super(
      'SERVICE_UNAVAILABLE',
      `The database of this server ${WORDS[failure]}. Send the request again later.`,
      {
        cause,
      },
    );
    this.name = 'StoreUnavailable';
    this.failure = failure;
  }
}

/** The lease on a job belongs to another node by now, or the job is gone. Nothing was written by the call that throws it. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease on a batch was lost');
    this.name = 'LeaseLost';
  }
}

/** Whether an error comes from a database that cannot be reached, also where an SDK has put an error of its own around it. */
export const isStoreUnavailable = (error: unknown): boolean =>
  findModelgraphError(error) instanceof StoreUnavailable;

export const isLeaseLost = (error: unknown): boolean => error instanceof LeaseLost;
