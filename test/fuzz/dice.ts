import { createRandom } from '../support/create-random.ts';

/** Choices that are the same for the same seed. */
export interface Dice {
  /** A whole number from 0 to below `bound`. */
  readonly below: (bound: number) => number;
  readonly chance: (probability: number) => boolean;
  /** Throws for an empty list. */
  readonly pick: <T>(items: readonly T[]) => T;
}

export const createDice = (seed: number): Dice => {
  const random = createRandom(seed);
  // Numbers that follow each other are seeds here: the first results of a seed lie too close to those of its neighbour.
  for (let turn = 0; turn < 4; turn += 1) random();
  const below: Dice['below'] = (bound) => Math.floor(random() * bound);
  return {
    below,
    chance: (probability) => random() < probability,
    pick: <T>(items: readonly T[]): T => {
      if (items.length === 0) throw new RangeError('there is nothing to pick from');
      return items[below(items.length)] as T;
    },
  };
};
