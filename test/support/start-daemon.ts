import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** A program of this machine, beside the servers. */
export interface Daemon extends AsyncDisposable {
  readonly port: number;
}

const isOpen = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};

/** Starts it and waits until its port is open; rejects with what it printed where it ends before. */
export const startDaemon = async (
  program: string,
  parameters: readonly string[],
  port: number,
  remove: () => PromiseLike<void>,
): Promise<Daemon> => {
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  while (!(await isOpen(port)))
    if (child.exitCode !== null || child.signalCode !== null) {
      await remove();
      throw new Error(`${program} ended: ${Buffer.concat(output).toString()}`);
    }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      await stop(child);
      await remove();
    },
  };
};
