import type { Token } from 'marked';
import { memo, useState } from 'react';
import { createLexer } from './create-lexer.ts';
import { withoutDirectionControls } from './plain-text.ts';
import { createBlockSplitter } from './split-blocks.ts';
import { Tokens } from './tokens.tsx';

/** Quotes and lists one in another: the lexer's work grows with the square of their depth. */
const TOO_DEEP = /(?:(?:>|[*+-] |\d{1,9}[.)] )[ \t]*){24}/;

/** So does its work for emphasis with the marks of a paragraph, and for addresses with its length. */
const isTangled = (text: string): boolean =>
  text.length > 5_000 || (text.match(/[*_~@]/g)?.length ?? 0) > 300;

const toTokens = (raw: string): readonly Token[] | undefined => {
  if (TOO_DEEP.test(raw)) return undefined;
  try {
    const lexer = createLexer();
    const blocks = lexer.blockTokens(raw);
    for (const { src, tokens } of lexer.inlineQueue)
      if (isTangled(src)) tokens.push({ type: 'text', raw: src, text: src });
      else lexer.inlineTokens(src, tokens);
    return blocks;
  } catch {
    // The lexer recurses: a text that is nested deeper than the stack is shown as it is.
    return undefined;
  }
};

const Block = memo(({ raw }: { readonly raw: string }) => {
  const tokens = toTokens(raw);
  return tokens === undefined ? (
    <p className="plain">{withoutDirectionControls(raw)}</p>
  ) : (
    <Tokens tokens={tokens} />
  );
});

const Group = memo(({ blocks }: { readonly blocks: readonly string[] }) =>
  blocks.map((raw, index) => <Block key={index} raw={raw} />),
);

/**
 * Markdown of a model while it streams. Nothing in it is trusted: HTML is shown as text, links lead to https and mailto
 * alone, and an image of another host is loaded when the reader says so.
 */
export const Markdown = memo(({ text }: { readonly text: string }) => {
  const [split] = useState(createBlockSplitter);
  const { groups, open } = split(text);
  return (
    <div className="markdown" dir="auto">
      {groups.map((blocks, index) => (
        <Group key={index} blocks={blocks} />
      ))}
      <Block raw={open} />
    </div>
  );
});
