import type { ExecutionResult } from 'graphql';
import { ClientCompleted } from '../../core/client-completed.ts';
import type { RunningOperation } from '../compiled/delivery.ts';

const DONE = { done: true, value: undefined } as const;

/**
 * What the protocol is given in place of an operation's results: those are written elsewhere, without its waiting for
 * each message to have left. It sees the end only, and can end it.
 */
export class WrittenResults implements AsyncIterableIterator<ExecutionResult, undefined, undefined> {
  readonly #running: RunningOperation;
  readonly #isOpen: () => boolean;

  /** `isOpen`: whether the socket is, so that the client itself ends the operation, by a `complete` message. */
  constructor(running: RunningOperation, isOpen: () => boolean) {
    this.#running = running;
    this.#isOpen = isOpen;
  }

  async next(): Promise<IteratorReturnResult<undefined>> {
    await this.#running.ended;
    return DONE;
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#running.leave(this.#isOpen() ? new ClientCompleted() : undefined);
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
