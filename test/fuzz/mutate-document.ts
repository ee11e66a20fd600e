import type { Dice } from './dice.ts';

const TOKENS = /"(?:[^"\\]|\\.)*"|[\w$]+|\.\.\.|[^\s\w]/g;

const NOISE = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '!',
  ':',
  '...',
  '@',
  '$',
  '|',
  '&',
  '"',
  '"""',
  '#',
  ',',
  '\u0000',
  '\ud800',
  '\ufeff',
  '@skip(if: true)',
  '@include(if: false)',
  '@defer',
  '@stream',
  '@novelty',
  '__typename',
  '__schema { types { name } }',
  '-1',
  '1e400',
  '2147483648',
  '99999999999999999999',
  'null',
  'true',
  '"\\ud800"',
  '"\\u0000"',
  '$novelty',
  '{a: 1}',
  '[1]',
  'query',
  'mutation',
  'subscription',
  'fragment F on Query { ...F }',
  '... on Model { name }',
  '...F',
];

/** A document that was changed in one place, by its tokens. */
export const mutateDocument = (
  query: string,
  dice: Dice,
): { readonly query: string; readonly what: string } => {
  const tokens: readonly string[] = query.match(TOKENS) ?? [];
  if (tokens.length === 0) return { query: dice.pick(NOISE), what: 'noise in place of nothing' };
  const [at, to] = [dice.below(tokens.length), dice.below(tokens.length)];
  const [token = '', other = ''] = [tokens[at], tokens[to]];
  const give = (changed: readonly string[], what: string) => ({
    query: changed.join(' '),
    what: `document: ${what}`,
  });
  switch (dice.below(10)) {
    case 0:
      return give(tokens.toSpliced(at, 1), `"${token}" left out`);
    case 1:
      return give(tokens.toSpliced(at, 0, token), `"${token}" twice`);
    case 2:
      return give(tokens.with(at, other).with(to, token), `"${token}" and "${other}" swapped`);
    case 3:
      return give(tokens.slice(0, at), `cut before "${token}"`);
    case 4: {
      const times = dice.pick([10, 300, 3_000]);
      return give(
        tokens.toSpliced(at, 0, ...Array.from({ length: times }, () => token)),
        `"${token}" ${times} times`,
      );
    }
    case 5: {
      const depth = dice.pick([20, 200, 5_000]);
      return give(
        tokens.with(at, `${'{ a '.repeat(depth)}${token}${' }'.repeat(depth)}`),
        `"${token}" ${depth} deep`,
      );
    }
    case 6: {
      const times = dice.pick([5, 30, 500]);
      const aliases = Array.from({ length: times }, (_, index) => `a${index}: __typename`).join(' ');
      return give(tokens.toSpliced(at, 0, aliases), `${times} aliases`);
    }
    case 7:
      return give([...tokens, ...tokens], 'twice');
    default: {
      const noise = dice.pick(NOISE);
      return give(
        dice.chance(0.5) ? tokens.with(at, noise) : tokens.toSpliced(at, 0, noise),
        `${JSON.stringify(noise)} at "${token}"`,
      );
    }
  }
};
