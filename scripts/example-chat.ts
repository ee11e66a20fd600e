import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

const CHAT = path('examples/chat');
const VITE = path('examples/chat/node_modules/vite/bin/vite.js');

const USAGE = `Runs the chat of examples/chat.

npm run example:chat                                  with a server of its own, on the demo models
npm run example:chat -- --server http://localhost:4000  with a server that is running
`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Installs the packages of the chat where they are not there yet. */
const install = (): void => {
  if (existsSync(VITE)) return;
  print('Installing the packages of the chat, once.');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: CHAT, stdio: 'inherit' });
  if (status !== 0) throw new Error('The packages of examples/chat could not be installed.');
};

interface Running {
  readonly process: ChildProcess;
  readonly origin: string;
}

/** A server on a free port, if the environment names none; undefined: it has ended, and has said why. */
const startServer = async (): Promise<Running | undefined> => {
  const server = spawn(process.execPath, [path('src/main.ts')], {
    env: { PORT: '0', ...process.env, MODELGRAPH_LOG_FORMAT: 'json' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    if (!line.includes('Modelgraph is ready')) continue;
    server.stdout.resume();
    return { process: server, origin: new URL((JSON.parse(line) as { readonly url: string }).url).origin };
  }
  return undefined;
};

const startPage = (serverOrigin: string): ChildProcess =>
  spawn(process.execPath, [VITE], {
    cwd: CHAT,
    env: { ...process.env, MODELGRAPH_URL: serverOrigin },
    stdio: ['ignore', 'inherit', 'inherit'],
  });

const runPage = async (origin: string, server: readonly ChildProcess[]): Promise<void> => {
  print(`The chat talks to ${origin}. Ctrl-C ends it.`);
  const children = [...server, startPage(origin)];
  const stop = (): void => {
    for (const child of children) child.kill('SIGTERM');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // Where one of them ends, the other is of no use.
  await Promise.all(children.map((child) => once(child, 'exit').then(stop)));
};

const run = async (serverUrl: string | undefined): Promise<void> => {
  install();
  if (serverUrl !== undefined) return runPage(new URL(serverUrl).origin, []);
  const server = await startServer();
  if (server !== undefined) return runPage(server.origin, [server.process]);
  process.stderr.write(
    'The chat has no server. With one that runs already: npm run example:chat -- --server http://127.0.0.1:4000\n',
  );
  process.exitCode = 1;
};

const { values } = parseArgs({
  options: { server: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help === true) print(USAGE);
else await run(values.server);
