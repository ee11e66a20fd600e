import { readFileSync } from 'node:fs';
import { fencedBlocks, headingSlugs } from '../../project/read-document.ts';

const GUIDE = readFileSync(new URL('../../../docs/clients.md', import.meta.url), 'utf8');

/** The part of docs/clients.md under the heading with that anchor, up to the next one of its kind. */
const sectionOf = (anchor: string): string => {
  const sections = GUIDE.split(/^(?=## )/m);
  const section = sections.find((text) => headingSlugs(text)[0] === anchor);
  if (section === undefined) throw new Error(`docs/clients.md has no section ${anchor}`);
  return section;
};

/** The blocks of code in one of these languages of a section, in order. */
export const blocksOf = (anchor: string, ...languages: readonly string[]): readonly string[] =>
  fencedBlocks(sectionOf(anchor)).flatMap(({ language, text }) =>
    languages.includes(language) ? [text] : [],
  );

/** The program of a section, with the address of the test's server in place of the one that is written there. */
export const recipeOf = (anchor: string): { readonly code: string; readonly language: 'ts' | 'tsx' } => {
  const written = blocksOf(anchor, 'ts', 'tsx').join('\n');
  if (written === '') throw new Error(`the section ${anchor} of docs/clients.md has no code`);
  const code = written
    .replaceAll("'http://localhost:4000/graphql'", 'globalThis.serverUrl')
    .replaceAll("'ws://localhost:4000/graphql'", "globalThis.serverUrl.replace('http', 'ws')")
    .replaceAll("'demo-reasoning'", "'toy'")
    .replaceAll("transport: 'auto'", 'transport: globalThis.transportName');
  return { code, language: blocksOf(anchor, 'tsx').length > 0 ? 'tsx' : 'ts' };
};
