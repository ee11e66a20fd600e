import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sweepTemporaryFolders } from '../../src/lib/sweep-temporary-folders.ts';
import { openTemporaryFolder } from '../../src/lib/temporary-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MODULES = ['sweep-temporary-folders', 'temporary-folder'].map((name) =>
  JSON.stringify(new URL(`../../src/lib/${name}.ts`, import.meta.url).href),
);

let root: ReturnType<typeof temporaryFolder>;
const children: ChildProcess[] = [];
beforeEach(() => {
  root = temporaryFolder();
  vi.stubEnv('TMPDIR', root.path);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const child of children.splice(0)) await kill(child);
  await root[Symbol.asyncDispose]();
});

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};

/** A process of its own, once it has printed something. */
const run = async (source: string): Promise<{ readonly child: ChildProcess; readonly printed: string }> => {
  const program = `
    import { writeFileSync } from 'node:fs';
    import { sweepTemporaryFolders } from ${MODULES[0]};
    import { openTemporaryFolder } from ${MODULES[1]};
    ${source}`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    env: { ...process.env, TMPDIR: root.path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, printed: printed.toString() };
};

const HOLDER = `
  const folder = openTemporaryFolder();
  writeFileSync(folder.path + '/upload', 'x'.repeat(100_000));
  process.stdout.write(folder.path);
  setInterval(() => void folder.path, 60_000);`;

const fail = (error: unknown): never => {
  throw error;
};

test('a temporary folder is for nobody else, and goes with everything in it', async () => {
  const folder = openTemporaryFolder();
  mkdirSync(join(folder.path, 'deep'));
  writeFileSync(join(folder.path, 'deep', 'file'), 'x');
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  await folder[Symbol.asyncDispose]();
  expect(readdirSync(root.path)).toEqual([]);
});

test('a sweep takes the folder of a process that was killed, and leaves those of the living', async () => {
  const [dead, living] = await Promise.all([run(HOLDER), run(HOLDER)]);
  await using own = openTemporaryFolder();
  expect(await sweepTemporaryFolders(fail)).toBe(0);
  await kill(dead.child);
  expect(await sweepTemporaryFolders(fail)).toBe(1);
  expect([dead.printed, living.printed, own.path].map((path) => existsSync(path))).toEqual([
    false,
    true,
    true,
  ]);
  expect(readdirSync(living.printed)).toContain('upload');
});

test('a sweep takes what is left where a process died as it made or removed its folder', async () => {
  mkdirSync(join(root.path, 'modelgraph-files-made'));
  mkdirSync(join(root.path, 'modelgraph-files-held'));
  writeFileSync(join(root.path, 'modelgraph-files-held', 'in-use'), '');
  expect(await sweepTemporaryFolders(fail)).toBe(2);
  expect(readdirSync(root.path)).toEqual([]);
});

test('a sweep touches nothing else', async () => {
  mkdirSync(join(root.path, 'others'));
  mkdirSync(join(root.path, 'linked'));
  writeFileSync(join(root.path, 'linked', 'in-use'), '');
  symlinkSync(join(root.path, 'linked'), join(root.path, 'modelgraph-files-link'));
  writeFileSync(join(root.path, 'modelgraph-files-file'), '');
  expect(await sweepTemporaryFolders(fail)).toBe(0);
  expect(readdirSync(root.path)).toHaveLength(4);
  expect(readdirSync(join(root.path, 'linked'))).toEqual(['in-use']);
});

test('a sweep without a folder to look into tells of it and goes on', async () => {
  vi.stubEnv('TMPDIR', join(root.path, 'none'));
  const reports: string[] = [];
  expect(await sweepTemporaryFolders((_error, path) => void reports.push(path))).toBe(0);
  expect(reports).toEqual([join(root.path, 'none')]);
});

test('folders that are made while others sweep are never taken', async () => {
  const sweepers = [1, 2].map(() =>
    run(`
      process.stdout.write('sweeping');
      for (;;) await sweepTemporaryFolders((error) => { throw error; });`),
  );
  await Promise.all(sweepers);
  let lost = 0;
  for (let round = 0; round < 300; round += 1) {
    await using folder = openTemporaryFolder();
    writeFileSync(join(folder.path, 'file'), 'x');
    await sweepTemporaryFolders(fail);
    if (!existsSync(join(folder.path, 'file'))) lost += 1;
  }
  expect(lost).toBe(0);
  expect(children.map(({ exitCode }) => exitCode)).toEqual([null, null]);
});
