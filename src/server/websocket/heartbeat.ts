import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { IntervalMember } from '../../lib/spread-interval.ts';

/**
 * Pings an open socket and ends it when a ping goes unanswered until the next one. An answer repeats what the ping brought, so
 * that a client cannot send answers without having read.
 */
export class Heartbeat implements IntervalMember {
  readonly #socket: WebSocket;
  #awaited: Buffer | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  onInterval(): void {
    if (this.#awaited !== undefined) return this.#socket.terminate();
    this.#awaited = randomBytes(8);
    this.#socket.ping(this.#awaited);
  }

  /** A pong has come. */
  take(data: Buffer): void {
    if (this.#awaited?.equals(data) === true) this.#awaited = undefined;
  }
}
