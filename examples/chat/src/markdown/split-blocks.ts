import { createLexer } from './create-lexer.ts';

/** An open block of more than this is cut: its cost at each delta would grow with it. */
const LONGEST_OPEN_BLOCK = 24_000;
const BLOCKS_PER_GROUP = 40;

export interface Blocks {
  /** Closed blocks in groups of a fixed size. A group that is full keeps its identity. */
  readonly groups: readonly (readonly string[])[];
  /** The block that the next delta may still change. */
  readonly open: string;
}

const cutAt = (text: string): number => {
  const newline = text.lastIndexOf('\n', LONGEST_OPEN_BLOCK);
  const space = text.lastIndexOf(' ', LONGEST_OPEN_BLOCK);
  const at =
    newline > LONGEST_OPEN_BLOCK / 2
      ? newline
      : space > LONGEST_OPEN_BLOCK / 2
        ? space
        : LONGEST_OPEN_BLOCK - 1;
  // A character of two code units stays whole.
  return /[\uD800-\uDBFF]/.test(text[at] ?? '') ? at : at + 1;
};

/** The raw text of each block at the top level of a Markdown text; together they are the text. */
const toBlocks = (text: string): string[] => {
  const blocks: string[] = [];
  for (const { type, raw } of createLexer().blockTokens(text)) {
    if (type === 'space' && blocks.length > 0) blocks.push((blocks.pop() ?? '') + raw);
    else blocks.push(raw);
  }
  return blocks;
};

/**
 * Splits a growing Markdown text into blocks. What is closed is not read again: a text of n characters that comes in
 * pieces costs O(n), not O(n²). A text that does not continue the one before is read anew.
 */
export const createBlockSplitter = (): ((text: string) => Blocks) => {
  let closed = '';
  let groups: string[][] = [];
  const close = (block: string): void => {
    closed += block;
    const last = groups.at(-1);
    if (last === undefined || last.length === BLOCKS_PER_GROUP) groups = [...groups, [block]];
    else groups = [...groups.slice(0, -1), [...last, block]];
  };
  return (given) => {
    const text = given.includes('\r') ? given.replaceAll(/\r\n?/g, '\n') : given;
    if (!text.startsWith(closed)) {
      closed = '';
      groups = [];
    }
    let open = '';
    try {
      const blocks = toBlocks(text.slice(closed.length));
      open = blocks.pop() ?? '';
      for (const block of blocks) close(block);
    } catch {
      // The lexer recurses: a text that is nested deeper than the stack is shown as it is.
      open = text.slice(closed.length);
    }
    while (open.length > LONGEST_OPEN_BLOCK) {
      const at = cutAt(open);
      close(open.slice(0, at));
      open = open.slice(at);
    }
    return { groups, open };
  };
};
