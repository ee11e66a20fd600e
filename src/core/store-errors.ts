import { findModelgraphError, ModelgraphError } from './errors.ts';

/**
 * The database is gone, busy or full: the same statement may work later. Whether a transaction took place is unknown
 * where its commit was under way when this was thrown.
 */
export class StoreUnavailable extends ModelgraphError {
  constructor(cause: unknown) {
    super(
      'SERVICE_UNAVAILABLE',
      'The database of this server is unavailable. Send the request again later.',
      { cause },
    );
    this.name = 'StoreUnavailable';
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
