import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Child, SERVER_CORE, startChild } from './child-process.ts';
import { readStartFlags } from './start-flags.ts';

/** The server as `npm start` runs it, with the given environment only. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: Child;
  /** Sends SIGTERM. Resolves with the exit code, or with SIGKILL if the server does not end in time. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

const SHUTDOWN_MS = 20_000;

const findUrl = (line: string): string | undefined => {
  if (!line.startsWith('{')) return undefined;
  const { url } = JSON.parse(line) as { readonly url?: unknown };
  return typeof url === 'string' ? url : undefined;
};

/** Starts `src/main.ts` of this checkout, or of another one, in an empty directory on a free port. */
export const startServerProcess = async (
  environment: Readonly<Record<string, string>>,
  checkout?: string,
): Promise<ServerProcess> => {
  const directory = await mkdtemp(join(tmpdir(), 'modelgraph-bench-'));
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  let rest = '';
  const child = await startChild({
    program: checkout === undefined ? '../../src/main.ts' : pathToFileURL(join(checkout, 'src/main.ts')).href,
    core: SERVER_CORE,
    nodeFlags: [
      ...readStartFlags(checkout),
      '--expose-gc',
      '--import',
      fileURLToPath(new URL('answer-samples.ts', import.meta.url)),
    ],
    environment: { PATH: process.env['PATH'] ?? '', PORT: '0', ...environment },
    workingDirectory: directory,
    onOutput: (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const found of lines.map(findUrl)) if (found !== undefined) resolve(found);
    },
  });
  void child.exited.then(() => reject(new Error('the server ended before it was ready')));
  return {
    url: await url,
    child,
    stop: async () => {
      child.process.kill('SIGTERM');
      const impatience = setTimeout(() => child.process.kill('SIGKILL'), SHUTDOWN_MS);
      const exit = await child.exited;
      clearTimeout(impatience);
      return exit;
    },
    [Symbol.asyncDispose]: async () => {
      await child[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
};
