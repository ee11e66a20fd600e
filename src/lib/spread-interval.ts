/** Parts of an interval, at most: members of the same part are called in one turn of the event loop. */
const MAX_PARTS = 64;
/** Timers that are set for less than this share of a second cost more than spreading the calls saves. */
const LEAST_PART_MS = 100;

export interface IntervalMember {
  /** Called once in each interval, the first time within one. */
  onInterval(): void;
}

/**
 * Calls members at an interval, all of them by one timer, which runs while there are any. The calls are spread over the
 * interval, so that thousands of members do not hold the event loop together.
 */
export class SpreadInterval {
  readonly #partMs: number;
  readonly #parts: readonly Set<IntervalMember>[];
  #next = 0;
  #joining = 0;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number) {
    const parts = Math.min(MAX_PARTS, Math.max(1, Math.floor(intervalMs / LEAST_PART_MS)));
    this.#partMs = intervalMs / parts;
    this.#parts = Array.from({ length: parts }, () => new Set());
  }

  /** To be called once for a member. */
  add(member: IntervalMember): void {
    this.#joining = (this.#joining + 1) % this.#parts.length;
    this.#parts[this.#joining]?.add(member);
    this.#size += 1;
    this.#timer ??= setInterval(this.#callPart, this.#partMs);
  }

  /** Ignored where it is no member. */
  delete(member: IntervalMember): void {
    if (!this.#parts.some((part) => part.delete(member))) return;
    this.#size -= 1;
    if (this.#size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  readonly #callPart = (): void => {
    this.#next = (this.#next + 1) % this.#parts.length;
    for (const member of this.#parts[this.#next] ?? []) member.onInterval();
  };
}
