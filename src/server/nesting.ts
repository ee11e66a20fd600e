import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import { type OperationLimits, refuse } from './limits.ts';

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACKET_L, TokenKind.BRACE_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACKET_R, TokenKind.BRACE_R, TokenKind.PAREN_R]);

/** How deeply the brackets of a document nest: a level above the limit at the most, and as far as its words can be read. */
const nestingOf = (source: string | Source, { maxNesting, maxTokens }: OperationLimits): number => {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let depth = 0;
  let deepest = 0;
  try {
    for (let count = 0; count < maxTokens && deepest <= maxNesting; count += 1) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) break;
      if (OPENING.has(kind)) depth += 1;
      else if (CLOSING.has(kind)) depth -= 1;
      deepest = Math.max(deepest, depth);
    }
  } catch (error) {
    // The parser says what is wrong with it, and reads no further either.
    if (!(error instanceof GraphQLError)) throw error;
  }
  return deepest;
};

/** A line of a document with nothing before its comment. A line of a block string that begins so is counted too: no lexer has run yet. */
const COMMENT_LINE = /^[ \t,\uFEFF]*#/gm;

/** Throws the refusal of a document with more comments than allowed: the lexer reads all of them ahead of the next token. */
const checkComments = (source: string | Source, { maxComments }: OperationLimits): void => {
  const text = typeof source === 'string' ? source : source.body;
  const counted = text.matchAll(COMMENT_LINE).take(maxComments + 1);
  const comments = counted.reduce((count) => count + 1, 0);
  if (comments > maxComments) throw refuse('a number of comments', comments, maxComments);
};

/** Throws the refusal of a document that nests so deeply that parsing it could exhaust the stack, or is full of comments. */
export const checkNesting = (source: string | Source, limits: OperationLimits): void => {
  checkComments(source, limits);
  const nesting = nestingOf(source, limits);
  if (nesting > limits.maxNesting) throw refuse('a nesting', nesting, limits.maxNesting);
};
