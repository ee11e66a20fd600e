import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type Variable, VARIABLES } from '../../config/variables.ts';
import { toFlag } from '../../cli/flags.ts';
import { runCommand } from '../support/app/run-command.ts';
import { startProcess, startServerProcess } from '../support/app/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startApp } from '../support/app/app.ts';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

test.each([['--help'], ['-h'], ['help']])('%s lists the commands and starts nothing', async (word) => {
  await using folder = temporaryFolder();
  const { code, output, errors } = await runCommand([word], folder.path);
  expect([code, errors]).toEqual([0, '']);
  for (const name of ['serve', 'check', 'batch', 'key', 'usage', 'documents'])
    expect(output).toMatch(new RegExp(`^  ${name} `, 'm'));
  expect(readdirSync(folder.path)).toEqual([]);
});

test('a command whose output is read no further ends without a stack', async () => {
  const child = spawn(process.execPath, [MAIN, 'serve', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect([code, errors]).toEqual([1, '']);
});

test('a server whose log is read no further goes on, and drains', async () => {
  const env = { PORT: '0', MODELGRAPH_DATA: 'memory', MODELGRAPH_LOG_FORMAT: 'pretty' };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for await (const piece of child.stdout) if (String(piece).includes('is ready at')) break;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect([await text(child.stderr), ...(await exited)]).toEqual(['', 0, null]);
});

test('npm start passes --help on, and no server is started', async () => {
  await using folder = temporaryFolder();
  const { code, output } = await runCommand(['serve', '--help'], folder.path);
  expect(code).toBe(0);
  expect(manifest.scripts.start).toBe('exec node --max-semi-space-size=16 src/main.ts');
  const flags = [...output.matchAll(/^ {2}(--[a-z-]+) </gm)].map(([, flag]) => flag);
  const open = VARIABLES.filter((variable: Variable) => variable.isSecret !== true);
  expect(flags).toEqual(open.map(({ name }) => toFlag(name)));
  expect(readdirSync(folder.path)).toEqual([]);
});

test('a variable whose name is that of a secret has no flag', () => {
  const secrets = VARIABLES.filter(({ name }) => /SECRET|PASSWORD|^DATABASE_/.test(name));
  expect(secrets.length).toBeGreaterThan(2);
  for (const variable of secrets as readonly Variable[])
    expect([variable.name, variable.isSecret]).toEqual([variable.name, true]);
});

test('--version is the version of the package', async () => {
  await using folder = temporaryFolder();
  expect(await runCommand(['--version'], folder.path)).toEqual({
    code: 0,
    output: `${manifest.version}\n`,
    errors: '',
  });
});

test.each([
  [['serev'], /unknown command 'serev'\n\(Did you mean serve\?\)/],
  [['--prot', '1'], /unknown option '--prot'\n\(Did you mean --port\?\)/],
  [['serve', 'now'], /too many arguments/],
  [['check', '--port'], /argument missing/],
])('%j is an invalid command line', async (words, expected) => {
  await using folder = temporaryFolder();
  const { code, output, errors } = await runCommand(words, folder.path);
  expect([code, output]).toEqual([2, '']);
  expect(errors).toMatch(expected);
});

test('a flag stands over the environment, which stands over .env', async () => {
  await using folder = temporaryFolder();
  writeFileSync(join(folder.path, '.env'), 'MODELGRAPH_LOG_LEVEL=loud\nMODELGRAPH_METRICS=dot\nPORT=env\n');
  const { errors } = await runCommand(['--port', 'flag'], folder.path, { MODELGRAPH_METRICS: 'environment' });
  expect(errors).toContain('PORT: must be a whole number from 0 to 65535, not "flag"');
  expect(errors).toContain('MODELGRAPH_METRICS: must be one of on, off, not "environment"');
  expect(errors).toContain(
    'MODELGRAPH_LOG_LEVEL: must be one of debug, info, warn, error, silent, not "loud"',
  );
});

test('a server is started by flags alone', async () => {
  const command = [process.execPath, MAIN, '--data', 'memory', '--playground', 'off'] as const;
  await using server = await startProcess({ command }, {});
  const page = await fetch(server.url, { headers: { accept: 'text/html' } });
  expect(page.status).not.toBe(200);
});

test('batch says how it is used, and reads its address from the environment', async () => {
  await using app = await startApp();
  await using folder = temporaryFolder();
  const help = await runCommand(['batch', '--help'], folder.path);
  expect([help.code, help.errors]).toEqual([0, '']);
  expect(help.output).toContain('npm run batch -- submit <file.jsonl>');
  expect(await runCommand(['help', 'batch'], folder.path)).toEqual(help);
  expect(await runCommand(['batch', 'list'], folder.path, { MODELGRAPH_URL: app.url })).toEqual({
    code: 0,
    output: '',
    errors: '',
  });
});

test.each(['batch', 'key', 'usage', 'documents'])('%s --help says how it is called', async (name) => {
  await using folder = temporaryFolder();
  const { code, output, errors } = await runCommand([name, '--help'], folder.path);
  expect([code, errors]).toEqual([0, '']);
  expect(output).toContain(`  npm run ${name} -- `);
  expect(manifest.scripts).toMatchObject({ [name]: `node src/main.ts ${name}` });
});

const linesOf = ({ lines }: { readonly lines: readonly string[] }): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    lines.map((line) => {
      const fields = JSON.parse(line) as Record<string, unknown>;
      return [String(fields['msg']), fields];
    }),
  );

test('the start says what the server consists of', async () => {
  await using server = await startServerProcess({ MODELGRAPH_DATA: 'memory', XAI_API_KEY: 'made-up-key' });
  const lines = linesOf(server);
  expect(lines[`Modelgraph ${manifest.version}`]).toMatchObject({ node: process.versions.node });
  expect(lines['providers']).toMatchObject({
    configured: ['demo', 'xai'],
    missing: expect.arrayContaining(['OPENAI_API_KEY', 'ANTHROPIC_API_KEY']),
  });
  expect(lines['models']).toMatchObject({
    count: expect.any(Number),
    default: expect.stringMatching(/^grok/),
  });
  expect(lines['store: nothing survives a restart']).toMatchObject({ engine: 'sqlite' });
  expect(lines['access: open to any client on this machine']).toMatchObject({ keys: [] });
  expect(lines['limits']).toMatchObject({
    maxBodyBytes: 4_194_304,
    timeoutMs: 900_000,
    addressRequestsPerMinute: null,
    principalSockets: 1_000,
  });
  expect(JSON.stringify(lines)).not.toContain('made-up-key');
});

test.each([
  ['0.0.0.0', /^http:\/\/127\.0\.0\.1:\d+\/graphql$/],
  ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+\/graphql$/],
])('a server that listens on %s announces an address that a browser opens', async (HOST, expected) => {
  const MODELGRAPH_API_KEYS = `me:${'a'.repeat(64)}`;
  await using server = await startServerProcess({ MODELGRAPH_DATA: 'memory', HOST, MODELGRAPH_API_KEYS });
  expect(server.url).toMatch(expected);
  expect((await fetch(new URL('/health/ready', server.url))).status).toBe(200);
  expect(
    Object.keys(linesOf(server)).some((line) => line.startsWith('access: with a key or a token, from')),
  ).toBe(true);
});

test("a key that no header can hold stops the start with its variable's name, and is not quoted", async () => {
  await using folder = temporaryFolder();
  const environment = { OPENAI_API_KEY: '“sk-hunter2hunter2”', GOOGLE_API_KEY: 'AIza\nhunter2' };
  const { code, output, errors } = await runCommand([], folder.path, environment);
  expect([code, output]).toEqual([1, '']);
  expect(errors).toContain('OPENAI_API_KEY: character 1 is U+201C');
  expect(errors).toContain('GOOGLE_API_KEY: character 5 is U+000A');
  expect(errors).not.toMatch(/hunter2|\bat .*\.ts/);
});
