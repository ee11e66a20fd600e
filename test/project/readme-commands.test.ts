import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, type TestContext } from 'vitest';
import { startApp } from '../support/app/app.ts';
import { rawRequest } from '../support/app/raw-http.ts';
import { startProcess } from '../support/app/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { copySources } from './project-copy.ts';
import { fencedBlocks } from './read-document.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLIENT = new URL('../../client/src/index.ts', import.meta.url);
const ADDRESS = 'http://127.0.0.1:4000/graphql';
const LIMIT_MS = 300_000;

const BLOCKS = fencedBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8'));
const textsOf = (language: string): string[] =>
  BLOCKS.filter((block) => block.language === language).map(({ text }) => text);
const COMMANDS = textsOf('sh');

/** How this machine reaches its registry. */
const NPM_ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    /^(HOME$|NODE_EXTRA_CA_CERTS$|npm_config_|https?_proxy$)/i.test(name) ? [[name, value ?? '']] : [],
  ),
);

const skipWithoutRegistry = async ({ skip }: TestContext): Promise<void> => {
  try {
    await run('npm', ['ping'], { cwd: ROOT, timeout: 20_000 });
  } catch {
    skip('npm reaches no registry here');
  }
};

/** Runs a command of the README in a folder as a shell does, with a free port, and ends it as Ctrl-C does. */
const startAndStop = async (command: string, folder: string): Promise<string> => {
  const shell = { command: ['sh', '-c', command], cwd: folder, detached: true } as const;
  await using server = await startProcess(shell, NPM_ENVIRONMENT);
  const { status } = await rawRequest(server, { path: '/health/ready' });
  process.kill(-(server.child.pid ?? 0), 'SIGINT');
  await server.exited;
  return `${status}`;
};

describe('the README, as it is written', () => {
  it('has these commands', () => {
    expect(COMMANDS.map((command) => command.split('\n')[0])).toEqual([
      'npm ci && npm start',
      'OPENAI_API_KEY="your key" npm start',
      expect.stringMatching(/^curl -N /),
      // What runs this test.
      'npm ci && npm test',
    ]);
  });

  it(
    'starts from the sources alone by its first command',
    async (context) => {
      await skipWithoutRegistry(context);
      await using folder = temporaryFolder();
      await copySources(folder.path);
      expect(await startAndStop(COMMANDS[0] ?? '', folder.path)).toBe('200');
      expect(existsSync(join(folder.path, 'data'))).toBe(false);
    },
    LIMIT_MS,
  );

  it("starts with a vendor's key", async () => {
    expect(await startAndStop(COMMANDS[1] ?? '', ROOT)).toBe('200');
  });

  it('streams by curl', async () => {
    await using app = await startApp();
    const command = (COMMANDS[2] ?? '').replace(ADDRESS, app.url);
    const { stdout } = await run('sh', ['-c', command]);
    const events = [...stdout.matchAll(/^data: (\{.+)$/gm)].map(
      ([, data]) => (JSON.parse(data ?? '') as { data: { generate: { __typename: string } } }).data.generate,
    );
    expect(events[0]).toMatchObject({ __typename: 'GenerationStarted' });
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted' });
  });

  it('streams by a dozen lines, which print what it shows', async () => {
    await using app = await startApp();
    await using folder = temporaryFolder();
    const [lines = ''] = textsOf('ts');
    expect(lines.trim().split('\n').length).toBeLessThanOrEqual(12);
    const program = join(folder.path, 'stream.ts');
    await writeFile(
      program,
      lines.replace("'modelgraph-client'", `'${CLIENT.href}'`).replace(ADDRESS, app.url),
    );
    const { stdout } = await run(process.execPath, [program]);
    expect(stdout.trim()).toBe(textsOf('text')[0]?.trim());
  });
});
