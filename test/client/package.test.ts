import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const CLIENT = join(REPOSITORY, 'client');
const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
const PACKAGES = join(CLIENT, 'node_modules');
const cannotRun = !existsSync(join(PACKAGES, 'publint'));
if (cannotRun)
  process.stderr.write(
    'The tests of the packed client are skipped: its packages are not installed (npm ci --prefix client).\n',
  );

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8')) as Manifest;

/** Runs a program to its end, and gives what it printed. Throws where it failed. */
const run = (folder: string, command: string, ...given: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(command, given, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000,
  });
  if (status !== 0) throw new Error(`${command} ${given.join(' ')}: ${String(status)}\n${stdout}\n${stderr}`);
  return stdout;
};

/** Builds the package and packs it; gives the path of the tarball. */
const pack = async (folder: string): Promise<string> => {
  const build = join(folder, 'build');
  await mkdir(build);
  for (const name of ['package.json', 'README.md', 'LICENSE', 'trusted-documents.json'])
    await cp(join(CLIENT, name), join(build, name));
  run(REPOSITORY, process.execPath, TSC, '-p', 'client/tsconfig.build.json', '--outDir', join(build, 'dist'));
  run(build, 'npm', 'pack', '--ignore-scripts', '--pack-destination', folder);
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  return join(folder, tarball ?? '');
};

const ENTRIES = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [name.replace('.', 'modelgraph-client')],
);

/** As in an application that has the frameworks: the package from its tarball beside them. */
const install = async (folder: string, tarball: string): Promise<string> => {
  const app = join(folder, 'app');
  const installed = join(app, 'node_modules/modelgraph-client');
  await mkdir(installed, { recursive: true });
  await writeFile(join(app, 'package.json'), '{ "type": "module", "private": true }');
  run(app, 'tar', '-xzf', tarball, '-C', installed, '--strip-components=1');
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    await mkdir(join(app, 'node_modules', name, '..'), { recursive: true });
    await symlink(join(PACKAGES, name), join(app, 'node_modules', name));
  }
  return app;
};

test.skipIf(cannotRun)(
  'the packed client passes publint and are-the-types-wrong, and needs the packages of its transports alone',
  { timeout: 300_000 },
  async () => {
    await using folder = temporaryFolder();
    const tarball = await pack(folder.path);
    expect(Object.keys(manifest.dependencies)).toEqual(['eventsource-parser', 'graphql-ws']);
    run(folder.path, process.execPath, join(PACKAGES, 'publint/src/cli.js'), tarball, '--strict');
    const attw = join(PACKAGES, '@arethetypeswrong/cli/dist/index.js');
    run(folder.path, process.execPath, attw, tarball, '--profile', 'esm-only');
  },
);

test.skipIf(cannotRun)(
  'every entry of the packed client is imported from where it is installed',
  { timeout: 300_000 },
  async () => {
    await using folder = temporaryFolder();
    const app = await install(folder.path, await pack(folder.path));
    const program = `
    const empty = [];
    for (const entry of ${JSON.stringify(ENTRIES)})
      if (Object.keys(await import(entry)).length === 0) empty.push(entry);
    process.stdout.write(JSON.stringify(empty));
  `;
    await writeFile(join(app, 'program.js'), program);
    expect(run(app, process.execPath, 'program.js')).toBe('[]');
    // Strictly, and the types of the package with it.
    await writeFile(
      join(app, 'program.ts'),
      `import { createModelgraph, type Generation } from 'modelgraph-client';
     const client = createModelgraph({ url: 'http://127.0.0.1/graphql', token: async () => 'key' });
     const run = client.generate({ model: 'demo', prompt: 'Hello' });
     for await (const { text } of run.snapshots()) text satisfies string;
     const generation: Generation = await run.result();
     generation.text satisfies string;
     // @ts-expect-error There is no such model field.
     client.generate({ modle: 'demo' });`,
    );
    const options = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom', '--strict'];
    run(app, process.execPath, TSC, 'program.ts', '--noEmit', ...options);
  },
);
