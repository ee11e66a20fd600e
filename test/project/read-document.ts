export interface FencedBlock {
  /** The word after the opening fence; empty where there is none. */
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of code of a Markdown document, in order. Throws for one that is not closed. */
export const fencedBlocks = (markdown: string): readonly FencedBlock[] => {
  const blocks: FencedBlock[] = [];
  let open: { readonly fence: string; readonly language: string; readonly lines: string[] } | undefined;
  for (const line of markdown.split('\n')) {
    const [, fence, language = ''] = /^\s*(`{3,})(\S*)/.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== undefined) open = { fence, language, lines: [] };
    } else if (fence === open.fence && language === '') {
      blocks.push({ language: open.language, text: open.lines.join('\n') });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`a block of code is not closed: ${open.lines[0] ?? ''}`);
  return blocks;
};

const withoutBlocks = (markdown: string): string =>
  markdown.replaceAll(/^\s*(`{3,})[\s\S]*?^\s*\1\s*$/gm, '');

/** Links and pictures that lead into the project, as they are written. */
export const linksOf = (markdown: string): readonly string[] =>
  [...withoutBlocks(markdown).matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, link]) => link ?? '');

/** The anchors that GitHub gives to the headings of a document. */
export const headingSlugs = (markdown: string): readonly string[] =>
  [...withoutBlocks(markdown).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const PATH = /^[\w.@<>-]+(\/[\w.@<>-]+)*\/?$/;
/** A name alone is looked for where it can only be a file of this project. */
const SOURCE = /(\w\.(ts|mjs|md)|\/[\w.-]+\.\w+)$/;
const ROOM = /^(src|config|cli|client|scripts|bench|test|docs|examples|\.ci)\//;

/** What stands between backticks and is the path of a file or a folder of this project. */
export const codePaths = (markdown: string): readonly string[] =>
  [...withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)]
    .map(([, code]) => code ?? '')
    .filter((code) => PATH.test(code) && (SOURCE.test(code) || ROOM.test(code)));

/** Files whose path ends with one that a document names; `<name>` stands for any one name. */
export const toPattern = (path: string): RegExp => {
  const pattern = path
    .replace(/\/$/, '')
    .split(/<[\w-]+>/)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('[^/]+');
  return new RegExp(String.raw`(^|/)${pattern}/?$`);
};

const KINDS = /^(flowchart|sequenceDiagram|stateDiagram-v2)\b/;
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Names of nodes that are words of Mermaid's own language. */
const RESERVED = /^\s*(call|end|click|href|style|class|default)\s*(-->|\[)/m;

/**
 * Why GitHub would not draw a Mermaid picture, as far as that shows without Mermaid itself, which is no dependency;
 * undefined: nothing was found.
 */
export const findPictureProblem = (text: string): string | undefined => {
  if (!KINDS.test(text)) return `a picture of an unknown kind: ${text.split('\n')[0] ?? ''}`;
  const [, reserved] = RESERVED.exec(text) ?? [];
  if (reserved !== undefined) return `a node cannot be named ${reserved}`;
  const open: string[] = [];
  for (const character of text.replaceAll(/"[^"\n]*"/g, '')) {
    if ('([{'.includes(character)) open.push(character);
    else if (character in CLOSING && open.pop() !== CLOSING[character]) return 'a bracket is not opened';
  }
  if (open.length > 0) return 'a bracket is not closed';
  const begun = text.match(/^\s*subgraph\b/gm)?.length ?? 0;
  const ended = text.match(/^\s*end\s*$/gm)?.length ?? 0;
  return begun === ended ? undefined : 'a subgraph is not closed';
};
