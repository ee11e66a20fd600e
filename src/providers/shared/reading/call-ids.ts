import { isStorableText } from '../../../lib/is-storable-text.ts';

/** Longer than any vendor's own; what is longer is no id. */
const MOST_CHARACTERS = 256;

/** The ids of one turn's calls: each is told apart from the others, whatever the vendor sends. */
export interface CallIds {
  /**
   * The id of a call that begins: the vendor's own where it is fit to be one and no other call of the turn has it, else one
   * that is made here, the same each time the same turn is read.
   */
  readonly claim: (given: unknown) => string;
}

export const createCallIds = (): CallIds => {
  const taken = new Set<string>();
  return {
    claim: (given) => {
      const isFit =
        typeof given === 'string' && given !== '' && given.length <= MOST_CHARACTERS && isStorableText(given);
      const wanted = isFit ? given : `call_${taken.size}`;
      let id = wanted;
      for (let count = 2; taken.has(id); count += 1) id = `${wanted}_${count}`;
      taken.add(id);
      return id;
    },
  };
};
