/** Longer texts, in UTF-16 code units, are shown as they are: they are rendered anew with each frame. */
const MAX_RENDERED_LENGTH = 20_000;

// Bold that has not ended yet is bold already: its end is still on the way.
const INLINE = /(`[^`\n]+`)|\*\*([^*\n]+)(?:\*\*|$)|\*([^*\n]+)\*|\[([^\]\n]+)\]\((https?:\/\/[^)\s]+)\)/g;

const createElement = (name: string, ...content: readonly (Node | string)[]): HTMLElement => {
  const element = document.createElement(name);
  element.append(...content);
  return element;
};

const renderInline = (text: string): DocumentFragment => {
  const fragment = document.createDocumentFragment();
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, emphasis, label, address] = match;
    fragment.append(text.slice(at, match.index));
    at = match.index + whole.length;
    if (code !== undefined) fragment.append(createElement('code', code.slice(1, -1)));
    else if (strong !== undefined) fragment.append(createElement('strong', renderInline(strong)));
    else if (emphasis !== undefined) fragment.append(createElement('em', emphasis));
    else fragment.append(renderLink(label ?? '', address ?? ''));
  }
  fragment.append(text.slice(at));
  return fragment;
};

/** A link to another page, which learns nothing of this one. */
export const renderLink = (label: string, address: string): HTMLElement => {
  const link = createElement('a', label) as HTMLAnchorElement;
  link.href = address;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  return link;
};

const cellsOf = (line: string): readonly string[] =>
  line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

const renderRow = (line: string, cell: 'td' | 'th'): HTMLElement =>
  createElement('tr', ...cellsOf(line).map((text) => createElement(cell, renderInline(text))));

const renderTable = ([head = '', , ...rows]: readonly string[]): HTMLElement =>
  createElement(
    'table',
    createElement('thead', renderRow(head, 'th')),
    createElement('tbody', ...rows.map((row) => renderRow(row, 'td'))),
  );

const LIST_ITEM = /^( *)(?:[-*]|(\d+)\.) (.*)$/;

/** A nested list is shown at its depth. */
const renderList = (lines: readonly string[]): HTMLElement => {
  const isOrdered = /^ *\d/.test(lines[0] ?? '');
  const items = lines.map((line) => {
    const [, indent = '', , text = line] = LIST_ITEM.exec(line) ?? [];
    const item = createElement('li', renderInline(text));
    item.style.marginLeft = `${indent.length * 8}px`;
    return item;
  });
  return createElement(isOrdered ? 'ol' : 'ul', ...items);
};

const renderBlock = (block: string): HTMLElement => {
  const lines = block.split('\n');
  const [first = ''] = lines;
  const heading = /^(#{1,4}) (.*)$/.exec(first);
  if (first.startsWith('```'))
    return createElement(
      'pre',
      createElement(
        'code',
        lines
          .slice(1)
          .join('\n')
          .replace(/\n?```$/, ''),
      ),
    );
  if (heading !== null) return createElement('h3', renderInline(heading[2] ?? ''));
  if (first.startsWith('|') && lines.length > 1) return renderTable(lines);
  if (LIST_ITEM.test(first)) return renderList(lines);
  if (first.startsWith('> '))
    return createElement('blockquote', renderInline(lines.map((line) => line.replace(/^> ?/, '')).join(' ')));
  return /^-{3,}$/.test(block) ? createElement('hr') : createElement('p', renderInline(lines.join('\n')));
};

/** Paragraphs, fences kept whole. */
const toBlocks = (text: string): readonly string[] =>
  text
    .split(/(^```[^]*?(?:^```$|$(?![^])))/m)
    .flatMap((piece) => (piece.startsWith('```') ? [piece] : piece.split(/\n{2,}/)))
    .map((block) => block.replace(/^\n+|\s+$/g, ''))
    .filter((block) => block !== '');

/** What markdown there usually is in an answer, as elements: no HTML of the text is ever interpreted. */
export const renderMarkdown = (text: string): readonly (Node | string)[] =>
  text.length > MAX_RENDERED_LENGTH ? [text] : toBlocks(text).map(renderBlock);
