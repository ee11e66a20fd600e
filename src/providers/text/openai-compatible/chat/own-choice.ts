import type { ChatChoice } from './chat-chunk.ts';

/**
 * Picks the choices that are the answer out of a stream's chunks. One answer is asked for, and it is the first choice: that
 * of another index would be another text. Some servers count their chunks in that field instead (Foundry Local): there each
 * chunk has one choice, and no index comes back. Which of the two a server does is known at the third index, or as soon as
 * one comes twice; the choice in between is held until then.
 */
export interface OwnChoice {
  /** Those to be read now, in order. */
  readonly take: (choices: readonly ChatChoice[]) => readonly ChatChoice[];
  /** What is still held when the stream ends. */
  readonly rest: () => readonly ChatChoice[];
}

const NONE: readonly ChatChoice[] = [];

export const createOwnChoice = (): OwnChoice => {
  let own: number | undefined;
  let numbering: 'unknown' | 'choices' | 'chunks' = 'unknown';
  let held: { readonly choice: ChatChoice; readonly index: number } | undefined;

  const indexOf = ({ index }: ChatChoice): number => (typeof index === 'number' ? index : (own ?? 0));

  const isPlainlyOwn = (choice: ChatChoice): boolean => held === undefined && indexOf(choice) === own;

  const takeOne = (choice: ChatChoice): readonly ChatChoice[] => {
    const index = indexOf(choice);
    if (numbering === 'chunks') return [choice];
    if (index === own) {
      if (held !== undefined) numbering = 'choices';
      held = undefined;
      return [choice];
    }
    if (numbering === 'choices') return NONE;
    if (held === undefined) {
      held = { choice, index };
      return NONE;
    }
    const before = held;
    held = undefined;
    numbering = before.index === index ? 'choices' : 'chunks';
    return numbering === 'chunks' ? [before.choice, choice] : NONE;
  };

  return {
    take: (choices) => {
      const [first] = choices;
      if (first === undefined) return NONE;
      own ??= indexOf(first);
      if (choices.length === 1) return isPlainlyOwn(first) ? choices : takeOne(first);
      const indexes = new Set(choices.map(indexOf));
      if (indexes.size > 1) numbering = 'choices';
      return choices.filter((choice) => indexOf(choice) === own);
    },
    rest: () => (held === undefined ? NONE : [held.choice]),
  };
};
