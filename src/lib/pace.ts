import { setImmediate as turn } from 'node:timers/promises';

/** How long work may go on before timers and sockets have their turn, in milliseconds. */
const LONGEST_TURN_MS = 8;

/**
 * Keeps work of many steps from holding everything else up: to be called between the steps, it gives the event loop a turn
 * once they have gone on for a while.
 */
export class Pace {
  #since = performance.now();

  /** Undefined while the work may go on, else a promise that resolves after a turn of the event loop. */
  next(): Promise<void> | undefined {
    return performance.now() - this.#since < LONGEST_TURN_MS ? undefined : this.#rest();
  }

  async #rest(): Promise<void> {
    await turn();
    this.#since = performance.now();
  }
}
