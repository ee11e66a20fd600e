import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  codePaths,
  fencedBlocks,
  findPictureProblem,
  headingSlugs,
  linksOf,
  toPattern,
} from './read-document.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Written by `npm run bench`: a profile names the files of the commit that was measured. */
const RESULTS = 'bench/RESULTS.md';

const NOT_OURS = ['**/node_modules', '.git', 'data', 'coverage'];
const FILES = globSync(['**/*', '.*', '.ci/*'], { cwd: ROOT, exclude: NOT_OURS, withFileTypes: true }).map(
  (entry) => {
    const path = join(entry.parentPath, entry.name).slice(ROOT.length);
    return entry.isDirectory() ? `${path}/` : path;
  },
);
const DOCUMENTS = FILES.filter((path) => path.endsWith('.md'));

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const exists = (path: string): boolean => FILES.includes(path) || FILES.includes(`${path}/`);

/** Where a link of a document leads, if nothing is there; undefined: it leads to a file and, if it names one, a heading. */
const brokenLink = (document: string, link: string): string | undefined => {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? document : join(dirname(document), path);
  if (!exists(target)) return `${link}: there is no ${target}`;
  if (heading === undefined || headingSlugs(read(target)).includes(heading)) return undefined;
  return `${link}: ${target} has no such heading`;
};

describe('the documents', () => {
  it('are found', () => {
    expect(DOCUMENTS).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/batches.md']),
    );
  });

  it.each(DOCUMENTS)('%s links only to files and headings that exist', (document) => {
    const broken = linksOf(read(document)).map((link) => brokenLink(document, link));
    expect(broken.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it.each(DOCUMENTS.filter((path) => path !== RESULTS))('%s names only files that exist', (document) => {
    const missing = codePaths(read(document)).filter((path) => {
      const pattern = toPattern(path);
      return !FILES.some((file) => pattern.test(file));
    });
    expect(missing).toEqual([]);
  });

  it.each(DOCUMENTS)('%s closes its blocks of code, and has only pictures that can be drawn', (document) => {
    const pictures = fencedBlocks(read(document)).filter(({ language }) => language === 'mermaid');
    expect(pictures.flatMap(({ text }) => findPictureProblem(text) ?? [])).toEqual([]);
  });
});

describe('the page on the architecture', () => {
  const page = read('docs/architecture.md');

  it('quotes limits and timings as the code has them', () => {
    const [, section = ''] = page.split('\n## Limits and timings\n');
    const [table = ''] = section.split('\n## ');
    const rows = table
      .split('\n')
      .filter((line) => line.endsWith('.ts` |'))
      .map((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? ''));
    expect(rows.length).toBeGreaterThan(20);
    const wrong = rows.flatMap((codes) => {
      const source = read(codes.at(-1) ?? '');
      return codes.slice(0, -1).filter((code) => !source.includes(code));
    });
    expect(wrong).toEqual([]);
  });

  it('has a row for each import rule', () => {
    const names = [...read('.dependency-cruiser.mjs').matchAll(/['`]([RS]\d+)-/g)].map(([, name]) => name);
    const rows = [...page.matchAll(/^\| ([RS]\d+) \|/gm)].map(([, name]) => name);
    expect(rows).toEqual([...new Set(names)]);
  });

  it('has the plugins of the server in their order', () => {
    const list = [...read('src/server/yoga.ts').matchAll(/^import .* from '\.\/plugins\/(.*)';$/gm)];
    const files = new Map(list.map(([line, file = '']) => [/use\w+/.exec(line)?.[0] ?? '', file]));
    const [, body = ''] = read('src/server/yoga.ts').split('const listPlugins');
    const used = [...body.matchAll(/\b(use[A-Z]\w+)\(/g)].map(([, name = '']) => files.get(name));
    expect([...page.matchAll(/`(use-[\w-]+\.ts)`/g)].map(([, file]) => file)).toEqual(used);
  });
});

describe('a document is seen to be wrong', () => {
  it('where a link or a named file leads nowhere', () => {
    expect(brokenLink('docs/batches.md', '../README.md#start')).toBeUndefined();
    expect(brokenLink('docs/batches.md', 'nowhere.md')).toBe('nowhere.md: there is no docs/nowhere.md');
    expect(brokenLink('docs/batches.md', '../README.md#nowhere')).toBe(
      '../README.md#nowhere: README.md has no such heading',
    );
    expect(
      codePaths('See `src/nowhere.ts`, `npm test`, `a/b`, `.ts`, `x.json`, `<name>/x.ts` and `file.ts`.'),
    ).toEqual(['src/nowhere.ts', '<name>/x.ts', 'file.ts']);
    expect(toPattern('config/<name>/models.ts').test('config/providers/openai/models.ts')).toBe(false);
    expect(toPattern('providers/<name>/models.ts').test('config/providers/openai/models.ts')).toBe(true);
  });

  it('where a block of code stays open or a picture is cut', () => {
    expect(() => fencedBlocks('```ts\nconst a = 1;\n')).toThrow('is not closed');
    expect(findPictureProblem('flowchart TB\n  a["A"] --> b')).toBeUndefined();
    expect(findPictureProblem('flowchart TB\n  a["A" --> b')).toContain('bracket');
    expect(findPictureProblem('flowchart TB\n  subgraph x\n  a --> b')).toContain('subgraph');
    expect(findPictureProblem('picture\n  a --> b')).toContain('kind');
    expect(findPictureProblem('flowchart TB\n  call --> b')).toContain('call');
  });
});
