import type { MarkedToken, Token, Tokens as Of } from 'marked';
import { Fragment, type ReactNode } from 'react';
import { CodeBlock } from './code-block.tsx';
import { decodeEntities, withoutDirectionControls } from './plain-text.ts';
import { RemoteImage } from './remote-image.tsx';
import { SafeLink } from './safe-link.tsx';

const MAX_DEPTH = 16;

interface Nested {
  readonly tokens: readonly Token[] | undefined;
  readonly depth?: number;
}

/** Tokens of `marked` as elements; what it takes for HTML is text here. */
export const Tokens = ({ tokens = [], depth = 0 }: Nested): ReactNode =>
  tokens.map((token, index) => (
    <Fragment key={index}>
      {depth > MAX_DEPTH ? token.raw : toElement(token as MarkedToken, depth + 1)}
    </Fragment>
  ));

const plain = (text: string): string => withoutDirectionControls(decodeEntities(text));

const Heading = ({ token, depth }: { readonly token: Of.Heading; readonly depth: number }) => {
  // The page has its own first heading: those of an answer begin below it.
  const Level = `h${Math.min(6, token.depth + 2)}` as 'h3' | 'h4' | 'h5' | 'h6';
  return (
    <Level className={`heading-${token.depth}`}>
      <Tokens tokens={token.tokens} depth={depth} />
    </Level>
  );
};

const List = ({ token, depth }: { readonly token: Of.List; readonly depth: number }) => {
  const Kind = token.ordered ? 'ol' : 'ul';
  return (
    <Kind {...(token.ordered && typeof token.start === 'number' && { start: token.start })}>
      {token.items.map((item, index) => (
        <li key={index} className={item.task ? 'task' : undefined}>
          <Tokens tokens={item.tokens} depth={depth} />
        </li>
      ))}
    </Kind>
  );
};

const Table = ({ token, depth }: { readonly token: Of.Table; readonly depth: number }) => {
  const cell = (Kind: 'td' | 'th', { tokens, align }: Of.TableCell, index: number): ReactNode => (
    <Kind key={index} {...(align !== null && { style: { textAlign: align } })}>
      <Tokens tokens={tokens} depth={depth} />
    </Kind>
  );
  return (
    // The keyboard has to reach what is wider than the page.
    <div className="table" role="region" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>{token.header.map((header, index) => cell('th', header, index))}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            <tr key={index}>{row.map((data, column) => cell('td', data, column))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const toElement = (token: MarkedToken, depth: number): ReactNode => {
  const inner = 'tokens' in token ? <Tokens tokens={token.tokens} depth={depth} /> : null;
  switch (token.type) {
    case 'space':
      return null;
    case 'paragraph':
      return <p>{inner}</p>;
    case 'heading':
      return <Heading token={token} depth={depth} />;
    case 'list':
      return <List token={token} depth={depth} />;
    case 'table':
      return <Table token={token} depth={depth} />;
    case 'blockquote':
      return <blockquote>{inner}</blockquote>;
    case 'code':
      return <CodeBlock language={token.lang ?? ''} code={token.text} />;
    case 'hr':
      return <hr />;
    case 'strong':
      return <strong>{inner}</strong>;
    case 'em':
      return <em>{inner}</em>;
    case 'del':
      return <del>{inner}</del>;
    case 'codespan':
      return <code>{plain(token.text)}</code>;
    case 'br':
      return <br />;
    case 'link':
      return (
        <SafeLink href={token.href} text={plain(token.text)}>
          {inner}
        </SafeLink>
      );
    case 'image':
      return <RemoteImage href={token.href} alt={plain(token.text)} />;
    case 'checkbox':
      return (
        <input
          type="checkbox"
          disabled
          checked={token.checked}
          aria-label={token.checked ? 'done' : 'not done'}
        />
      );
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw.trim()) ? (
        <br />
      ) : (
        <span className="plain">{plain(token.raw)}</span>
      );
    case 'text':
      return token.tokens === undefined ? plain(token.text) : inner;
    case 'escape':
      return plain(token.text);
    default:
      return plain(token.raw);
  }
};
