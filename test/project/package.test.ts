import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { openEventStream } from '../support/app/clients.ts';
import { GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import { startProcess } from '../support/app/server-process.ts';
import { type InstalledPackage, installPacked } from './packed.ts';

const run = promisify(execFile);
const PUBLINT = fileURLToPath(new URL('../../node_modules/publint/src/cli.js', import.meta.url));
const LIMIT_MS = 300_000;

interface Run {
  readonly code: number;
  readonly output: string;
}

describe('the package that npm packs, in an empty folder', () => {
  let installed: InstalledPackage;

  beforeAll(async () => {
    installed = await installPacked();
  }, LIMIT_MS);
  afterAll(() => installed[Symbol.asyncDispose]());

  const npx = (words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> =>
    new Promise((resolve, reject) => {
      const env = { PATH: process.env['PATH'], HOME: installed.folder, ...environment };
      const options = { cwd: installed.folder, env };
      execFile('npx', ['--no-install', 'modelgraph', ...words], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, output: `${stdout}${stderr}` });
        else reject(new Error('npx did not run to its end', { cause: error }));
      });
    });

  const startByNpx = (environment: Readonly<Record<string, string>>) =>
    startProcess(
      { command: ['npx', '--no-install', 'modelgraph'], cwd: installed.folder, detached: true },
      { HOME: installed.folder, ...environment },
    );

  it('has modules without types, what they read, the schema and the documents, and nothing else', () => {
    const { files } = installed;
    for (const path of [
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'schema.graphql',
      'docs/configuration.md',
      'dist/src/main.js',
      'dist/src/server/playground/generated/browser.js',
      'dist/src/server/playground/browser/page.css',
      'dist/src/server/playground/examples/stream.graphql',
      'dist/src/services/output/check-worker.js',
      'dist/src/stores/migrations/0001-generations.js',
      'dist/config/providers/openai/models.js',
    ])
      expect(files).toContain(path);
    expect(files.filter((path) => path.endsWith('.ts'))).toEqual([]);
    const folders = new Set(files.map((path) => path.split('/').slice(0, -1).join('/').split('/')[0] ?? ''));
    expect([...folders].toSorted()).toEqual(['', 'dist', 'docs']);
  });

  it('has nothing that a linter of packages finds wrong', async () => {
    const root = join(installed.folder, 'node_modules', 'modelgraph');
    const { stdout } = await run(process.execPath, [PUBLINT, root, '--strict', '--pack', 'false']);
    expect(stdout).toContain('All good!');
  });

  it('says its version, and what it is called', async () => {
    expect(await npx(['--version'])).toEqual({ code: 0, output: `${manifest.version}\n` });
    expect((await npx(['batch', '--help'])).output).toContain('modelgraph batch submit <file.jsonl>');
  });

  it('checks a good configuration and a bad one', async () => {
    const good = await npx(['check', '--port', '0']);
    expect([good.code, good.output]).toEqual([0, expect.stringContaining('No problem was found.')]);
    const bad = await npx(['check', '--port', 'many'], { MODELGRAPH_LOG_LEVEL: 'loud' });
    expect(bad.code).toBe(1);
    expect(bad.output).toContain('PORT: must be a whole number');
    expect(bad.output).toContain('MODELGRAPH_LOG_LEVEL: must be one of');
    expect(bad.output).toContain('2 problems were found.');
    // npm keeps its logs in the home folder.
    const names = (await readdir(installed.folder)).filter((name) => name !== '.npm');
    expect(names).toEqual(['node_modules']);
  });

  it.each([
    ['npx alone, which passes no signal on', (pid: number) => process.kill(pid, 'SIGTERM')],
    ['the group of its processes, as a terminal does', (pid: number) => process.kill(-pid, 'SIGINT')],
  ])(
    'streams over SSE, serves the playground, and drains when %s is ended',
    async (_who, end) => {
      await using server = await startByNpx({
        MODELGRAPH_DEMO_DELAY_MS: '10',
        MODELGRAPH_SHUTDOWN_GRACE_MS: '60000',
      });
      const page = await fetch(server.url, { headers: { accept: 'text/html' } });
      expect(await page.text()).toContain('Modelgraph playground');
      const input = { model: 'demo', prompt: 'Is 1009 a prime number?' };
      const stream = await openEventStream(server, { query: GENERATE_SUBSCRIPTION, variables: { input } });
      await stream.received(/TextDelta/);
      end(server.child.pid ?? 0);
      const whole = await stream.ended;
      expect(whole).toContain('GenerationCompleted');
      expect(whole.endsWith('event: complete\ndata: \n\n')).toBe(true);
      // The server holds the outputs open until it has ended, also where npx is gone before it.
      await server.exited;
      expect(server.lines.at(-1)).toContain('"stopped"');
    },
    300_000,
  );
});
