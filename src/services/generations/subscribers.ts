export interface AttendanceOptions {
  /** How long nobody may be there before it counts, in milliseconds. */
  readonly graceMs: number;
  /** Called once nobody has been there for the grace period; may be called again after somebody came back. */
  readonly onDeserted: () => void;
}

/** Somebody who is there. Only the first call of either counts. */
export interface Presence {
  /** Gone, perhaps against their will. */
  leave(): void;
  /** Gone because they have what they came for: nobody needs to come back. */
  finish(): void;
}

/** Who is there for something, and whether everybody has left it. Something nobody ever came for is not deserted. */
export class Attendance {
  readonly #options: AttendanceOptions;
  #present = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  attend(): Presence {
    this.#present += 1;
    this.#stopTimer();
    let gone = false;
    const go = (deserts: boolean): void => {
      if (gone) return;
      gone = true;
      this.#present -= 1;
      if (deserts && this.#present === 0) this.wait();
    };
    return { leave: () => go(true), finish: () => go(false) };
  }

  /** Whether nobody is there and no grace period runs. */
  get isDeserted(): boolean {
    return this.#present === 0 && this.#timer === undefined;
  }

  /** Starts the grace period, or starts it again; it lasts for `leastMs` at least. */
  wait(leastMs = 0): void {
    this.#stopTimer();
    if (this.#closed || this.#present > 0) return;
    const { graceMs, onDeserted } = this.#options;
    const forMs = Math.max(graceMs, leastMs);
    if (forMs === 0) return onDeserted();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      onDeserted();
    }, forMs);
  }

  /** It no longer matters. */
  close(): void {
    this.#closed = true;
    this.#stopTimer();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
