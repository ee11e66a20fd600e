import { setTimeout as wait } from 'node:timers/promises';
import type { Moment, NoteOccasion, Occasion } from '../batch-vendors/batch-moments.ts';
import type { PlannedKill } from './kill-plan.ts';
import type { Life } from './killable-nodes.ts';

/** How long a moment may take to come. */
const PATIENCE_MS = 3_000;

interface Waiting {
  readonly planned: PlannedKill;
  /** Called when it has come; what it gives holds the vendor until the kill is over. */
  readonly come: (occasion: Occasion) => Promise<unknown>;
}

/** Knows what is under way, and lets a killer wait for it. */
export class OccasionWatch {
  readonly #lives: () => readonly Life[];
  /** The last moment of each part of a batch. */
  readonly #last = new Map<string, Moment | 'other'>();
  #waiting: Waiting | undefined;

  constructor(lives: () => readonly Life[]) {
    this.#lives = lives;
  }

  readonly note: NoteOccasion = async (occasion) => {
    const { moment, vendor, life: key, part } = occasion;
    if (part !== null) this.#last.set(part, moment);
    const life = this.#lives().find((candidate) => candidate.key === key);
    const waiting = this.#waiting;
    if (
      waiting === undefined ||
      life === undefined ||
      waiting.planned.moment !== moment ||
      waiting.planned.vendor !== vendor
    )
      return life === undefined;
    this.#waiting = undefined;
    await waiting.come(occasion);
    return life.isOver();
  };

  /** Nothing that matters is under way for it. */
  pass(part: string): void {
    this.#last.set(part, 'other');
  }

  /** What is under way for the batch of an occasion by now. */
  momentOf({ moment, part }: Occasion): Moment | 'other' {
    return (part === null ? undefined : this.#last.get(part)) ?? moment;
  }

  /** The next occasion of a planned kill, which is held until `over` settles; undefined: it did not come. */
  async next(planned: PlannedKill, over: Promise<unknown>): Promise<Occasion | undefined> {
    const impatience = new AbortController();
    const { promise: came, resolve } = Promise.withResolvers<Occasion>();
    this.#waiting = {
      planned,
      come: (occasion) => {
        resolve(occasion);
        return over;
      },
    };
    const gaveUp = wait(PATIENCE_MS, undefined, { signal: impatience.signal }).catch(() => undefined);
    const occasion = await Promise.race([came, gaveUp]);
    impatience.abort();
    this.#waiting = undefined;
    return occasion;
  }
}
