import { isStorableText } from '../../../lib/is-storable-text.ts';
import { createUniqueNames } from '../../../lib/unique-names.ts';
import { MAX_CALLS } from './limits.ts';

/** Longer than any vendor's own; what is longer is no id. */
const MOST_CHARACTERS = 256;

/** The ids of one turn's calls: each is told apart from the others, whatever the vendor sends. */
export interface CallIds {
  /**
   * The id of a call that begins: the vendor's own where it is fit to be one and no other call of the turn has it, else one
   * that is made here, the same each time the same turn is read. Throws beyond `MAX_CALLS`, before a reader has more calls to
   * search through.
   */
  readonly claim: (given: unknown) => string;
}

export const createCallIds = (): CallIds => {
  const names = createUniqueNames((wanted, count) => (count === 0 ? wanted : `${wanted}_${count + 1}`));
  return {
    claim: (given) => {
      if (names.size() === MAX_CALLS) throw new RangeError(`more than ${MAX_CALLS} calls`);
      const isFit =
        typeof given === 'string' && given !== '' && given.length <= MOST_CHARACTERS && isStorableText(given);
      return names.claim(isFit ? given : `call_${names.size()}`);
    },
  };
};
