/** One subscriber. Only the first call of either method counts. */
export interface Subscriber {
  /** It has gone, perhaps because its connection broke: the grace period lets it come back. */
  leave(): void;
  /** It has gone because it has what it came for. */
  finish(): void;
  /** It has gone, and has said that it wants no more of it: there is no grace period. */
  abandon(): void;
}

class CountedSubscriber implements Subscriber {
  readonly #subscribers: Subscribers;
  #isGone = false;

  constructor(subscribers: Subscribers) {
    this.#subscribers = subscribers;
  }

  leave(): void {
    if (this.#go()) this.#subscribers.startGrace();
  }

  finish(): void {
    this.#go();
  }

  abandon(): void {
    if (this.#go()) this.#subscribers.abandon();
  }

  /** Whether it was still there. */
  #go(): boolean {
    if (this.#isGone) return false;
    this.#isGone = true;
    this.#subscribers.remove();
    return true;
  }
}

/** The subscribers of one generation on this node. A generation that never had one is not abandoned. */
export class Subscribers {
  readonly #graceMs: number;
  readonly #onAbandoned: () => void;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * `graceMs`: how long a generation may be without subscribers before it counts as abandoned. `onAbandoned`: called once that is
   * over; called again when that happens again after a subscriber has come back.
   */
  constructor(graceMs: number, onAbandoned: () => void) {
    this.#graceMs = graceMs;
    this.#onAbandoned = onAbandoned;
  }

  add(): Subscriber {
    this.#count += 1;
    this.#stopTimer();
    return new CountedSubscriber(this);
  }

  /** To be called once for each that was added. */
  remove(): void {
    this.#count -= 1;
  }

  /** A subscriber, here or on another node, has gone for good: without others nothing is waited for. */
  abandon(): void {
    if (this.#closed || this.#count > 0) return;
    this.#stopTimer();
    this.#onAbandoned();
  }

  /** Whether there is no subscriber and no grace period runs. */
  get areGone(): boolean {
    return this.#count === 0 && this.#timer === undefined;
  }

  /** Starts the grace period, or starts it again; it lasts for `leastMs` at least. */
  startGrace(leastMs = 0): void {
    this.#stopTimer();
    if (this.#closed || this.#count > 0) return;
    const forMs = Math.max(this.#graceMs, leastMs);
    if (forMs === 0) return this.#onAbandoned();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#onAbandoned();
    }, forMs);
  }

  /** The generation has ended: subscribers change nothing any more. */
  close(): void {
    this.#closed = true;
    this.#stopTimer();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
