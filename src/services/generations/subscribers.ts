export interface SubscribersOptions {
  /** How long a generation may be without subscribers before it counts as abandoned, in milliseconds. */
  readonly graceMs: number;
  /** Called once the grace period is over; called again when that happens again after a subscriber has come back. */
  readonly onAbandoned: () => void;
}

/** One subscriber. Only the first call of either method counts. */
export interface Subscriber {
  /** It has gone, perhaps because its connection broke: the grace period lets it come back. */
  leave(): void;
  /** It has gone because it has what it came for. */
  finish(): void;
}

/** The subscribers of one generation on this node. A generation that never had one is not abandoned. */
export class Subscribers {
  readonly #options: SubscribersOptions;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SubscribersOptions) {
    this.#options = options;
  }

  add(): Subscriber {
    this.#count += 1;
    this.#stopTimer();
    let gone = false;
    const go = (mayComeBack: boolean): void => {
      if (gone) return;
      gone = true;
      this.#count -= 1;
      if (mayComeBack && this.#count === 0) this.startGrace();
    };
    return { leave: () => go(true), finish: () => go(false) };
  }

  /** Whether there is no subscriber and no grace period runs. */
  get areGone(): boolean {
    return this.#count === 0 && this.#timer === undefined;
  }

  /** Starts the grace period, or starts it again; it lasts for `leastMs` at least. */
  startGrace(leastMs = 0): void {
    this.#stopTimer();
    if (this.#closed || this.#count > 0) return;
    const { graceMs, onAbandoned } = this.#options;
    const forMs = Math.max(graceMs, leastMs);
    if (forMs === 0) return onAbandoned();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      onAbandoned();
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
