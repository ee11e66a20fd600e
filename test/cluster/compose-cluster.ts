import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, chown, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startServerProcess } from '../support/app/server-process.ts';
import { findFreePort } from '../support/find-free-port.ts';
import { findProgram } from '../support/find-program.ts';
import { type Daemon, startDaemon } from '../support/start-daemon.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FOLDER = new URL('../../deploy/cluster/', import.meta.url);

export type Environment = Readonly<Record<string, string>>;

interface Service {
  readonly environment?: Environment;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
}

/** `${NAME}` and `${NAME:?why}`, as Compose replaces them. */
const substitute = (text: string, values: Environment): string =>
  text.replaceAll(/\$\{(\w+)(?::?[?-][^}]*)?\}/g, (_match, name: string) => values[name] ?? '');

/** The environment of each service of the compose file of three servers, by its name. */
export const readCluster = (values: Environment): Readonly<Record<string, Environment>> => {
  const text = substitute(readFileSync(new URL('compose.yaml', FOLDER), 'utf8'), values);
  const { services } = parse(text, { merge: true }) as ComposeFile;
  return Object.fromEntries(
    Object.entries(services).map(([name, { environment = {} }]) => [name, environment]),
  );
};

/** Debian's `nobody`: PgBouncer refuses to run as root. */
const NOBODY = 65_534;

/**
 * PgBouncer with the settings of the compose file in front of a database of this machine; undefined where it is not
 * installed.
 */
export const startPgbouncer = async (
  environment: Environment,
  database: URL,
): Promise<Daemon | undefined> => {
  const program = findProgram('pgbouncer');
  if (program === undefined) return undefined;
  const folder = temporaryFolder();
  const port = await findFreePort();
  const isRoot = process.getuid?.() === 0;
  const users = join(folder.path, 'users.txt');
  const settings = join(folder.path, 'pgbouncer.ini');
  await writeFile(users, `"${database.username}" "${database.password}"\n`);
  const lines = [
    '[databases]',
    `* = host=${database.hostname} port=${database.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    `auth_file = ${users}`,
    `auth_type = ${environment['AUTH_TYPE']}`,
    `pool_mode = ${environment['POOL_MODE']}`,
    `max_client_conn = ${environment['MAX_CLIENT_CONN']}`,
    `default_pool_size = ${environment['DEFAULT_POOL_SIZE']}`,
    'ignore_startup_parameters = extra_float_digits',
  ];
  await writeFile(settings, `${lines.join('\n')}\n`);
  await chmod(folder.path, 0o755);
  if (isRoot) await Promise.all([users, settings].map((path) => chown(path, NOBODY, NOBODY)));
  const parameters = [...(isRoot ? ['-u', 'nobody'] : []), settings];
  return startDaemon(program, parameters, port, () => folder[Symbol.asyncDispose]());
};

/** HAProxy with its file of the cluster, in front of servers of this machine; undefined where it is not installed. */
const startHaproxy = async (ports: Readonly<Record<string, number>>): Promise<Daemon | undefined> => {
  const program = findProgram('haproxy');
  if (program === undefined) return undefined;
  const folder = temporaryFolder();
  const port = await findFreePort();
  const text = readFileSync(new URL('haproxy.cfg', FOLDER), 'utf8')
    .replace('bind :4000', `bind 127.0.0.1:${port}`)
    .replaceAll(/ (modelgraph-\d):4000/g, (_match, name: string) => ` 127.0.0.1:${ports[name]}`);
  const path = join(folder.path, 'haproxy.cfg');
  await writeFile(path, text);
  return startDaemon(program, ['-db', '-f', path], port, () => folder[Symbol.asyncDispose]());
};

/** Gives each connection to the next server that takes it: what stands in where there is no HAProxy. */
const startForwarder = async (ports: readonly number[]): Promise<Daemon> => {
  const port = await findFreePort();
  const sockets = new Set<Socket>();
  let turn = 0;
  const forward = (client: Socket, triesLeft: number): void => {
    const upstream = connect(ports[(turn += 1) % ports.length] ?? 0, '127.0.0.1');
    sockets.add(upstream);
    upstream.once('connect', () => {
      client.pipe(upstream).pipe(client);
      client.once('close', () => upstream.destroy());
    });
    upstream.on('error', () => {
      if (upstream.connecting && triesLeft > 0) forward(client, triesLeft - 1);
      else client.destroy();
    });
    upstream.once('close', () => sockets.delete(upstream));
  };
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => sockets.delete(client));
    forward(client, ports.length);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
};

export const startProxy = async (ports: Readonly<Record<string, number>>): Promise<Daemon> =>
  (await startHaproxy(ports)) ?? startForwarder(Object.values(ports));

/**
 * A server of the compose file as a plain process. The addresses of its environment are those of the network of the
 * containers: the hosts are replaced by this machine's, with the user and the database that there are here.
 */
export const startClusterServer = (
  environment: Environment,
  { port, database, pooler }: { port: number; database: URL; pooler: Daemon | undefined },
  more: Environment,
) => {
  const here = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (!value.startsWith('postgres://')) return [name, value];
      const url = new URL(database);
      if (new URL(value).hostname === 'pgbouncer' && pooler !== undefined) url.port = String(pooler.port);
      return [name, url.href];
    }),
  );
  return startServerProcess({ ...here, PORT: String(port), ...more });
};
