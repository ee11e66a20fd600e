import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../config/provider-settings.ts';
import type { Settings } from '../../config/settings.ts';
import type { AppDescription } from '../../src/app.ts';
import { listen } from '../../src/server/listen.ts';
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

/**
 * Finds the port that all workers open. Sockets that share a port do not keep others out that share it as well, such as those of
 * another server by mistake: that nothing has it is seen by one that does not share. Throws as `listen` does.
 */
const findPort = async ({ host, port }: Pick<Settings, 'host' | 'port'>): Promise<number> => {
  const probe = createServer();
  const origin = await listen(probe, host, port);
  await new Promise((resolve) => probe.close(resolve));
  return Number(new URL(origin).port);
};

/** Starts a server of several processes, of which this one is the primary. They end with it, however it ends. */
export const createWorkersStart =
  ({ environment, onFailed, program = WORKER }: WorkersStartOptions): StartServer =>
  async (settings, log, onBuilt) => {
    const { workers: count } = settings;
    const port = await findPort(settings);
    const serverId = randomUUID();
    const primary = new Primary<AppDescription>({
      count,
      program,
      serverId,
      environmentOf: (worker) => toWorkerEnvironment(environment, { serverId, port }, worker),
      log,
      onFailed,
    });
    process.on('exit', () => primary.kill());
    const server = { close: () => primary.stop(), reload: () => primary.reload() };
    onBuilt(server);
    const { url, describes } = await primary.start();
    return { server, started: { ...describes, url } };
  };
