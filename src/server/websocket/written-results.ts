import type { ExecutionResult } from 'graphql';
import type { RunningOperation } from '../compiled/delivery.ts';

const DONE = { done: true, value: undefined } as const;

/**
 * What the protocol is given in place of an operation's results: those are written elsewhere, without its waiting for
 * each message to have left. It sees the end only, and can end it.
 */
export class WrittenResults implements AsyncIterableIterator<ExecutionResult, undefined, undefined> {
  readonly #running: RunningOperation;

  constructor(running: RunningOperation) {
    this.#running = running;
  }

  async next(): Promise<IteratorReturnResult<undefined>> {
    await this.#running.ended;
    return DONE;
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#running.leave();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
