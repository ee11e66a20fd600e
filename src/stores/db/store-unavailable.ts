import { ModelgraphError } from '../../core/errors.ts';

/**
 * The engine is gone, busy or full: the same statement may work later. Whether the work that failed took place is not
 * known where its commit was under way.
 */
export class StoreUnavailable extends ModelgraphError {
  constructor(cause: unknown) {
    super('SERVICE_UNAVAILABLE', 'The database cannot be reached at the moment. Try again later.', { cause });
    this.name = 'StoreUnavailable';
  }
}
