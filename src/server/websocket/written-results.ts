import type { ExecutionResult } from 'graphql';
import { ClientCompleted } from '../../core/client-completed.ts';
import type { RunningOperation } from '../compiled/delivery.ts';

const DONE = { done: true, value: undefined } as const;

const toDone = (): typeof DONE => DONE;

/**
 * What the protocol is given in place of an operation's results: those are written elsewhere, without its waiting for
 * each message to have left. It sees the end only, and can end it.
 */
export class WrittenResults implements AsyncIterableIterator<ExecutionResult, undefined, undefined> {
  readonly #running: RunningOperation;
  readonly #socket: { isOpen(): boolean };

  /** `socket`: while it is open, it is the client itself that ends the operation, by a `complete` message. */
  constructor(running: RunningOperation, socket: { isOpen(): boolean }) {
    this.#running = running;
    this.#socket = socket;
  }

  next(): Promise<IteratorReturnResult<undefined>> {
    return this.#running.ended.then(toDone);
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#running.leave(this.#socket.isOpen() ? new ClientCompleted() : undefined);
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
