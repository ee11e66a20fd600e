import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ImportReport } from './import-all.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const IMPORT_ALL = fileURLToPath(new URL('import-all.ts', import.meta.url));
/** After which a process counts as one that does not end. */
const DEADLINE_MS = 60_000;

/** What is there to be run: the server, and the playground's page in a browser. */
const PROGRAMS: ReadonlySet<string> = new Set([
  join('src', 'main.ts'),
  join('src', 'server', 'playground', 'browser', 'main.ts'),
]);

interface ImportRun {
  readonly report: ImportReport;
  readonly output: string;
  /** Whether the process came to its end, rather than being ended at the deadline. */
  readonly ended: boolean;
}

interface ImportOptions {
  /** Whether the process is to be seen to end by itself; else it is ended as soon as it has reported. */
  readonly awaitsEnd?: boolean;
}

const importInOneProcess = async (
  modules: readonly string[],
  { awaitsEnd = true }: ImportOptions = {},
): Promise<ImportRun> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', IMPORT_ALL, ...modules], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  const reported = text(child.stdio[3] as Readable);
  if (!awaitsEnd) void reported.then(() => child.kill('SIGKILL'));
  const [output, errors, report, [, signal]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    reported,
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  if (report === '') throw new Error(`the modules could not all be imported:\n${errors}`);
  return { report: JSON.parse(report) as ImportReport, output: output + errors, ended: signal === null };
};

const withModule = async <T>(source: string, use: (path: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'inert-imports-'));
  try {
    const path = join(folder, 'module.mjs');
    await writeFile(path, source);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
};

test('importing every module of the server opens nothing, reads no environment and prints nothing', {
  timeout: 2 * DEADLINE_MS,
}, async () => {
  const found = globSync('{src,config}/**/*.ts', { cwd: REPOSITORY });
  const modules = found.filter((path) => !PROGRAMS.has(path)).map((path) => join(REPOSITORY, path));
  const run = await importInOneProcess(modules.toSorted());
  expect(run).toEqual({
    report: { imported: modules.length, environmentReads: [], open: [] },
    output: '',
    ended: true,
  });
  expect(modules.length).toBeGreaterThan(20);
});

test('a module that reads the environment while it is imported is caught', async () => {
  await withModule("export const home = process.env['HOME'];", async (path) => {
    const { report } = await importInOneProcess([path]);
    expect(report.environmentReads).toEqual([`${path} reads HOME`]);
  });
});

test('a module that opens a server while it is imported is caught', async () => {
  const source = "import { createServer } from 'node:net';\ncreateServer().listen(0, '127.0.0.1');";
  await withModule(source, async (path) => {
    const { report } = await importInOneProcess([path], { awaitsEnd: false });
    expect(report.open).toEqual([expect.stringContaining(`${path} opens`)]);
  });
});

test('a module that prints while it is imported is caught', async () => {
  await withModule("process.stdout.write('hello');", async (path) => {
    expect((await importInOneProcess([path])).output).toBe('hello');
  });
});
