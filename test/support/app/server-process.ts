import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const HURRIED = fileURLToPath(new URL('hurried-server.ts', import.meta.url));
const HURRIED_WORKERS = fileURLToPath(new URL('hurried-workers.ts', import.meta.url));
const DEFECTIVE = fileURLToPath(new URL('defective-server.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it has printed, line by line. */
  readonly lines: readonly string[];
  /** Resolves once a line has been printed that contains the text, or matches. */
  printed(text: string | RegExp): Promise<string>;
  /** Its exit code, or the signal that ended it, once all it printed has been read. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

/** How the server is started, and in which folder if not in an empty one. */
export interface Command {
  readonly command: readonly [program: string, ...parameters: string[]];
  readonly cwd?: string | undefined;
  /** Whether it has a process group of its own, as what is started in a terminal has. */
  readonly detached?: boolean;
}

/** The server as it is run: a process of its own, in an empty directory if no other, with this environment alone. */
export const startServerProcess = (
  environment: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<ServerProcess> => startProcess({ command: [process.execPath, MAIN], cwd }, environment);

/** The same with short leases and waits, for tests of what happens when they run out. */
export const startHurriedProcess = (environment: Readonly<Record<string, string>>): Promise<ServerProcess> =>
  startProcess({ command: [process.execPath, HURRIED] }, environment);

/** The same as several workers: as many as `MODELGRAPH_WORKERS` says. */
export const startHurriedWorkers = (environment: Readonly<Record<string, string>>): Promise<ServerProcess> =>
  startProcess({ command: [process.execPath, HURRIED_WORKERS], detached: true }, environment);

/** One with the model `toy`, of which every seam throws where its metadata or its prompt ask for it. */
export const startDefectiveProcess = (): Promise<ServerProcess> =>
  startProcess({ command: [process.execPath, DEFECTIVE] }, { MODELGRAPH_DATA: 'memory' });

/** The server as the README has it started: by npm, in the folder of the project, in a process group of its own. */
export const startByNpm = (environment: Readonly<Record<string, string>>): Promise<ServerProcess> =>
  startProcess({ command: ['npm', 'start'], cwd: REPOSITORY, detached: true }, environment);

export const startProcess = async (
  { command: [program, ...parameters], cwd, detached = false }: Command,
  environment: Readonly<Record<string, string>>,
): Promise<ServerProcess> => {
  const directory = await mkdtemp(join(tmpdir(), 'modelgraph-'));
  const child = spawn(program, parameters, {
    cwd: cwd ?? directory,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      ...(cwd !== undefined && { MODELGRAPH_DATA: directory }),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  });
  const lines: string[] = [];
  const output = new EventEmitter().setMaxListeners(0);
  for (const stream of [child.stdout, child.stderr] as Readable[])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      output.emit('line');
    });
  const exited = once(child, 'close').then(([code, signal]) => {
    output.emit('line');
    return (code ?? signal) as number | NodeJS.Signals;
  });
  const printed = async (text: string | RegExp): Promise<string> => {
    const matches = (line: string): boolean =>
      typeof text === 'string' ? line.includes(text) : text.test(line);
    for (;;) {
      const line = lines.find(matches);
      if (line !== undefined) return line;
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the server ended without "${String(text)}":\n${lines.join('\n')}`);
      await once(output, 'line');
    }
  };
  const { url } = JSON.parse(await printed('Modelgraph is ready')) as { readonly url: string };
  return {
    url,
    child,
    lines,
    printed,
    exited,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true });
    },
  };
};
