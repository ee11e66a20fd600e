import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What is no part of the sources: folders of the root, and those of packages and builds anywhere. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'data', 'coverage']);
const BUILT: ReadonlySet<string> = new Set(['node_modules', 'dist']);

export interface Ran {
  readonly status: number;
  /** What it wrote to both of its outputs, without colours. */
  readonly output: string;
}

/** A copy of this project's sources in a temporary folder, with its packages; `await using` deletes it. */
export interface ProjectCopy extends AsyncDisposable {
  /** Puts a folder's files at the same paths of the copy. */
  add(folder: URL): Promise<void>;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  edit(path: string, change: (text: string) => string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Runs a program of its packages, or Node. */
  run(program: string, ...args: readonly string[]): Promise<Ran>;
}

/** A folder of links in place of one link, so that what tools write beside the packages stays in the copy. */
const linkPackages = async (root: string): Promise<void> => {
  const packages = join(ROOT, 'node_modules');
  await mkdir(join(root, 'node_modules'));
  for (const name of await readdir(packages))
    if (!name.startsWith('.') || name === '.bin')
      await symlink(join(packages, name), join(root, 'node_modules', name));
};

const run = (root: string, program: string, args: readonly string[]): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const bin = join(root, 'node_modules', '.bin');
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1', HOME: root };
    execFile(program, [...args], { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === 'number') resolve({ status, output: `${stdout}${stderr}` });
      else reject(new Error(`${program} did not run to its end`, { cause: error }));
    });
  });

/** Copies the sources alone, without any package. */
export const copySources = (to: string): Promise<void> =>
  cp(ROOT, to, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(relative(ROOT, path)) && !BUILT.has(basename(path)),
  });

export const copyProject = async (): Promise<ProjectCopy> => {
  const root = await mkdtemp(join(tmpdir(), 'modelgraph-copy-'));
  await copySources(root);
  await linkPackages(root);
  return {
    add: (folder) => cp(fileURLToPath(folder), root, { recursive: true }),
    read: (path) => readFile(join(root, path), 'utf8'),
    write: (path, text) => writeFile(join(root, path), text),
    edit: async (path, change) => {
      const file = join(root, path);
      const before = await readFile(file, 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`nothing of ${path} was changed`);
      await writeFile(file, after);
    },
    remove: (path) => rm(join(root, path)),
    run: (program, ...args) => run(root, program, args),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
};
