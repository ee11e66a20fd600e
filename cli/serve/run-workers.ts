import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../config/provider-settings.ts';
import type { AppDescription } from '../../src/app.ts';
import { Primary } from '../../src/workers/primary.ts';
import type { StartServer } from './running-server.ts';
import { toWorkerEnvironment } from './worker-environment.ts';

/** The program of a worker, beside this module: with types as a source, without them as a part of the package. */
const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
);

export interface WorkersStartOptions {
  readonly environment: Environment;
  /** Called where no worker can be started any more; every one of them has ended then. */
  readonly onFailed: (error: Error) => void;
  /** The path of another program of a worker. */
  readonly program?: string;
}

/** Starts a server of several processes, of which this one is the primary. They end with it, however it ends. */
export const createWorkersStart =
  ({ environment, onFailed, program = WORKER }: WorkersStartOptions): StartServer =>
  async ({ workers: count }, log, onBuilt) => {
    const serverId = randomUUID();
    const primary = new Primary<AppDescription>({
      count,
      program,
      serverId,
      environmentOf: (worker) => toWorkerEnvironment(environment, serverId, worker),
      log,
      onFailed,
    });
    process.on('exit', () => primary.kill());
    const server = { close: () => primary.stop(), reload: () => primary.reload() };
    onBuilt(server);
    const { url, describes } = await primary.start();
    return { server, started: { ...describes, url } };
  };
