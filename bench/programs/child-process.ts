import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The core of the server under measurement. Everything else runs on the other one. */
export const SERVER_CORE = 0;
const OTHER_CORE = 1;

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The data that the program sent when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Sends a request to the program, which answers it in `answerParent`. */
  ask<T>(name: string, argument?: unknown): Promise<T>;
  /** Resolves when the program has ended, with its exit code or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  readonly process: ChildProcess;
}

interface Answer {
  readonly id?: number;
  readonly ready?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: string;
}

const children = new Set<ChildProcess>();
const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

/** Moves this process, and all later children without a core of their own, to the other core. */
export const leaveServerCore = (): boolean =>
  hasTaskset && spawnSync('taskset', ['-pc', String(OTHER_CORE), String(process.pid)]).status === 0;

/** Undoes `leaveServerCore`, for measurements without times. */
export const useEveryCore = (): void => {
  if (hasTaskset) spawnSync('taskset', ['-pc', `${SERVER_CORE}-${cpus().length - 1}`, String(process.pid)]);
};

/** Kills all children that still run. */
export const killChildren = (): void => {
  for (const child of children) child.kill('SIGKILL');
};

export interface ChildOptions {
  /** The program: a path relative to this folder, or a file URL. */
  readonly program: string;
  /** Options for the program, which reads them with `readOptions`; left out: it gets no argument. */
  readonly options?: unknown;
  readonly core?: number;
  readonly nodeFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** Called with each chunk of the program's output, which is discarded when this is left out. */
  readonly onOutput?: (chunk: string) => void;
}

/** Starts a Node program and waits until it reports that it is ready. The program ends with this process. */
export const startChild = async ({
  program,
  options,
  core,
  nodeFlags = [],
  environment,
  workingDirectory,
  onOutput,
}: ChildOptions): Promise<Child> => {
  const node = [
    process.execPath,
    ...nodeFlags,
    fileURLToPath(new URL(program, import.meta.url)),
    ...(options === undefined ? [] : [JSON.stringify(options)]),
  ];
  const [command = process.execPath, ...parameters] =
    core !== undefined && hasTaskset ? ['taskset', '-c', String(core), ...node] : node;
  const child = spawn(command, parameters, {
    cwd: workingDirectory,
    env: environment ?? { PATH: process.env['PATH'], NODE_ENV: 'production' },
    stdio: ['ignore', onOutput === undefined ? 'ignore' : 'pipe', 'inherit', 'ipc'],
  });
  children.add(child);
  child.stdout?.on('data', (chunk: Buffer) => onOutput?.(String(chunk)));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<Readonly<Record<string, unknown>>>();
  child.on('message', (message: Answer) => {
    if (message.ready !== undefined) return ready.resolve(message.ready);
    const asked = waiting.get(message.id ?? -1);
    if (message.error === undefined) asked?.resolve(message.result);
    else asked?.reject(new Error(`${program}: ${message.error}`));
    waiting.delete(message.id ?? -1);
  });
  const exited = once(child, 'exit').then(([code, signal]) => {
    children.delete(child);
    const gone = new Error(`${program} ended with ${String(code ?? signal)}`);
    ready.reject(gone);
    for (const { reject } of waiting.values()) reject(gone);
    return (code ?? signal) as number | NodeJS.Signals | null;
  });
  let lastId = 0;
  const isReady = await ready.promise;
  return {
    pid: child.pid ?? -1,
    ready: isReady,
    process: child,
    exited,
    ask: <T>(name: string, argument: unknown = null) => {
      lastId += 1;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(lastId, answer);
      child.send({ id: lastId, name, argument });
      return answer.promise as Promise<T>;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
