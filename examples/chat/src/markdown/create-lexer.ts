import { Lexer, Tokenizer, type Tokens } from 'marked';

/** So many columns, and every table is read, however little its rows say. */
const NARROW = 8;

/** Each row of a table is filled up to its columns: a short text could have millions of cells. */
const hasMoreCellsThanText = (src: string): boolean => {
  const [header = '', delimiters = ''] = src.split('\n', 2);
  const columns = Math.min(header.split('|').length, delimiters.split('|').length);
  if (columns <= NARROW) return false;
  const [table = ''] = src.split('\n\n', 1);
  return columns * table.split('\n').length > table.length;
};

class BoundedTokenizer extends Tokenizer {
  override table(src: string): Tokens.Table | undefined {
    return hasMoreCellsThanText(src) ? undefined : super.table(src);
  }
}

/** A lexer of GitHub's Markdown. A table with more cells than characters is a paragraph to it. */
export const createLexer = (): Lexer => new Lexer({ gfm: true, tokenizer: new BoundedTokenizer() });
